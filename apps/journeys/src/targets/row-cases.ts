import type { Dict, Given } from './desk.js';

/** The type of the notifications that go through the cases below; each case has its own template for it. */
export const rowType = 'row';

/** A connector that makes a receiver apply a row of targets.md section 9, through the whole product. */
export interface RowCase {
  /** Rule of the receiver that is meant. */
  readonly rule: string;
  readonly given: Given;
  /** How many notifications, one after the other; default one empty payload. */
  readonly payloads?: readonly Dict[];
  /** How the last delivery's attempts end, as `attemptsOf` writes them; refused for good when absent. */
  readonly ends?: RegExp;
}

/** Cases that may run at once, while these options hold. */
export interface RowGroup {
  readonly options?: readonly (readonly [target: string, option: string, value: unknown, name?: string])[];
  /** The next request of that name is answered so late. */
  readonly late?: readonly [target: string, name: string, delayMs: number];
  /** Nothing is sent for so long before: conversations that are kept for the next mail have ended by then. */
  readonly quietMs?: number;
  readonly cases: readonly RowCase[];
}

const template = (body: unknown): Pick<Given, 'templates'> => ({
  templates: { [rowType]: { format: 'json', body: JSON.stringify(body) } },
});
export const accepted = /^accepted$/;

export function slackRows(url: string): readonly RowGroup[] {
  let service = 40;
  const hook = (path?: string): Dict => ({
    url: `${url}/slack/services/${path ?? `T000/B0${(service += 1)}/known-token`}`,
  });
  const given = (body: unknown, path?: string): Given => ({ target: 'slack', secrets: hook(path), ...template(body) });
  const text = { text: 'x' };
  const cases: RowCase[] = [
    { rule: 'slack.unknown-service', given: given(text, 'T999/B050/known-token') },
    { rule: 'slack.revoked', given: given(text, 'T000/B001/known-token') },
    { rule: 'slack.archived', given: given(text, 'T000/B002/known-token') },
    { rule: 'slack.no-text', given: given({ unfurl_links: false }) },
    { rule: 'slack.channel', given: given({ ...text, channel: '#general' }) },
    { rule: 'slack.blocks-format', given: given({ ...text, blocks: [{ text: 'no type' }] }) },
    { rule: 'slack.invalid-attachments', given: given({ ...text, attachments: ['x'] }) },
    // The author of a template may mention people; data may not.
    { rule: 'slack.mention', given: given({ text: '<!channel> x' }), ends: accepted },
  ];
  return [{ cases }];
}

export function teamsRows(url: string): readonly RowGroup[] {
  const flow = (name: string, query = '&sig=waybill-dev-signature'): Dict => ({
    url: `${url}/teams/powerautomate/automations/direct/workflows/${name}/triggers/manual/paths/invoke?api-version=1${query}`,
  });
  const message = (attachment: unknown): Dict => ({ type: 'message', attachments: [attachment] });
  const body = [{ type: 'TextBlock', text: 'x' }];
  const contentType = 'application/vnd.microsoft.card.adaptive';
  const given = (name: string, what: unknown, query?: string): Given => ({
    target: 'teams',
    secrets: flow(name, query),
    ...template(what),
  });
  const card = { type: 'AdaptiveCard', version: '1.4', body };
  // A card that a flow cannot post is answered with 202 all the same: only its owner sees the failed run.
  const cases: RowCase[] = [
    { rule: 'teams.no-sig', given: given('flow-1', card, '') },
    { rule: 'teams.unknown', given: given('flow-unknown', card) },
    { rule: 'teams.state', given: given('flow-suspended', card) },
    { rule: 'teams.tenant-only', given: given('flow-tenant', card) },
    { rule: 'teams.schema', given: given('flow-typed', { text: 'x' }) },
    { rule: 'teams.card-attachments', given: given('flow-1', { text: 'x' }), ends: accepted },
    {
      rule: 'teams.card-content-type',
      given: given('flow-1', message({ contentType: 'text/html', content: card })),
      ends: accepted,
    },
    {
      rule: 'teams.card-type',
      given: given('flow-1', message({ contentType, content: { type: 'HeroCard', body } })),
      ends: accepted,
    },
    {
      rule: 'teams.card-empty-body',
      given: given('flow-1', message({ contentType, content: { type: 'AdaptiveCard', body: [] } })),
      ends: accepted,
    },
  ];
  return [{ cases }];
}

export function pagerdutyRows(url: string): readonly RowGroup[] {
  const config = { baseUrl: `${url}/pagerduty` };
  const key = 'R0123456789abcdefghijklmnopqrstu';
  const secrets = { routingKey: key };
  const event = { payload: { summary: 'x', source: 'x', severity: 'info' } };
  const given = (body: unknown): Given => ({ target: 'pagerduty', config, secrets, ...template(body) });
  const cases: RowCase[] = [
    { rule: 'pagerduty.routing-key-length', given: given({ ...event, routing_key: 'RK' }) },
    {
      rule: 'pagerduty.routing-key-alphanumeric',
      given: given({ ...event, routing_key: 'R-123456789abcdefghijklmnopqrstu' }),
    },
    { rule: 'pagerduty.event-action', given: given({ ...event, event_action: 'Trigger' }) },
    {
      rule: 'pagerduty.dropped',
      given: given({ ...event, event_action: 'resolve', dedup_key: 'nobody-has-this' }),
      ends: accepted,
    },
    { rule: 'pagerduty.no-dedup-key', given: given({ ...event, dedup_key: '' }), ends: accepted },
    {
      rule: 'pagerduty.reopened',
      given: given({ ...event, dedup_key: '{{key}}', event_action: '{{act}}' }),
      payloads: ['trigger', 'resolve', 'trigger'].map((act) => ({ act, key: `again-${Date.now()}` })),
      ends: accepted,
    },
  ];
  return [{ cases }];
}
