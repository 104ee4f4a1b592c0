import { Refused } from '@waybill/decider/decider';
import type { Problem, ProblemError } from '@waybill/contracts/problem';

/** What a caller sent does not fit; every place at fault is named, so that one correction is enough. */
export class Invalid extends Error {
  override readonly name = 'Invalid';
  constructor(
    readonly errors: readonly ProblemError[],
    readonly code: string = 'validation_failed',
  ) {
    super(errors.map(({ pointer, message }) => `${pointer === '' ? 'body' : pointer}: ${message}`).join('; '));
  }
}

/** We have more to do than we can hold; nothing was begun, asking again later is right. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  constructor(message = 'Too much is waiting; ask again in a moment.') {
    super(message);
  }
}

/** The bytes of a request are not what they should be: no JSON, no UTF-8. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * The one place where our own answers get an HTTP number. The code is the promise; the number follows from it.
 * A refusal whose code is not listed is a 422: the request was understood and the domain says no.
 */
const meanings: Readonly<Record<string, readonly [status: number, title: string]>> = {
  malformed: [400, 'The request could not be read'],
  unauthorized: [401, 'A valid API key is needed'],
  forbidden: [403, 'The API key does not allow this'],
  not_found: [404, 'There is no such thing'],
  tenant_unknown: [404, 'There is no such tenant'],
  connector_unknown: [404, 'There is no such connector'],
  subscription_unknown: [404, 'There is no such subscription'],
  notification_unknown: [404, 'There is no such notification'],
  delivery_unknown: [404, 'There is no such delivery'],
  job_unknown: [404, 'There is no such job'],
  target_unknown: [404, 'There is no such target'],
  type_unknown: [404, 'There is no such notification type'],
  call_unknown: [404, 'There is no such call'],
  method_not_allowed: [405, 'This method is not offered here'],
  conflict: [409, 'It does not fit what is there'],
  already_exists: [409, 'It exists already'],
  tenant_exists: [409, 'The tenant exists already'],
  notification_conflict: [409, 'The same id was published with another payload'],
  subscription_exists: [409, 'The subscription exists already'],
  stale_attempt: [409, 'Somebody else holds the attempt'],
  delivery_not_due: [409, 'The delivery is not due'],
  delivery_ended: [409, 'The delivery has ended'],
  not_cancellable: [409, 'The delivery cannot be cancelled now'],
  not_redeliverable: [409, 'The delivery cannot be redelivered now'],
  payload_shredded: [410, 'The payload was shredded'],
  connector_deleted: [410, 'The connector was deleted'],
  subscription_deleted: [410, 'The subscription was deleted'],
  version_mismatch: [412, 'It was changed in the meantime'],
  payload_too_large: [413, 'The payload is too large'],
  connector_too_large: [422, 'The connector is too large'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be JSON'],
  validation_failed: [422, 'The input does not fit'],
  template_invalid: [422, 'The template has faults'],
  idempotency_conflict: [422, 'The idempotency key was used for another body'],
  precondition_required: [428, 'If-Match is required'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  service_unavailable: [503, 'A service does not answer'],
  overloaded: [503, 'Too much is waiting'],
  not_ready: [503, 'The service is not ready'],
  try_again: [503, 'It changed while being decided'],
  stream_full: [503, 'The stream is full'],
  service_timeout: [504, 'A service did not answer in time'],
};

const refusedStatus = 422;

/** Builds the problem of a code; `status` and `title` come from the one table. */
export function problem(code: string, detail?: string, more: Partial<Problem> = {}): Problem {
  const [status, title] = meanings[code] ?? [refusedStatus, 'It was refused'];
  return {
    type: `https://waybill.dev/problems/${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    ...more,
  };
}

/** True for what the caller can mend or wait out; false for a defect, whose stack must be logged and whose words must not leave. */
export function isExpected(error: unknown): boolean {
  return problemIn(error, undefined) !== null;
}

/** Says any error to a caller: refusals with code and pointer, an overloaded log as 503, a defect as `internal` without its words. */
export function problemOf(error: unknown, requestId?: string): Problem {
  const found = problemIn(error, requestId);
  const detail = requestId === undefined ? undefined : `Tell the operator the request id ${requestId}.`;
  return found ?? problem('internal', detail, ids(requestId));
}

function problemIn(error: unknown, requestId: string | undefined): Problem | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof Invalid)
    return problem(error.code, error.message, { ...ids(requestId), errors: [...error.errors] });
  if (error instanceof Unreadable) return problem('malformed', error.message, ids(requestId));
  if (error instanceof Refused) return problem(error.code, error.message, { ...ids(requestId), ...errorsOf(error) });
  if (error.name === 'Overloaded') return problem('overloaded', error.message, ids(requestId));
  // By name, because event-log and bus are machines that this one does not import.
  if (error.name === 'LogUnavailable')
    return problem('not_ready', 'The log cannot be reached; ask again.', ids(requestId));
  if (error.name === 'AppendRejected') return problem(...rejection(error), ids(requestId));
  if (error.name === 'AskFailed') return { ...(error as Error & { problem: Problem }).problem, ...ids(requestId) };
  return null;
}

function rejection(error: Error): [code: string, detail: string] {
  const kind = (error as Error & { rejection?: { kind?: string } }).rejection?.kind;
  return kind === 'conflict'
    ? ['version_mismatch', 'Somebody else changed it at the same moment; read it again.']
    : ['try_again', 'The state it was decided on changed; ask again.'];
}

function errorsOf(error: Refused): Partial<Problem> {
  if (error.pointer === undefined) return {};
  return { errors: [{ pointer: error.pointer, code: error.code, message: error.message }] };
}

const ids = (requestId: string | undefined): Partial<Problem> => (requestId === undefined ? {} : { requestId });
