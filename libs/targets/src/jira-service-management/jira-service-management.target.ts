import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import { isSuccess, refusedNever, unanswered } from '../answers.js';
import { readAnswer, readBody, textIn } from '../body.js';
import { checkBaseUrl } from '../check-url.js';
import { ask, type Ask, type Conversation, follow } from '../conversation.js';
import { mayBeOurs } from '../delivery-time.js';
import { escapeWiki, isAdf } from '../jira/adf.js';
import { isStranger, jiraRequest, type JiraSite, jiraSite, refusedByJira } from '../jira/jira-site.js';
import { ended, isGone, type Served, transition } from '../jira/jira-transition.js';
import { fitLongText } from '../jira/jira.issue.js';
import { bodyOf, type Found, over, type Query, search, searchOf, settled, unconfirmed } from '../jira/jira.ticket.js';
import { checkJiraSecrets } from '../jira/jira.target.js';
import { type KnownTicket, knownTicket, type Owed, owedTo, ticketReceipt } from '../known-ticket.js';
import { hasSecret, optional } from '../settings.js';
import type { Answer, HttpTargetRequest, Sending, Step, Target } from '../target.js';
import { jiraServiceManagementDescriptor } from './jira-service-management.descriptor.js';
import { completeRequest, type CustomerRequest, descriptionText, readRequest } from './jsm.request.js';

export const jiraServiceManagement: Target = {
  descriptor: jiraServiceManagementDescriptor,
  check,
  next: (sending: Sending, answers: readonly Answer[]): Step => follow(attempt(sending), answers),
};

const deskPath = '/rest/servicedeskapi/request';

/** As Jira's, over the service desk API; what that cannot do goes through the platform of the same site. */
function* attempt(sending: Sending): Conversation {
  // A personal access token exists on Data Center only.
  const site = jiraSite(sending, hasSecret(sending, 'token') ? 'data-center' : 'cloud');
  const notes: string[] = [];
  const request = readRequest(readBody(sending.body));
  if (request === null) return over(refusedNever('body_invalid'), notes);
  completeRequest(request, sending, notes);

  const known = knownTicket(sending);
  if (known !== null) {
    const served = yield* serve(site, sending, known, owedTo(sending), request, notes);
    if (served.kind === 'ended') return over(served.outcome, notes);
    if (served.kind === 'done') return settled(known, sending, notes);
    notes.push(`The request ${known.key} is gone.`);
    if (sending.act === 'resolve') return over({ kind: 'accepted', receipt: { memory: {} } }, notes);
  } else if (sending.afterUnknown) {
    const path = `/rest/api/2${searchOf(site)}`;
    const found = yield* search(site, path, queryOf(sending, request), sending, notes);
    if ('outcome' in found) return over(found.outcome, notes);
    if ('ticket' in found) return yield* finish(site, sending, found.ticket, request, notes);
  }
  const made = yield* raise(site, request, notes);
  if (!('ticket' in made)) return over('outcome' in made ? made.outcome : refusedNever('unexpected_answer'), notes);
  return yield* finish(site, sending, made.ticket, request, notes);
}

function* finish(
  site: JiraSite,
  sending: Sending,
  ticket: KnownTicket,
  request: CustomerRequest,
  notes: string[],
): Conversation {
  const owed: Owed[] = sending.act === 'resolve' ? ['resolve'] : [];
  const served = yield* serve(site, sending, ticket, owed, request, notes);
  return served.kind === 'ended' ? over(served.outcome, notes) : settled(ticket, sending, notes);
}

/** Version 2 shows descriptions as the markup that was sent; the cloud has the newer search there too. */
function queryOf(sending: Sending, { values }: CustomerRequest): Query {
  const summary = summaryOf(values);
  const description = descriptionText(values);
  return {
    jql: `summary ~ "${searchable(summary)}"`,
    fields: ['summary', 'description', 'created'],
    isOurs: (fields) =>
      sameText(fields['summary'], summary) &&
      sameText(fields['description'] ?? '', description) &&
      mayBeOurs(sending.deliveryId, readTime(fields['created'])),
  };
}

/** `fitSummary` has made it a text that is not empty. */
function summaryOf(values: JsonObject): string {
  return textIn(values, 'summary') ?? '';
}

