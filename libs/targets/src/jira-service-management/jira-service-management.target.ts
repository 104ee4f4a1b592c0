import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import { isSuccess, refusedNever, unanswered } from '../answers.js';
import { readAnswer, readBody, textIn } from '../body.js';
import { checkBaseUrl } from '../check-url.js';
import { ask, type Ask, type Conversation, follow } from '../conversation.js';
import { mayBeOurs } from '../delivery-time.js';
import { escapeWiki, isAdf } from '../jira/adf.js';
import { isStranger, jiraRequest, type JiraSite, jiraSite, readOnly, refusedByJira } from '../jira/jira-site.js';
import { fitLongText } from '../jira/jira.issue.js';
import {
  bodyOf,
  browsePage,
  type Found,
  over,
  type Query,
  search,
  searchOf,
  unconfirmed,
} from '../jira/jira.ticket.js';
import { checkJiraSecrets } from '../jira/jira.target.js';
import { oneTicket, type TicketWays } from '../jira/one-ticket.js';
import { ticketIn } from '../known-ticket.js';
import { pageIn, urlPart } from '../receipt.js';
import { hasSecret } from '../settings.js';
import type { Access, Answer, HttpTargetRequest, Sending, Step, Target } from '../target.js';
import { jiraServiceManagementDescriptor } from './jira-service-management.descriptor.js';
import { completeRequest, type CustomerRequest, descriptionText, idOf, readRequest } from './jsm.request.js';

export const jiraServiceManagement: Target = {
  descriptor: jiraServiceManagementDescriptor,
  check,
  next: (sending: Sending, answers: readonly Answer[]): Step => follow(attempt(sending), answers),
  connect: (access: Access, answers: readonly Answer[]): Step => follow(introduce(access), answers),
};

const deskPath = '/rest/servicedeskapi/request';

/** A personal access token exists on Data Center only. */
const siteOf = (access: Access): JiraSite => jiraSite(access, hasSecret(access, 'token') ? 'data-center' : 'cloud');

/** The fields of the request type: an answer shows that the credential, the desk and the type are right. */
function* introduce(access: Access): Conversation {
  const part = (key: string): string => urlPart(idOf(access.config, key));
  const path = `/rest/servicedeskapi/servicedesk/${part('serviceDeskId')}/requesttype/${part('requestTypeId')}/field`;
  return { done: yield* readOnly(forDesk(jiraRequest(siteOf(access), 'GET', path))) };
}

/** As Jira's, over the service desk API; what that cannot do goes through the platform of the same site. */
function* attempt(sending: Sending): Conversation {
  const site = siteOf(sending);
  const notes: string[] = [];
  const request = readRequest(readBody(sending.body));
  if (request === null) return over(refusedNever('body_invalid'), notes);
  completeRequest(request, sending, notes);
  const ways: TicketWays = {
    site,
    word: 'request',
    look: (notes) => search(site, `/rest/api/2${searchOf(site)}`, queryOf(sending, request), sending, notes),
    create: (notes) => raise(site, request, notes),
    edit: (id) => editOf(site, id, request),
    comment: (id, notes) => deskRequest(site, `/${id}/comment`, commentOf(sending, request, notes)),
  };
  return yield* oneTicket(sending, ways, notes);
}

/** The service desk API cannot edit; the platform can, in the version whose description fits. */
function editOf(site: JiraSite, id: string, { values }: CustomerRequest): HttpTargetRequest {
  const version = isAdf(values.get('description')) ? 3 : 2;
  return jiraRequest(site, 'PUT', `/rest/api/${version}/issue/${id}`, bodyOf(['fields', values]));
}

/** Version 2 shows descriptions as the markup that was sent; the cloud has the newer search there too. */
function queryOf(sending: Sending, { values }: CustomerRequest): Query {
  const summary = summaryOf(values);
  const description = descriptionText(values);
  return {
    jql: searchFor(summary),
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

/** Where a summary has no word to search for, what is new is looked through: `isOurs` decides over each. */
const newRequests = 'created >= "-1d" ORDER BY created DESC';

/**
 * The words of the summary that hold no sign of the query language, in small letters, in which `AND`, `OR` and `NOT` are words and not
 * operators: a search for some of its words finds a summary too.
 */
function searchFor(summary: string): string {
  const words = summary
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, ''))
    .filter((word) => /^[\p{L}\p{M}\p{N}]+(?:[._][\p{L}\p{M}\p{N}]+)*$/u.test(word));
  return words.length === 0 ? newRequests : `summary ~ "${words.join(' ').toLowerCase()}"`;
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
  return forDesk(jiraRequest(site, 'POST', deskPath + path, new Map(body)));
}

function forDesk(request: HttpTargetRequest): HttpTargetRequest {
  return { ...request, headers: { ...request.headers, 'x-experimentalapi': 'true' } };
}

function* raise(site: JiraSite, request: CustomerRequest, notes: string[]): Generator<Ask, Found, Answer> {
  const answer = yield* ask(deskRequest(site, '', request.body), null, notes.splice(0));
  if (answer.kind === 'none') return { outcome: unanswered(answer) };
  if (!isSuccess(answer) || isStranger(answer)) return { outcome: refusedByJira(answer) };
  const json = readAnswer(answer.body);
  const key = json?.['issueKey'];
  const web = (json?.['_links'] as { web?: unknown } | null | undefined)?.web;
  const ticket = ticketIn(json?.['issueId'], key, (name) => pageIn(web) ?? browsePage(site, name));
  if (ticket === null || typeof key !== 'string' || key === '') return { outcome: unconfirmed(answer) };
  return { ticket };
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
