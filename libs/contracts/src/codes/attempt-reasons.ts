/**
 * Every reason an attempt can end with, and what it means to the person who reads it. The codes are part of the contract:
 * they stand in deliveries, on the log and in the documents, so a code is never renamed or given a second meaning.
 *
 * `fault` says who can mend it: `connector` faults show the connector as unhealthy at once, `notification` faults concern
 * this one delivery (its payload or template), `target` and `network` faults usually pass by themselves, and a `waybill` fault
 * is ours: the operator mends it, or it passes when a service is back.
 */
export interface Reason {
  readonly retry: 'later' | 'never' | 'unknown';
  readonly fault: 'connector' | 'notification' | 'target' | 'network' | 'waybill';
  readonly meaning: string;
}

const reason = (retry: Reason['retry'], fault: Reason['fault'], meaning: string): Reason => ({ retry, fault, meaning });

export const attemptReasons = {
  // The way there. Most of these come from egress; `timeout` and `reset` mean a retry where nothing was sent, and an
  // unknown outcome where the request may have arrived.
  dns_failed: reason('later', 'network', 'The name of the host could not be resolved.'),
  connect_failed: reason('later', 'network', 'The host did not take the connection.'),
  tls_failed: reason('later', 'network', 'The TLS handshake did not come to its end.'),
  tls_certificate_invalid: reason(
    'later',
    'connector',
    "The certificate of the target is not valid (expired, for another name, of an unknown authority), or the connector's own is not taken.",
  ),
  timeout: reason(
    'later',
    'network',
    'The target did not answer in time. After the request was sent the outcome is unknown.',
  ),
  reset: reason('later', 'network', 'The connection broke. After the request was sent the outcome is unknown.'),
  protocol_error: reason('later', 'target', 'The target answered something that is not HTTP or not SMTP.'),
  egress_blocked: reason('never', 'connector', 'The address is not one that this deployment may send to.'),
  header_invalid: reason('never', 'connector', 'A header holds a character that must not be sent.'),
  request_invalid: reason('never', 'connector', 'The request cannot be sent as the connector describes it.'),
  secret_missing: reason('never', 'connector', 'The connector has no value for a secret that the request needs.'),
  oauth_failed: reason(
    'never',
    'connector',
    'The token server gave no token: it refused the client credentials, or had no time; its words stand beside.',
  ),
  worker_lost: reason('unknown', 'network', 'The worker stopped before it could write down the outcome.'),

  // Nothing was sent, for a reason of our own; the first four do not count in the plan of attempts.
  delivery_held: reason(
    'later',
    'waybill',
    'Delivery was held before this attempt left; the next one begins when an operator has released it.',
  ),
  worker_stopped: reason(
    'later',
    'waybill',
    'The service was stopped before this attempt left; another begins at once.',
  ),
  connector_paused: reason(
    'later',
    'target',
    'The target asked for quiet before this attempt left; it begins when the pause is over.',
  ),
  connector_slow: reason(
    'later',
    'target',
    'The target became so slow that the turn of this attempt did not come in time; another begins when there is room.',
  ),
  secret_unavailable: reason('later', 'waybill', "The connector's secrets could not be fetched: the registry is away."),
  payload_unavailable: reason('later', 'waybill', 'The payload could not be fetched: the service that has it is away.'),
  internal_error: reason(
    'never',
    'waybill',
    'A defect of Waybill; its log has the details. Redeliver after an update.',
  ),
  target_unknown: reason('never', 'waybill', 'This version of Waybill does not know the target of the connector.'),

  // Nothing was sent, because there was nothing that could be.
  template_invalid: reason('never', 'notification', 'The template of the connector has a fault.'),
  template_failed: reason('never', 'notification', 'The template could not be filled in with this payload.'),
  template_limit: reason('never', 'notification', 'The template needs more time, space or turns than it may have.'),
  payload_shredded: reason('never', 'notification', 'The payload was shredded, so there is nothing left to send.'),

  // HTTP statuses that mean the same everywhere.
  redirect_refused: reason(
    'never',
    'connector',
    'The target answered with a redirect. Redirects are never followed: the secret would go to another host.',
  ),
  bad_request: reason('never', 'notification', 'The target refuses this request as malformed (400).'),
  unauthorized: reason('never', 'connector', 'The credentials are wrong, expired or missing (401).'),
  forbidden: reason('never', 'connector', 'The credentials do not allow this (403).'),
  not_found: reason('never', 'connector', 'The target does not know this address or thing (404).'),
  method_not_allowed: reason('never', 'connector', 'The target does not take this HTTP method here (405).'),
  request_timeout: reason('later', 'target', 'The target gave up waiting for the request (408).'),
  conflict: reason('never', 'target', 'The target reports a conflict with its present state (409).'),
  edit_conflict: reason(
    'later',
    'target',
    'Somebody else changed the ticket at the same moment (409); it is read and changed again.',
  ),
  gone: reason('never', 'connector', 'The target says that this address is at an end (410).'),
  api_removed: reason(
    'never',
    'target',
    'The target has removed this API (410): Waybill is too old for it. Tell the operator.',
  ),
  payload_too_large: reason('never', 'notification', 'The request is too large for the target (413).'),
  unsupported_media_type: reason('never', 'connector', 'The target does not take this content type (415).'),
  unprocessable: reason('never', 'notification', 'The target understands the request and refuses its content (422).'),
  too_early: reason('later', 'target', 'The target does not want the request yet (425).'),
  rate_limited: reason('later', 'target', 'The target takes no more requests for now (429).'),
  rejected: reason(
    'never',
    'notification',
    'The target refused with a 4xx status that has no meaning of its own here.',
  ),
  server_error: reason('later', 'target', 'The target failed (5xx).'),
  unexpected_status: reason('never', 'target', 'The target answered with a status that no rule covers (1xx).'),
  unexpected_answer: reason(
    'never',
    'target',
    'The status says success and the body does not: the target hides an error, or something else answered.',
  ),

  // What the rooms find out before they send.
  body_invalid: reason(
    'never',
    'notification',
    'What the template gave is not the JSON object that this target takes.',
  ),
  body_too_large: reason(
    'never',
    'notification',
    "The request would exceed the target's limit and cannot be cut any further.",
  ),
  correlation_missing: reason(
    'never',
    'notification',
    'Acknowledging or resolving needs the key of the thing, and there is none.',
  ),
  steps_exhausted: reason(
    'later',
    'target',
    'The target kept asking for further requests; the attempt ends after four.',
  ),

  // Webhook.
  disabled_by_target: reason(
    'never',
    'connector',
    'The target answered `webhook-delivery: disable`: it wants no more deliveries.',
  ),
  aborted_by_target: reason(
    'never',
    'notification',
    'The target answered `webhook-delivery: abort-message`: it does not want this delivery again.',
  ),

  // Slack.
  slack_hook_dead: reason('never', 'connector', 'The incoming webhook was removed, or its app or workspace is gone.'),
  slack_channel_archived: reason('never', 'connector', 'The Slack channel is archived.'),

  // Teams.
  teams_workflow_off: reason('never', 'connector', 'The workflow behind the URL is disabled, suspended or deleted.'),
  teams_retired: reason(
    'never',
    'connector',
    'The URL belongs to a retired Office 365 connector. Create a workflow and use its URL.',
  ),

  // PagerDuty.
  pagerduty_key_invalid: reason('never', 'connector', 'PagerDuty does not know this integration key.'),

  // Jira, Jira Service Management, ServiceNow.
  login_failed: reason(
    'never',
    'connector',
    'The target answered as if to a stranger: the token has expired or is wrong, whatever the status says.',
  ),
  captcha_required: reason(
    'never',
    'connector',
    'The target asks for a CAPTCHA after failed logins: log in once with a browser.',
  ),
  transition_missing: reason(
    'never',
    'connector',
    'The ticket offers no transition of that name or id from where it stands.',
  ),
  looking_again: reason(
    'later',
    'target',
    'An earlier attempt may have made a ticket that the search does not show yet; it is looked for once more before another is opened.',
  ),
  ticket_not_confirmed: reason(
    'unknown',
    'target',
    'The target says that it made a ticket and does not show it: it may exist.',
  ),
  record_hidden: reason(
    'never',
    'connector',
    'ServiceNow made the record and does not show it: the user may write and not read. The record exists.',
  ),
  instance_asleep: reason('later', 'target', 'The ServiceNow instance hibernates and answered with a web page.'),
  state_unchanged: reason(
    'never',
    'connector',
    'ServiceNow took the update and left the state as it was: the value is not one of its states.',
  ),

  // E-mail.
  mail_refused: reason(
    'never',
    'notification',
    'The mail server refuses the mail or the last open recipients for good.',
  ),
  mail_partly_refused: reason(
    'never',
    'notification',
    'Some recipients have the mail, others were refused for good; a redelivery goes only to those.',
  ),
  mail_refused_for_now: reason(
    'later',
    'target',
    'The mail server refuses some recipients for now, as greylisting does.',
  ),
  mail_auth_failed: reason(
    'never',
    'connector',
    'The mail server refuses the user or password, or demands encryption first.',
  ),
  mail_unconfirmed: reason(
    'unknown',
    'network',
    'The connection broke after the mail was handed over and before it was confirmed.',
  ),
} as const satisfies Record<string, Reason>;

export type AttemptReason = keyof typeof attemptReasons;
