import type { Stage } from '../stage.js';
import { type Promised, same } from '../story.js';
import { json, withDesk } from './acceptance-documented.js';
import type { Desk, Dict } from './desk.js';

/** Issue 3, "Bad input": what does not fit is refused with its place, and one notification that cannot be rendered stops no other. */
export function badInput(stage: Stage): readonly Promised[] {
  return [
    {
      says: 'config, secrets and templates that do not fit are refused with pointers, and nothing is stored',
      holds: () => withDesk(stage, refused),
    },
    {
      says: 'a payload that a template cannot render within its budget is a dead letter, and others go on',
      holds: () => withDesk(stage, beyondBudget),
    },
  ];
}

const hook = 'https://hooks.example.com/in';

/** What is created, and the pointer that the answer must name. */
const faults: readonly (readonly [what: string, connector: Dict, pointer: string])[] = [
  ['a webhook without an address', { target: 'webhook', config: {} }, '/config/url'],
  ['an address that is none', { target: 'webhook', config: { url: 'not a url' } }, '/config/url'],
  [
    'a header with a line end',
    { target: 'webhook', config: { url: hook, headers: { 'X-A': 'b\r\nC: d' } } },
    '/config/headers/X-A',
  ],
  [
    'Basic without a password',
    { target: 'webhook', config: { url: hook, auth: { kind: 'basic', username: 'a' } } },
    '/secrets/password',
  ],
  ['an unknown setting', { target: 'webhook', config: { url: hook, colour: 'red' } }, '/config/colour'],
  [
    'a retired Teams address',
    { target: 'teams', config: {}, secrets: { url: 'https://acme.webhook.office.com/webhookb2/x' } },
    '/secrets/url',
  ],
  [
    'a routing key that is too short',
    { target: 'pagerduty', config: {}, secrets: { routingKey: 'RK' } },
    '/secrets/routingKey',
  ],
  ['a recipient that is none', { target: 'email', config: { to: ['nobody'] } }, '/config/to/0'],
  [
    'a template that does not end',
    { target: 'webhook', config: { url: hook }, templates: json('incident', '{"a":"{{b"}') },
    '/templates/incident/body',
  ],
];

async function refused(desk: Desk): Promise<string> {
  const { api } = desk.stage;
  // Their health may change meanwhile, by what earlier stories left behind.
  const listed = async () =>
    (await api.all<{ id: string; version: number }>('/v1/connectors')).map(({ id, version }) => [id, version]);
  const before = await listed();
  for (const [what, connector, pointer] of faults) {
    const { status, json: problem, text } = await api.call('POST', '/v1/connectors', { name: what, ...connector });
    const errors = (problem['errors'] ?? []) as readonly { pointer: string }[];
    same([status, errors.some((error) => error.pointer === pointer)], [422, true], `${what}: ${text}`);
  }
  same(await listed(), before, 'the list of connectors');
  return `${faults.length} faults: ${faults.map(([what, , pointer]) => `${what} ${pointer}`).join(', ')}`;
}

async function beyondBudget(desk: Desk): Promise<string> {
  const name = desk.word('budget');
  const body = JSON.stringify({ all: '{{#list}}{{#list}}{{#list}}{{#list}}x{{/list}}{{/list}}{{/list}}{{/list}}' });
  const config = { url: `${desk.receiversUrl}/webhook/${name}` };
  const lane = await desk.lane({ target: 'webhook', config, templates: json('budget', body) }, 'budget');
  const list = (length: number): Dict => ({ list: Array.from({ length }, (_, at) => at) });
  for (const length of [2, 300, 3]) await desk.send(lane, list(length));
  const deliveries = await desk.until(lane.connectorId, 3);
  const ends = deliveries.map(({ status, reason }) => `${status}${reason === null ? '' : ` (${reason})`}`).sort();
  same(ends, ['dead-lettered (template_limit)', 'delivered', 'delivered'], 'the three');
  same((await desk.received('webhook', (item) => item.name === name)).length, 2, 'requests');
  return 'a list of 300 four times over: template_limit, never sent; those before and after it: delivered';
}
