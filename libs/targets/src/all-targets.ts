import { email } from './email/email.target.js';
import { jira } from './jira/jira.target.js';
import { jiraServiceManagement } from './jira-service-management/jira-service-management.target.js';
import { pagerduty } from './pagerduty/pagerduty.target.js';
import { servicenow } from './servicenow/servicenow.target.js';
import { slack } from './slack/slack.target.js';
import type { Target } from './target.js';
import { teams } from './teams/teams.target.js';
import { webhook } from './webhook/webhook.target.js';

/** The one list of what can be delivered to, in the order of the console. A new room is one line here. */
export const allTargets: readonly Target[] = [
  jira,
  jiraServiceManagement,
  servicenow,
  teams,
  slack,
  pagerduty,
  webhook,
  email,
];

const targetsById: ReadonlyMap<string, Target> = new Map(allTargets.map((target) => [target.descriptor.id, target]));

/** The room of a target id; undefined where there is no such target, which the caller turns into its own refusal. */
export function findTarget(id: string): Target | undefined {
  return targetsById.get(id);
}
