import { jsonAnswer, type Answer } from '../answer.js';
import type { Call } from '../call.js';
import type { Values } from '../options.js';
import type { jiraOptions } from './jira.js';
import type { Route } from './route.js';
import type { JiraStore } from './store.js';

/** One call of the platform API as its rules read it. */
export type JiraCall = Call & {
  readonly route: Route;
  readonly options: Values<typeof jiraOptions>;
  readonly mode: 'cloud' | 'data-center';
  readonly store: JiraStore;
  readonly errors: Record<string, string>;
  readonly errorMessages: string[];
  /** URL in front of `/rest`. */
  readonly base: string;
};

/** Jira's own shape of a refusal. */
export function refusal(status: number, errorMessages: readonly string[], errors: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { errorMessages, errors });
}
