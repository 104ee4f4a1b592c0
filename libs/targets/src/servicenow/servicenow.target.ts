import { Refused } from '@waybill/decider/decider';
import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import {
  accepted,
  isSuccess,
  lookUpUnanswered,
  refusedByStatus,
  refusedLater,
  refusedNever,
  retryAfterMsMax,
  unanswered,
} from '../answers.js';
import { readAnswer, readBody, textIn, writeBody } from '../body.js';
import { checkBaseUrl } from '../check-url.js';
import { ask, type Ask, type Conversation, follow } from '../conversation.js';
import { mayBeOurs } from '../delivery-time.js';
import { type KnownTicket, knownTicket, ticketIn, ticketReceipt } from '../known-ticket.js';
import type { Outcome, Receipt } from '../outcome.js';
import { urlPart } from '../receipt.js';
import { baseUrl, hasSecret, optional } from '../settings.js';
import type { Access, Answer, HttpAnswer, HttpAuth, HttpTargetRequest, Sending, Step, Target } from '../target.js';
import { servicenowDescriptor } from './servicenow.descriptor.js';
import { completeRecord, news, resolution } from './servicenow.record.js';

export const servicenow: Target = {
  descriptor: servicenowDescriptor,
  check,
  next: (sending: Sending, answers: readonly Answer[]): Step => follow(attempt(sending), answers),
  connect: (access: Access, answers: readonly Answer[]): Step => follow(readOne(access), answers),
};

/** Reads at most one record of the table: an answer shows that the instance is awake and the credential may read there. */
function* readOne(access: Access): Conversation {
  const answer = yield* ask(request(access, 'GET', '?sysparm_limit=1&sysparm_fields=sys_id'));
  if (answer.kind === 'none') return { done: lookUpUnanswered(answer) };
  const json = readAnswer(answer.body);
  // Version 1 of the API answers so for a table without records.
  const isEmpty =
    answer.status === 404 && (json?.['error'] as { message?: unknown } | null)?.message === 'No Record found';
  if (isEmpty || (isSuccess(answer) && Array.isArray(json?.['result']))) return { done: accepted() };
  return { done: refusedByServicenow(answer) };
}

type Row = Readonly<Record<string, unknown>>;

/** One record a thing: the known one is updated, one of an attempt with an unknown outcome is looked for, else one is made. */
function* attempt(sending: Sending): Conversation {
  const record = readBody(sending.body);
  if (record === null) return { done: refusedNever('body_invalid') };
  const notes = completeRecord(record, sending);

  let known = knownTicket(sending);
  if (known === null && sending.afterUnknown) {
    const found = yield* look(sending, textIn(record, 'correlation_id') ?? '', notes);
    if (found !== null && 'outcome' in found) return over(found.outcome, notes);
    if (found !== null && found.isOurs) return settled(found.ticket, sending, notes);
    known = found?.ticket ?? null;
  }
  if (known !== null) {
    const updated = yield* update(sending, known, record, notes);
    if (updated !== 'gone') return over(updated, notes);
    notes.push(`The record ${known.key} is gone.`);
    if (sending.act === 'resolve') return over({ kind: 'accepted', receipt: { memory: {} } }, notes);
  }
  return yield* insert(sending, record, notes);
}

function request(
  access: Access,
  method: string,
  below: string,
  body: ReadonlyMap<string, JsonTree> | null = null,
): HttpTargetRequest {
  const accept = { accept: 'application/json' };
  return {
    kind: 'http',
    method,
    url: `${baseUrl(access.config)}/api/now/table/${urlPart(tableOf(access))}${below}`,
    headers: body === null ? accept : { ...accept, 'content-type': 'application/json' },
    body: body === null ? '' : writeBody(new Map(body)),
    auth: authOf(access),
  };
}

function tableOf({ config }: Access): string {
  return optional(config, 'table') ?? 'incident';
}

function authOf(access: Access): HttpAuth {
  if (hasSecret(access, 'apiKey')) return { kind: 'header', headerName: 'x-sn-apikey', valueSecret: 'apiKey' };
  if (hasSecret(access, 'token')) return { kind: 'bearer', tokenSecret: 'token' };
  return { kind: 'basic-secrets', usernameSecret: 'username', passwordSecret: 'password' };
}

type Looked = { readonly outcome: Outcome } | { readonly ticket: KnownTicket; readonly isOurs: boolean } | null;

/**
 * The newest record with our correlation id. What comes back is compared once more, because ServiceNow drops a condition
 * that it does not understand and answers with all rows. One that is older than the delivery belongs to an earlier
 * notification of the same thing, so it has not been told this one.
 */
function* look(sending: Sending, id: string, notes: string[]): Generator<Ask, Looked, Answer> {
  const query = urlPart(`correlation_id=${id}^ORDERBYDESCsys_created_on`);
  const fields = 'sys_id,number,correlation_id,sys_created_on';
  const below = `?sysparm_query=${query}&sysparm_limit=1&sysparm_fields=${urlPart(fields)}`;
  const answer = yield* ask(request(sending, 'GET', below), null, notes.splice(0));
  if (answer.kind === 'none') return { outcome: lookUpUnanswered(answer) };
  // Version 1 of the API says so where nothing is found.
  if (answer.status === 404) return null;
  const rows = readAnswer(answer.body)?.['result'];
  if (!isSuccess(answer) || !Array.isArray(rows)) return { outcome: refusedByServicenow(answer) };
  const row: unknown = rows[0];
  if (typeof row !== 'object' || row === null || (row as Row)['correlation_id'] !== id) return null;
  const ticket = ticketOf(sending, row as Row);
  if (ticket === null) return null;
  const isOurs =
    sending.correlationKey === null || mayBeOurs(sending.deliveryId, readTime((row as Row)['sys_created_on']));
  if (isOurs) notes.push(`An earlier attempt with an unknown outcome had made the record ${ticket.key}.`);
  return { ticket, isOurs };
}

