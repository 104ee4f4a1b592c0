import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { isSuccess, lookUpUnanswered, refusedNever, unanswered } from '../answers.js';
import { readAnswer } from '../body.js';
import { ask, type Ask } from '../conversation.js';
import type { Outcome, Receipt } from '../outcome.js';
import { urlPart } from '../receipt.js';
import type { Answer, HttpAnswer } from '../target.js';
import { isDone, isStranger, jiraRequest, type JiraSite, platformPath, refusedByJira } from './jira-site.js';

/** What came of a step on a known ticket: it is done, the ticket is gone, or the attempt ends. */
export type Served =
  { readonly kind: 'done' } | { readonly kind: 'gone' } | { readonly kind: 'ended'; readonly outcome: Outcome };

export const ended = (outcome: Outcome): Served => ({ kind: 'ended', outcome });

/** A 404 that is not one to a stranger: a person has removed the ticket. */
export function isGone(answer: HttpAnswer): boolean {
  return answer.status === 404 && !isStranger(answer);
}

/**
 * Moves a ticket by the transition of that name or id, as it is offered from where the ticket stands. A ticket that is done
 * already needs none. Names are compared with the transition's and with those of the status it leads to.
 */
export function* transition(
  site: JiraSite,
  issueId: string,
  wanted: string,
  reached: Receipt,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const path = platformPath(site, `/issue/${urlPart(issueId)}`);
  const offered = yield* ask(jiraRequest(site, 'GET', `${path}/transitions`), reached, notes.splice(0));
  if (offered.kind === 'none') return ended(lookUpUnanswered(offered, reached));
  if (isGone(offered)) return { kind: 'gone' };
  const list = readAnswer(offered.body)?.['transitions'];
  if (!isSuccess(offered) || isStranger(offered) || !Array.isArray(list)) return ended(refusedByJira(offered, reached));
  const id = findTransition(list, wanted);
  if (id === null) return yield* explainMissing(site, path, wanted, reached, notes);

  const body = new Map<string, JsonTree>([['transition', new Map([['id', id]])]]);
  const moved = yield* ask(jiraRequest(site, 'POST', `${path}/transitions`, body), reached);
  if (moved.kind === 'none') return ended(unanswered(moved, reached));
  if (isGone(moved)) return { kind: 'gone' };
  return isDone(moved) ? { kind: 'done' } : ended(refusedByJira(moved, reached));
}

function findTransition(list: readonly unknown[], wanted: string): string | null {
  const same = (value: unknown): boolean =>
    typeof value === 'string' && value.trim().toLowerCase() === wanted.trim().toLowerCase();
  const offers = list.filter((offer): offer is Record<string, unknown> => typeof offer === 'object' && offer !== null);
  const found =
    offers.find(({ id }) => same(id)) ??
    offers.find(({ name }) => same(name)) ??
    offers.find(({ to }) => same((to as { name?: unknown } | null)?.name));
  return typeof found?.['id'] === 'string' ? found['id'] : null;
}

/** A person may have closed the ticket before us; only an open one without the transition is a fault of the connector. */
function* explainMissing(
  site: JiraSite,
  path: string,
  wanted: string,
  reached: Receipt,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const issue = yield* ask(jiraRequest(site, 'GET', `${path}?fields=status`), reached);
  if (issue.kind === 'none') return ended(lookUpUnanswered(issue, reached));
  if (isGone(issue)) return { kind: 'gone' };
  const read = readAnswer(issue.body);
  if (!isSuccess(issue) || isStranger(issue) || read === null) return ended(refusedByJira(issue, reached));
  if (categoryOf(read) === 'done') {
    notes.push('The ticket was done already, so it was not moved.');
    return { kind: 'done' };
  }
  notes.push(`The ticket offers no transition "${wanted}" from where it stands.`);
  return ended(refusedNever('transition_missing', { receipt: reached }));
}

function categoryOf(issue: Record<string, unknown>): unknown {
  const fields = issue['fields'] as { status?: { statusCategory?: { key?: unknown } } } | null | undefined;
  return fields?.status?.statusCategory?.key;
}
