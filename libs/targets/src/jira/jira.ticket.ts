import { JsonNumber, type JsonObject, type JsonTree } from '@waybill/contracts/payload/json-tree';
import { isSuccess, lookUpUnanswered, refusedLater, refusedNever, unanswered } from '../answers.js';
import { readAnswer } from '../body.js';
import { ask, type Ask } from '../conversation.js';
import {
  hasLooked,
  type KnownTicket,
  lookedReceipt,
  secondLookAfterMs,
  ticketIn,
  ticketReceipt,
} from '../known-ticket.js';
import type { Outcome } from '../outcome.js';
import { urlPart } from '../receipt.js';
import type { Answer, HttpAnswer, Sending } from '../target.js';
import { isStranger, jiraRequest, type JiraSite, platformPath, refusedByJira, refusedFields } from './jira-site.js';
import type { Issue } from './jira.issue.js';
import { searchLabel } from './jira.issue.js';

/** What came of looking for or making a ticket. */
export type Found = { readonly ticket: KnownTicket } | { readonly none: true } | { readonly outcome: Outcome };

/**
 * Looks for the ticket that an attempt with an unknown outcome may have made. Not found at the first look ends the attempt,
 * because the search lags; not found at the second is an answer. Where Jira does not let us look, the ticket is made, and
 * the note says that it may be the second.
 */
export function* lookForTicket(site: JiraSite, sending: Sending, notes: string[]): Generator<Ask, Found, Answer> {
  const label = searchLabel(sending.webhookId);
  const query = { jql: `labels = "${label}"`, fields: ['labels'], isOurs: (fields: Fields) => hasLabel(fields, label) };
  return yield* search(site, platformPath(site, searchOf(site)), query, sending, notes);
}

type Fields = Readonly<Record<string, unknown>>;

/** A query may find more than was meant, so `isOurs` decides over the fields of each issue. */
export interface Query {
  readonly jql: string;
  readonly fields: readonly string[];
  readonly isOurs: (fields: Fields) => boolean;
}

/** The cloud has removed the older search, Data Center does not have the newer. */
export function searchOf(site: JiraSite): string {
  return site.deployment === 'cloud' ? '/search/jql' : '/search';
}

/** As `lookForTicket` with any query. */
export function* search(
  site: JiraSite,
  path: string,
  query: Query,
  sending: Sending,
  notes: string[],
): Generator<Ask, Found, Answer> {
  const body = new Map<string, JsonTree>([
    ['jql', query.jql],
    ['maxResults', new JsonNumber(String(searchResultsMax))],
    ['fields', [...query.fields]],
  ]);
  const answer = yield* ask(jiraRequest(site, 'POST', path, body), null, notes.splice(0));
  if (answer.kind === 'none') return { outcome: lookUpUnanswered(answer) };
  if (answer.status === 401 || isStranger(answer)) return { outcome: refusedByJira(answer) };
  const issues: unknown = readAnswer(answer.body)?.['issues'];
  if (!isSuccess(answer) || !Array.isArray(issues)) {
    const refused = refusedByJira(answer);
    if (refused.kind === 'refused' && refused.retry === 'later') return { outcome: refused };
    notes.push(
      `The search for a ticket of an earlier attempt was refused (${answer.status}), so this ticket may be a second one.`,
    );
    return { none: true };
  }
  const ours = (issues as readonly unknown[]).find((issue) => query.isOurs(fieldsOf(issue)));
  const ticket = ours === undefined ? null : ticketOf(site, ours as Record<string, unknown>);
  if (ticket !== null) {
    notes.push(`An earlier attempt with an unknown outcome had made the ticket ${ticket.key}.`);
    return { ticket };
  }
  if (hasLooked(sending)) return { none: true };
  return {
    outcome: refusedLater('looking_again', { retryAfterMs: secondLookAfterMs, receipt: lookedReceipt(sending) }),
  };
}

/** More than one can only be found where an earlier attempt made a duplicate, or where a summary is common. */
const searchResultsMax = 50;

function fieldsOf(issue: unknown): Fields {
  const fields = (issue as { fields?: unknown } | null)?.fields;
  return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
}

function hasLabel(fields: Fields, label: string): boolean {
  return Array.isArray(fields['labels']) && fields['labels'].includes(label);
}

/**
 * Makes the ticket. Where Jira refuses exactly fields that only the room has put there (a label that is not on the screen, a
 * priority that the scheme does not have), it is made once more without them: a ticket without a label is better than none.
 */
export function* createIssue(site: JiraSite, issue: Issue, notes: string[]): Generator<Ask, Found, Answer> {
  const path = platformPath(site, '/issue');
  const first = yield* ask(jiraRequest(site, 'POST', path, issue.body), null, notes.splice(0));
  const refused = first.kind === 'http' && first.status === 400 && !isStranger(first) ? refusedFields(first) : [];
  if (first.kind === 'none' || refused.length === 0 || !refused.every((field) => issue.optionalFields.has(field))) {
    return judgeCreate(site, first);
  }
  for (const field of refused) issue.fields.delete(field);
  const second = yield* ask(jiraRequest(site, 'POST', path, issue.body), null, [
    `Jira refused ${refused.join(' and ')}, so the ticket was opened without.`,
  ]);
  return judgeCreate(site, second);
}

function judgeCreate(site: JiraSite, answer: Exclude<Answer, { kind: 'mail' }>): Found {
  if (answer.kind === 'none') return { outcome: unanswered(answer) };
  if (!isSuccess(answer) || isStranger(answer)) return { outcome: refusedByJira(answer) };
  const json = readAnswer(answer.body);
  const ticket = json === null ? null : ticketOf(site, json);
  return ticket === null ? { outcome: unconfirmed(answer) } : { ticket };
}

/** 201 without a key means that something was made; another success without one means that something else answered. */
export function unconfirmed(answer: HttpAnswer): Outcome {
  return answer.status === 201
    ? { kind: 'unknown', reason: 'ticket_not_confirmed' }
    : refusedNever('unexpected_answer');
}

/** Where people see a ticket. */
export const browsePage = (site: JiraSite, key: string): string => `${site.baseUrl}/browse/${urlPart(key)}`;

function ticketOf(site: JiraSite, json: Readonly<Record<string, unknown>>): KnownTicket | null {
  return ticketIn(json['id'], json['key'], (key) => browsePage(site, key));
}

/** The end of an attempt that has done all it owed. */
export function settled(ticket: KnownTicket, sending: Sending, notes: readonly string[]) {
  const done: Outcome = { kind: 'accepted', receipt: ticketReceipt(ticket, sending.webhookId) };
  return notes.length === 0 ? { done } : { done, notes: [...notes] };
}

export function over(outcome: Outcome, notes: readonly string[]) {
  return notes.length === 0 ? { done: outcome } : { done: outcome, notes: [...notes] };
}

export function bodyOf(...members: readonly (readonly [string, JsonTree])[]): JsonObject {
  return new Map(members);
}
