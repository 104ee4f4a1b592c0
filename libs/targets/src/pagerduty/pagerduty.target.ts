import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import {
  accepted,
  isSuccess,
  lookUpUnanswered,
  refusedByStatus,
  refusedLater,
  refusedNever,
  unanswered,
  wrongKind,
} from '../answers.js';
import { readAnswer, readBody, writeBody, writeWithSecret } from '../body.js';
import { checkBaseUrl, checkNoCredential, checkUrl } from '../check-url.js';
import type { Outcome } from '../outcome.js';
import { nameIn } from '../receipt.js';
import { optional } from '../settings.js';
import type { Access, Answer, HttpAnswer, HttpTargetRequest, Sending, Step, Target } from '../target.js';
import { pagerdutyBaseUrl, pagerdutyDescriptor, pagerdutyLimits } from './pagerduty.descriptor.js';
import { completeEvent, dedupKeyOf, eventBytes } from './pagerduty.event.js';

export const pagerduty: Target = { descriptor: pagerdutyDescriptor, check, next, connect };

function next(sending: Sending, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: judge(answer) };
  const event = readBody(sending.body);
  if (event === null) return { done: refusedNever('body_invalid') };
  if (!event.has('dedup_key') && dedupKeyOf(sending) === null) return { done: refusedNever('correlation_missing') };
  const notes = completeEvent(event, sending);
  if (eventBytes(event) > pagerdutyLimits.eventBytes) return { done: refusedNever('body_too_large') };
  const body = event.has('routing_key') ? writeBody(event) : writeWithSecret(event, 'routing_key', 'routingKey');
  return { send: enqueue(sending, body), ...(notes.length === 0 ? {} : { notes }) };
}

function enqueue({ config }: Access, body: string): HttpTargetRequest {
  const baseUrl = (optional(config, 'baseUrl') ?? pagerdutyBaseUrl).replace(/\/{1,16}$/, '');
  return {
    kind: 'http',
    method: 'POST',
    url: `${baseUrl}/v2/enqueue`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
    auth: { kind: 'none' },
  };
}

/** No alert of ours has this key, so PagerDuty checks the integration key and drops the event [pd-ev]. */
export const connectionTestKey = 'waybill-connection-test';

function connect(access: Access, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: answer.kind === 'none' ? lookUpUnanswered(answer) : judge(answer) };
  const event = new Map<string, JsonTree>([
    ['event_action', 'resolve'],
    ['dedup_key', connectionTestKey],
  ]);
  return { send: enqueue(access, writeWithSecret(event, 'routing_key', 'routingKey')) };
}

function judge(answer: Answer): Outcome {
  if (answer.kind === 'none') return unanswered(answer);
  if (answer.kind === 'mail') return wrongKind(answer);
  const json = readAnswer(answer.body);
  if (isSuccess(answer)) {
    // Many a service says `"status":"success"`; PagerDuty names the key of the alert beside it [pd-ev].
    const dedupKey = json?.['dedup_key'];
    if (json?.['status'] !== 'success' || typeof dedupKey !== 'string' || dedupKey === '')
      return refusedNever('unexpected_answer');
    // The alert is made, whatever it is called.
    return accepted(nameIn(dedupKey) === null ? null : { ticket: dedupKey, memory: { dedupKey } });
  }
  if (answer.status === 400 && concernsKey(answer, json)) return refusedNever('pagerduty_key_invalid');
  return patient(refusedByStatus(answer));
}

/** A well-formed key that nobody has is answered in plain text, a malformed one in the list of errors. */
function concernsKey(answer: HttpAnswer, json: Record<string, unknown> | null): boolean {
  if (json === null) return answer.body.trim() === 'Invalid routing key';
  const errors = json['errors'];
  return Array.isArray(errors) && errors.some((error) => typeof error === 'string' && error.includes("'routing_key'"));
}

/** PagerDuty counts over a sliding minute and asks for a pause of 30 seconds or more [pd-rate]. */
export const rateLimitedPauseMs = 30_000;

function patient(outcome: Outcome): Outcome {
  if (outcome.kind !== 'refused' || outcome.reason !== 'rate_limited' || outcome.retryAfterMs !== undefined)
    return outcome;
  return refusedLater('rate_limited', { retryAfterMs: rateLimitedPauseMs });
}

function check(
  config: Record<string, unknown>,
  _secretNames: readonly string[],
  secrets: Record<string, string> = {},
): void {
  if (config['baseUrl'] !== undefined) checkBaseUrl(config['baseUrl'], '/config/baseUrl');
  if (config['clientUrl'] !== undefined) {
    const clientUrl = checkUrl(config['clientUrl'], '/config/clientUrl');
    // It is a link for people and no address that is sent to, so there is no secret that could hold it.
    checkNoCredential(clientUrl, '/config/clientUrl', 'everybody who sees the incident can read it, so leave it out');
  }
  const key = secrets['routingKey'];
  if (key !== undefined && !/^[A-Za-z0-9]{32}$/.test(key)) {
    throw new Refused('secret_invalid', 'An integration key has 32 letters and digits.', '/secrets/routingKey');
  }
}
