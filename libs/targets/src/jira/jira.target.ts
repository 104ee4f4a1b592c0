import { Refused } from '@waybill/decider/decider';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { isSuccess, refusedNever, unanswered } from '../answers.js';
import { readBody } from '../body.js';
import { checkBaseUrl } from '../check-url.js';
import { ask, type Ask, type Conversation, follow } from '../conversation.js';
import { type KnownTicket, knownTicket, type Owed, owedTo, ticketReceipt } from '../known-ticket.js';
import { optional } from '../settings.js';
import type { Answer, Sending, Step, Target } from '../target.js';
import { adfOfText, escapeWiki, isAdf } from './adf.js';
import { type Deployment, jiraRequest, type JiraSite, jiraSite, platformPath, refusedByJira } from './jira-site.js';
import { ended, isGone, type Served, transition } from './jira-transition.js';
import { jiraDescriptor } from './jira.descriptor.js';
import { completeIssue, fitLongText, type Issue, readIssue } from './jira.issue.js';
import { bodyOf, createIssue, lookForTicket, over, settled } from './jira.ticket.js';

export const jira: Target = {
  descriptor: jiraDescriptor,
  check,
  next: (sending: Sending, answers: readonly Answer[]): Step => follow(attempt(sending), answers),
};

function deploymentOf(config: Readonly<Record<string, unknown>>): Deployment {
  return config['deployment'] === 'data-center' ? 'data-center' : 'cloud';
}

/** One ticket a thing: the known one is served, one of an attempt with an unknown outcome is looked for, else one is made. */
function* attempt(sending: Sending): Conversation {
  const deployment = deploymentOf(sending.config);
  const site = jiraSite(sending, deployment);
  const notes: string[] = [];
  const read = readIssue(readBody(sending.body));
  if (read === null) return over(refusedNever('body_invalid'), notes);
  const issue = completeIssue(read, sending, deployment, notes);

  const known = knownTicket(sending);
  if (known !== null) {
    const served = yield* serve(site, sending, known, owedTo(sending), issue, notes);
    if (served.kind === 'ended') return over(served.outcome, notes);
    if (served.kind === 'done') return settled(known, sending, notes);
    notes.push(`The ticket ${known.key} is gone.`);
    // There is nothing left to resolve, and a new ticket would only have to be closed again.
    if (sending.act === 'resolve') return over({ kind: 'accepted', receipt: { memory: {} } }, notes);
  } else if (sending.afterUnknown) {
    const found = yield* lookForTicket(site, sending, notes);
    if ('outcome' in found) return over(found.outcome, notes);
    if ('ticket' in found) return yield* finish(site, sending, found.ticket, issue, notes);
  }
  const made = yield* createIssue(site, issue, notes);
  if (!('ticket' in made)) return over('outcome' in made ? made.outcome : refusedNever('unexpected_answer'), notes);
  return yield* finish(site, sending, made.ticket, issue, notes);
}

/** A new ticket of a thing that is over already is resolved at once, where the connector knows how. */
function* finish(site: JiraSite, sending: Sending, ticket: KnownTicket, issue: Issue, notes: string[]): Conversation {
  const owed: Owed[] = sending.act === 'resolve' ? ['resolve'] : [];
  const served = yield* serve(site, sending, ticket, owed, issue, notes);
  return served.kind === 'ended' ? over(served.outcome, notes) : settled(ticket, sending, notes);
}

/** Tells first and resolves then: many workflows take no comment on a closed ticket. */
function* serve(
  site: JiraSite,
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  issue: Issue,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const wanted = optional(sending.config, 'resolveTransition');
  const resolves = owed.includes('resolve') && wanted !== null;
  if (owed.includes('tell')) {
    const told = yield* tell(site, sending, ticket, resolves ? ['tell', 'resolve'] : ['tell'], issue, notes);
    if (told.kind !== 'done') return told;
  }
  if (!resolves) return { kind: 'done' };
  return yield* transition(site, ticket.id, wanted, ticketReceipt(ticket, sending.webhookId, ['resolve']), notes);
}

function* tell(
  site: JiraSite,
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  issue: Issue,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const onUpdate = optional(sending.config, 'onUpdate') ?? 'comment';
  if (onUpdate === 'none') {
    notes.push(`The ticket ${ticket.key} is known, and the connector adds nothing to known tickets.`);
    return { kind: 'done' };
  }
  const path = platformPath(site, `/issue/${encodeURIComponent(ticket.id)}`);
  const request =
    onUpdate === 'edit'
      ? jiraRequest(site, 'PUT', path, bodyOf(['fields', editOf(issue)]))
      : jiraRequest(site, 'POST', `${path}/comment`, bodyOf(['body', commentOf(issue, site.deployment, notes)]));
  const receipt = ticketReceipt(ticket, sending.webhookId, owed);
  const answer = yield* ask(request, receipt, notes.splice(0));
  if (answer.kind === 'none') return ended(unanswered(answer, receipt));
  if (isGone(answer)) return { kind: 'gone' };
  return isSuccess(answer) ? { kind: 'done' } : ended(refusedByJira(answer, receipt));
}

/** What makes a ticket this ticket is not edited: project and type cannot be, reporter and labels belong to the people by now. */
const keptOnEdit: ReadonlySet<string> = new Set(['project', 'issuetype', 'reporter', 'labels']);

function editOf(issue: Issue): JsonTree {
  return new Map([...issue.fields].filter(([key]) => !keptOnEdit.has(key)));
}

/** Summary and description as the ticket would have them, because that is what a person would look for. */
function commentOf(issue: Issue, deployment: Deployment, notes: string[]): JsonTree {
  const summary = issue.fields.get('summary') as string;
  const description = issue.fields.get('description');
  if (deployment === 'data-center') {
    // The summary is plain text and the description already markup.
    const head = escapeWiki(summary);
    const text = typeof description === 'string' ? `${head}\n\n${description}` : head;
    return fitLongText(text, deployment, 'The comment', notes) ?? head;
  }
  const comment = adfOfText(summary);
  const content = comment.get('content');
  if (isAdf(description) && Array.isArray(content))
    content.push(...((description.get('content') as JsonTree[] | undefined) ?? []));
  return fitLongText(comment, deployment, 'The comment', notes) ?? adfOfText(summary);
}

function check(config: Record<string, unknown>, secretNames: readonly string[]): void {
  checkBaseUrl(config['baseUrl'], '/config/baseUrl');
  checkJiraSecrets(secretNames);
}

/** E-mail and API token together, or a token alone. */
export function checkJiraSecrets(secretNames: readonly string[]): void {
  if (secretNames.includes('token')) return;
  for (const name of ['email', 'apiToken']) {
    if (!secretNames.includes(name)) {
      throw new Refused(
        'secret_missing',
        'Give e-mail and API token, or for Data Center a personal access token.',
        `/secrets/${name}`,
      );
    }
  }
}
