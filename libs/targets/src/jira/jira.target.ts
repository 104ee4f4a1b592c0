import { Refused } from '@waybill/decider/decider';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { refusedNever } from '../answers.js';
import { readBody } from '../body.js';
import { checkBaseUrl } from '../check-url.js';
import { type Conversation, follow } from '../conversation.js';
import type { Access, Answer, Sending, Step, Target } from '../target.js';
import { adfOfText, escapeWiki, isAdf } from './adf.js';
import { type Deployment, jiraRequest, jiraSite, platformPath, readOnly } from './jira-site.js';
import { jiraDescriptor } from './jira.descriptor.js';
import { completeIssue, fitLongText, type Issue, readIssue } from './jira.issue.js';
import { bodyOf, createIssue, lookForTicket, over } from './jira.ticket.js';
import { oneTicket, type TicketWays } from './one-ticket.js';

export const jira: Target = {
  descriptor: jiraDescriptor,
  check,
  next: (sending: Sending, answers: readonly Answer[]): Step => follow(attempt(sending), answers),
  connect: (access: Access, answers: readonly Answer[]): Step => follow(introduce(access), answers),
};

/** Jira says whom the credential belongs to. */
function* introduce(access: Access): Conversation {
  const site = jiraSite(access, deploymentOf(access.config));
  return { done: yield* readOnly(jiraRequest(site, 'GET', platformPath(site, '/myself'))) };
}

function deploymentOf(config: Readonly<Record<string, unknown>>): Deployment {
  return config['deployment'] === 'data-center' ? 'data-center' : 'cloud';
}

function* attempt(sending: Sending): Conversation {
  const deployment = deploymentOf(sending.config);
  const site = jiraSite(sending, deployment);
  const notes: string[] = [];
  const read = readIssue(readBody(sending.body));
  if (read === null) return over(refusedNever('body_invalid'), notes);
  const issue = completeIssue(read, sending, deployment, notes);
  const issuePath = (id: string): string => platformPath(site, `/issue/${id}`);
  const ways: TicketWays = {
    site,
    word: 'ticket',
    look: (notes) => lookForTicket(site, sending, notes),
    create: (notes) => createIssue(site, issue, notes),
    edit: (id) => jiraRequest(site, 'PUT', issuePath(id), bodyOf(['fields', editOf(issue)])),
    comment: (id, notes) =>
      jiraRequest(site, 'POST', `${issuePath(id)}/comment`, bodyOf(['body', commentOf(issue, deployment, notes)])),
  };
  return yield* oneTicket(sending, ways, notes);
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