/** Times of the API are UTC, `2026-11-24 06:00:00`, where display values are not asked for. */
function readTime(value: unknown): number {
  return typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T')}Z`) : NaN;
}

function* insert(sending: Sending, record: JsonObject, notes: string[]): Conversation {
  const resolved = sending.act === 'resolve' ? resolution(sending) : null;
  // A state of the template says what it wants; without one a thing that is over is made as resolved.
  const body = resolved === null || record.has('state') ? record : new Map([...record, ...resolved]);
  const answer = yield* ask(request(sending, 'POST', '', body), null, notes.splice(0));
  if (answer.kind === 'none') return over(unanswered(answer), notes);
  const row = rowOf(answer);
  if (!isSuccess(answer) || (row === null && answer.status !== 201)) return over(refusedByServicenow(answer), notes);
  const ticket = (row === null ? null : ticketOf(sending, row)) ?? ticketAt(sending, answer.headers['location']);
  if (ticket === null) return over(refusedNever('record_hidden'), notes);
  return settled(ticket, sending, notes);
}

/** What is new and, for a thing that is over, its resolution, in one update. */
function* update(
  sending: Sending,
  ticket: KnownTicket,
  record: JsonObject,
  notes: string[],
): Generator<Ask, Outcome | 'gone', Answer> {
  const receipt = ticketReceipt(ticket, sending.webhookId);
  const resolved = sending.act === 'resolve' ? resolution(sending) : null;
  const body = new Map([
    ...news(record, optional(sending.config, 'onUpdate') ?? 'comment', notes),
    ...(resolved ?? []),
  ]);
  if (body.size === 0) {
    notes.push(`The record ${ticket.key} is known, and the connector adds nothing to known records.`);
    return { kind: 'accepted', receipt };
  }
  const answer = yield* ask(request(sending, 'PATCH', `/${urlPart(ticket.id)}`, body), receipt, notes.splice(0));
  if (answer.kind === 'none') return unanswered(answer, receipt);
  if (answer.status === 404) return 'gone';
  const row = rowOf(answer);
  if (!isSuccess(answer) || row === null) return refusedByServicenow(answer, receipt);
  // The user may write and not read, so nothing shows that the record was written [KB3047115].
  if (ticketOf(sending, row) === null) return refusedNever('record_hidden', { receipt });
  const state = row['state'];
  if (resolved !== null && typeof state === 'string' && state !== resolved.get('state'))
    return refusedNever('state_unchanged', { receipt });
  return { kind: 'accepted', receipt };
}

function rowOf(answer: HttpAnswer): Row | null {
  const result = readAnswer(answer.body)?.['result'];
  return typeof result === 'object' && result !== null && !Array.isArray(result) ? (result as Row) : null;
}

function ticketOf(sending: Sending, row: Row): KnownTicket | null {
  return ticketBy(sending, row['sys_id'], row['number']);
}

/** Where the user may not read the record its id still stands in `Location`. */
function ticketAt(sending: Sending, location: string | undefined): KnownTicket | null {
  const id = /\/([0-9a-f]{32})(?:[?#]|$)/.exec(location ?? '')?.[1];
  return id === undefined ? null : ticketBy(sending, id, id);
}

function ticketBy(sending: Sending, id: unknown, key: unknown): KnownTicket | null {
  const page = (): string => urlPart(`${tableOf(sending)}.do?sys_id=${String(id)}`);
  return ticketIn(id, key, () => `${baseUrl(sending.config)}/nav_to.do?uri=${page()}`);
}

/** A person has to wake a developer instance, so there is no hurry. */
export const asleepPauseMs = 10 * 60 * 1000;

function refusedByServicenow(answer: HttpAnswer, receipt: Receipt | null = null): Outcome {
  const extras = receipt === null ? {} : { receipt };
  if (isSuccess(answer) && /hibernat/i.test(answer.body))
    return refusedLater('instance_asleep', { ...extras, retryAfterMs: asleepPauseMs });
  const outcome = refusedByStatus(answer, receipt);
  if (outcome.kind !== 'refused' || outcome.reason !== 'rate_limited' || outcome.retryAfterMs !== undefined)
    return outcome;
  // Unix seconds [sn-rate].
  const reset = answer.headers['x-ratelimit-reset'] ?? '';
  if (!/^\d{1,15}$/.test(reset)) return outcome;
  const resetMs = Number(reset) * 1000 - answer.atMs;
  return refusedLater('rate_limited', { ...extras, retryAfterMs: Math.min(Math.max(resetMs, 0), retryAfterMsMax) });
}

function settled(ticket: KnownTicket, sending: Sending, notes: readonly string[]) {
  return over({ kind: 'accepted', receipt: ticketReceipt(ticket, sending.webhookId) }, notes);
}

function over(done: Outcome, notes: readonly string[]) {
  return notes.length === 0 ? { done } : { done, notes: [...notes] };
}

function check(config: Record<string, unknown>, secretNames: readonly string[]): void {
  checkBaseUrl(config['baseUrl'], '/config/baseUrl');
  if (secretNames.includes('token') || secretNames.includes('apiKey')) return;
  for (const name of ['username', 'password']) {
    if (!secretNames.includes(name)) {
      throw new Refused(
        'secret_missing',
        'Give user name and password, or a token, or an API key.',
        `/secrets/${name}`,
      );
    }
  }
}
