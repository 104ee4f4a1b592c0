import { problemCodes } from '@waybill/contracts/codes/problem-codes';
import { Refused } from '@waybill/decider/decider';
import { isDatabaseAway } from './database-away.js';
import { type Problem, type ProblemError, retryAfterSecondsUsual } from '@waybill/contracts/problem';

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

/** A refusal whose code has no number of its own: the request was understood and the domain says no. */
const refusedStatus = 422;
const codes: Readonly<Record<string, readonly [status: number, title: string]>> = problemCodes;

/** What waiting mends: too many requests, a service that is away, one that does not answer because its database hangs. */
const passes: ReadonlySet<number> = new Set([429, 503, 504]);

/** Builds the problem of a code; `status` and `title` come from the one table, and when to ask again where waiting mends it. */
export function problem(code: string, detail?: string, more: Partial<Problem> = {}): Problem {
  const [status, title] = codes[code] ?? [refusedStatus, 'It was refused'];
  return {
    type: `https://waybill.dev/problems/${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    ...(passes.has(status) ? { retryAfterSeconds: retryAfterSecondsUsual } : {}),
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
    return problem(error.code, error.message, { ...ids(requestId), ...recordOf(error), errors: [...error.errors] });
  if (error instanceof Unreadable) return problem('malformed', error.message, ids(requestId));
  if (error instanceof Refused)
    return problem(error.code, error.message, { ...ids(requestId), ...recordOf(error), ...errorsOf(error) });
  if (error.name === 'Overloaded') return problem('overloaded', error.message, ids(requestId));
  // By name, because event-log and bus are machines that this one does not import.
  if (error.name === 'LogUnavailable')
    return problem('not_ready', 'The log cannot be reached; ask again.', ids(requestId));
  if (isDatabaseAway(error))
    return problem('not_ready', 'The database of the service does not answer; ask again.', ids(requestId));
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

/** Where a refusal stands on the record, so that the caller can ask about it later. */
function recordOf({ refusalId }: Error & { readonly refusalId?: string }): Partial<Problem> {
  return refusalId === undefined ? {} : { refusalId };
}

function errorsOf(error: Refused): Partial<Problem> {
  if (error.pointer === undefined) return {};
  return { errors: [{ pointer: error.pointer, code: error.code, message: error.message }] };
}

const ids = (requestId: string | undefined): Partial<Problem> => (requestId === undefined ? {} : { requestId });
