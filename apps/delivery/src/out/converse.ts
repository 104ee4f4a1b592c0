import { hash } from 'node:crypto';
import type { Answer, TargetRequest } from '@waybill/contracts/sending/request';
import type { Outcome } from '@waybill/targets/outcome';
import { type Sending, stepsMax, type Target } from '@waybill/targets/target';

/** What egress gives back for one request, whichever kind it was. */
export interface Sent {
  readonly answer: Answer;
  readonly timingsMs: Readonly<Record<string, number>>;
  /** As it may be stored and shown: secrets masked or as placeholders. */
  readonly shown: ShownRequest;
  /** The entry of the deployment file that let it out; null for the public Internet. */
  readonly allowEntry: string | null;
}

export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Send = (request: TargetRequest, timeoutMs: number) => Promise<Sent>;

/** The request of an attempt as it is kept: the body with secrets as placeholders, and the digest of that form. */
export interface KeptRequest extends ShownRequest {
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly body: string;
}

export interface Conversation {
  readonly outcome: Outcome;
  /** HTTP status of the last answer; null where there was none, or no HTTP. */
  readonly status: number | null;
  /** Of the last request; `total` is over all of them. */
  readonly timingsMs: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** The last request and what came back; null when the target's room ended the attempt before it sent anything. */
  readonly request: KeptRequest | null;
  readonly answer: Answer | null;
  /** The answers to the requests before the last one; most targets are asked once. */
  readonly before: readonly Answer[];
  /** The entry of the deployment file that let a request out; null for the public Internet. */
  readonly allowEntry: string | null;
}

/**
 * Carries out one attempt: asks the target's room for the next request until it says what came of it.
 * Never throws for what a target can do; `leftMs` says how much time is left of the whole attempt, over all of its requests.
 */
export async function converse(
  target: Pick<Target, 'next'>,
  sending: Sending,
  send: Send,
  leftMs: () => number,
): Promise<Conversation> {
  const answers: Answer[] = [];
  const notes: string[] = [];
  let last: { request: KeptRequest; sent: Sent } | null = null;
  let totalMs = 0;
  for (let step = 0; step <= stepsMax; step += 1) {
    const next = target.next(sending, answers);
    notes.push(...(next.notes ?? []));
    if ('done' in next) return result(next.done, last, totalMs, notes, answers);
    if (step === stepsMax) break;
    const timeoutMs = leftMs();
    if (timeoutMs <= 0) return result(outOfTime(answers), last, totalMs, notes, answers);
    const sent = await send(next.send, timeoutMs);
    totalMs += sent.timingsMs['total'] ?? 0;
    last = { request: kept(next.send, sent.shown), sent };
    answers.push(sent.answer);
  }
  return result({ kind: 'refused', retry: 'later', reason: 'steps_exhausted' }, last, totalMs, notes, answers);
}

/** Before the first request nothing can have arrived; between two requests the first may have had its effect. */
function outOfTime(answers: readonly Answer[]): Outcome {
  return answers.length === 0
    ? { kind: 'refused', retry: 'later', reason: 'timeout' }
    : { kind: 'unknown', reason: 'timeout' };
}

function result(
  outcome: Outcome,
  last: { request: KeptRequest; sent: Sent } | null,
  totalMs: number,
  notes: string[],
  answers: readonly Answer[],
): Conversation {
  const answer = last?.sent.answer ?? null;
  return {
    outcome,
    status: answer?.kind === 'http' ? answer.status : null,
    timingsMs: last === null ? {} : { ...last.sent.timingsMs, total: totalMs },
    notes,
    request: last?.request ?? null,
    answer,
    before: answers.slice(0, -1),
    allowEntry: last?.sent.allowEntry ?? null,
  };
}

function kept(request: TargetRequest, shown: ShownRequest): KeptRequest {
  const body = bodyOf(request);
  return {
    ...shown,
    bodySha256: hash('sha256', body, 'hex'),
    bodyBytes: Buffer.byteLength(body),
    body,
  };
}

/** The bytes that were asked to be sent; of a mail everything the room composed. */
export function bodyOf(request: TargetRequest): string {
  if (request.kind === 'http') return request.body;
  const { from, replyTo, to, cc, subject, text, html, messageId, headers } = request;
  return JSON.stringify({ from, replyTo, to, cc, subject, text, html, messageId, headers });
}