/** The longest run of the summary that has no sign of the query language: a search for part of it finds it too. */
function searchable(summary: string): string {
  const runs = summary.match(/[\p{L}\p{N} ._,]{1,255}/gu) ?? [];
  return (
    runs.reduce((longest, run) => (run.trim().length > longest.length ? run.trim() : longest), '') || 'Notification'
  );
}

function sameText(given: unknown, wanted: string): boolean {
  const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
  return typeof given === 'string' && flat(given) === flat(wanted);
}

/** Jira writes `2026-11-24T06:00:00.000+0000`, without the colon that ISO 8601 wants in its extended form. */
function readTime(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : NaN;
}

/** Older Data Centers take some of these calls only with the header; everybody else ignores it. */
function deskRequest(site: JiraSite, path: string, body: ReadonlyMap<string, JsonTree>): HttpTargetRequest {
  const request = jiraRequest(site, 'POST', deskPath + path, new Map(body));
  return { ...request, headers: { ...request.headers, 'x-experimentalapi': 'true' } };
}

function* raise(site: JiraSite, request: CustomerRequest, notes: string[]): Generator<Ask, Found, Answer> {
  const answer = yield* ask(deskRequest(site, '', request.body), null, notes.splice(0));
  if (answer.kind === 'none') return { outcome: unanswered(answer) };
  if (!isSuccess(answer) || isStranger(answer)) return { outcome: refusedByJira(answer) };
  const json = readAnswer(answer.body);
  const id = json?.['issueId'];
  const key = json?.['issueKey'];
  if (typeof id !== 'string' || id === '' || typeof key !== 'string' || key === '')
    return { outcome: unconfirmed(answer) };
  const web = (json?.['_links'] as { web?: unknown } | null | undefined)?.web;
  return {
    ticket: { id, key, url: typeof web === 'string' ? web : `${site.baseUrl}/browse/${encodeURIComponent(key)}` },
  };
}

function* serve(
  site: JiraSite,
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  request: CustomerRequest,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const wanted = optional(sending.config, 'resolveTransition');
  const resolves = owed.includes('resolve') && wanted !== null;
  if (owed.includes('tell')) {
    const told = yield* tell(site, sending, ticket, resolves ? ['tell', 'resolve'] : ['tell'], request, notes);
    if (told.kind !== 'done') return told;
  }
  if (!resolves) return { kind: 'done' };
  // An agent's resolution goes through the platform: customers are offered few transitions or none.
  return yield* transition(site, ticket.id, wanted, ticketReceipt(ticket, sending.webhookId, ['resolve']), notes);
}

function* tell(
  site: JiraSite,
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  request: CustomerRequest,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const onUpdate = optional(sending.config, 'onUpdate') ?? 'comment';
  if (onUpdate === 'none') {
    notes.push(`The request ${ticket.key} is known, and the connector adds nothing to known requests.`);
    return { kind: 'done' };
  }
  const id = encodeURIComponent(ticket.id);
  const send =
    onUpdate === 'edit'
      ? jiraRequest(
          site,
          'PUT',
          `/rest/api/${isAdf(request.values.get('description')) ? 3 : 2}/issue/${id}`,
          bodyOf(['fields', request.values]),
        )
      : deskRequest(site, `/${id}/comment`, commentOf(sending, request, notes));
  const receipt = ticketReceipt(ticket, sending.webhookId, owed);
  const answer = yield* ask(send, receipt, notes.splice(0));
  if (answer.kind === 'none') return ended(unanswered(answer, receipt));
  if (isGone(answer)) return { kind: 'gone' };
  return isSuccess(answer) ? { kind: 'done' } : ended(refusedByJira(answer, receipt));
}

/** `public` must be said: true mails the customer. */
function commentOf(sending: Sending, { values }: CustomerRequest, notes: string[]): ReadonlyMap<string, JsonTree> {
  const head = escapeWiki(summaryOf(values));
  const description = values.get('description');
  const text = typeof description === 'string' ? `${head}\n\n${description}` : head;
  return bodyOf(
    ['body', fitLongText(text, 'data-center', 'The comment', notes) ?? head],
    ['public', sending.config['publicComments'] === true],
  );
}

function check(config: Record<string, unknown>, secretNames: readonly string[]): void {
  checkBaseUrl(config['baseUrl'], '/config/baseUrl');
  checkJiraSecrets(secretNames);
}
