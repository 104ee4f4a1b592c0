/** A reason code in plain words and the next step; a code that is not here stands for itself. */
const reasons: Record<string, readonly [words: string, next: string]> = {
  rate_limited: [
    'The target asked us to slow down.',
    'Nothing to do: the next attempt waits as long as it asked for. If it happens often, set a rate on the connector.',
  ],
  unauthorized: [
    'The target does not know the credential.',
    'Make a new token at the target and store it in the connector.',
  ],
  forbidden: [
    'The credential may not do this at the target.',
    'Give it the right at the target, or store another one.',
  ],
  not_found: ['The target knows nothing at this address.', 'Check the URL, the project or the table of the connector.'],
  bad_request: [
    'The target does not accept the body.',
    'Read its answer below, correct the template, then redeliver with today’s template.',
  ],
  payload_too_large: ['The body is larger than the target takes.', 'Shorten the template.'],
  timeout: [
    'The target did not answer in time.',
    'It may have arrived all the same. The next attempt carries the same webhook-id.',
  ],
  reset: ['The connection broke.', 'It may have arrived all the same. The next attempt carries the same webhook-id.'],
  target_unavailable: ['The target is away.', 'Nothing to do: it is tried again.'],
  server_error: ['The target has a fault.', 'Nothing to do: it is tried again.'],
  attempts_exhausted: ['Every attempt of the plan was used.', 'When the target works again, redeliver.'],
  connector_deleted: [
    'The connector was deleted.',
    'Create a connector and a subscription for what should still be sent.',
  ],
  connector_disabled: ['The connector was disabled.', 'Enable it, then redeliver.'],
  subscription_deleted: ['The subscription was deleted.', 'Nothing to do, unless it should still be sent.'],
  subscription_disabled: ['The subscription was disabled.', 'Enable it, then redeliver.'],
  template_invalid: ['The template has a fault.', 'Correct the template, then redeliver with today’s template.'],
  template_limit: [
    'The template needs more time or space than it may.',
    'Make the template smaller, then redeliver with today’s template.',
  ],
  egress_refused: ['The deployment does not allow this address.', 'An operator can add it to the egress rules.'],
  address_refused: ['The deployment does not allow this address.', 'An operator can add it to the egress rules.'],
  gone: [
    'The target says that this address is gone for good.',
    'Make a new address at the target and store it in the connector.',
  ],
  worker_lost: [
    'The worker ended before it heard the answer.',
    'It may have arrived. The next attempt carries the same webhook-id.',
  ],
  by_hand: ['Somebody cancelled it.', 'Redeliver if it should be sent after all.'],
  dns: ['The name of the target could not be resolved.', 'Check the spelling of the URL.'],
  connect_refused: ['Nobody listens at this address.', 'Check the port, and that the target runs.'],
};

export function reasonWords(code: string | null | undefined): string {
  if (code === null || code === undefined) return '';
  return reasons[code]?.[0] ?? code.replaceAll('_', ' ');
}

export function reasonNext(code: string | null | undefined): string | null {
  return reasons[code ?? '']?.[1] ?? null;
}
