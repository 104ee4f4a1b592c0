import { Buckets } from '../bounded.js';
import type { Call } from '../call.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import { teamsRules, type TeamsCall } from './rules.js';

export const teamsOptions = {
  sig: option('waybill-dev-signature', 'the right signature of every workflow'),
  states: option<Readonly<Record<string, string>>>(
    { 'flow-disabled': 'Disabled', 'flow-suspended': 'Suspended', 'flow-deleted': 'Deleted' },
    'workflows that are not enabled, and their state',
  ),
  unknown: option<readonly string[]>(['flow-unknown'], 'workflows that do not exist; all others do'),
  typed: option<readonly string[]>(['flow-typed'], 'workflows whose trigger has a schema'),
  tenantOnly: option<readonly string[]>(['flow-tenant'], 'workflows that only people of the tenant may trigger'),
  perSecond: option(0, 'requests per second and workflow, 0 for no limit (real: about 4)'),
  throttleBody: option('json', 'body of 429', ['empty', 'json']),
  retryAfterSeconds: option<number | null>(1, 'Retry-After of 429; null for none'),
  success: option('202-empty', 'what success looks like', ['202-empty', '200-empty', '202-json']),
  legacy: option('410', 'what /webhookb2/ answers', ['410', '404', '2024']),
  legacyHidden: option<number>(0, 'legacy 2024: a status hidden in a 200; 0 for none'),
};

/** A flow's run, as its owner sees it; a refused card shows only here. */
export interface Run {
  readonly at: string;
  readonly workflow: string;
  readonly status: 'Succeeded' | 'Failed';
  readonly error: string | null;
  readonly title: string;
  readonly card: unknown;
}

/** Both URL shapes of Workflows: `/teams/powerautomate/automations/direct/workflows/{id}/…` and `/teams/workflows/{id}/…`. */
export function makeTeams(): Room {
  const runs: Run[] = [];
  const buckets = new Buckets();
  const options = new Options(teamsOptions);
  return makeRoom<typeof teamsOptions, TeamsCall>({
    target: 'teams',
    prefix: 'teams',
    options,
    rules: teamsRules({ runs, buckets }),
    nameOf: (call) => workflowOf(call) ?? 'legacy',
    contextOf: (call) => {
      const workflow = workflowOf(call);
      return Object.assign(call, { workflow: workflow ?? '', options: options.of(workflow ?? 'legacy') });
    },
    state: () => ({ runs, cards: runs.filter((run) => run.status === 'Succeeded') }),
    clearState: () => {
      runs.length = 0;
      buckets.clear();
    },
  });
}

const shape =
  /^\/teams\/(?:powerautomate\/automations\/direct\/(?:cu\/\d\d\/)?)?workflows\/([^/]+)\/triggers\/manual\/paths\/invoke$/;

function workflowOf(call: Call): string | null {
  return shape.exec(call.path)?.[1] ?? null;
}
