import { z } from 'zod';
import { apiKeyCreateSchema, apiKeySecretLength, formatApiKey, keyIdOf } from './api-keys.js';
import { recipientsMax } from './connector-configs.js';
import {
  connectorCreateSchema,
  connectorPatchSchema,
  maxConcurrentMax,
  timeoutMsMax,
  timeoutMsMin,
} from './connectors.js';
import { cancelBodySchema, redeliverBodySchema } from './deliveries.js';
import { nameLengthMax, notificationTypeLengthMax, reasonLengthMax, templateBodyLengthMax } from './fields.js';
import { logEventsQuerySchema, logReadLimitMax } from './log.js';
import { typePutBodySchema } from './notification-types.js';
import { publishSchema } from './notifications.js';
import { redeliveriesBodySchema } from './redelivery.js';
import { testInputSchema } from './render-and-test.js';
import {
  connectorsMax,
  subscriptionCreateSchema,
  subscriptionPatchSchema,
  suppressionMinutesMax,
} from './subscriptions.js';
import { tenantCreateSchema } from './tenants.js';

const idOf = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, '0')}`;
const webhook = { name: 'SOC', target: 'webhook', config: { url: 'https://hooks.example.com/in' } };
const email = (to: number) => ({
  name: 'mail',
  target: 'email',
  config: { to: Array.from({ length: to }, (_, n) => `a${n}@example.com`) },
});
const subscription = { name: 'urgent', connectorIds: [idOf('con', 1)], types: ['incident'] };
const template = (length: number) => ({
  ...webhook,
  templates: { incident: { format: 'json', body: 'x'.repeat(length) } },
});
const limits = (members: object) => ({ ...webhook, limits: members });

/** [what it is, schema, value, pointer of the fault or null where it is good] */
const cases: [string, z.ZodType, unknown, string | null][] = [
  [
    'a webhook as in the contract',
    connectorCreateSchema,
    { ...webhook, enabled: true, secrets: { password: 'x' } },
    null,
  ],
  [
    'a Slack connector without config',
    connectorCreateSchema,
    { name: 'S', target: 'slack', secrets: { url: 'https://x' } },
    null,
  ],
  [
    'a member of config that only its target knows',
    connectorCreateSchema,
    { ...webhook, config: { url: 'https://x', special: 1 } },
    null,
  ],
  ['an unknown target', connectorCreateSchema, { ...webhook, target: 'fax' }, '/target'],
  ['a field that does not exist', connectorCreateSchema, { ...webhook, id: idOf('con', 1) }, ''],
  ['a webhook without a URL', connectorCreateSchema, { name: 'x', target: 'webhook', config: {} }, '/config/url'],
  ['a name as long as allowed', connectorCreateSchema, { ...webhook, name: 'n'.repeat(nameLengthMax) }, null],
  ['a name one longer', connectorCreateSchema, { ...webhook, name: 'n'.repeat(nameLengthMax + 1) }, '/name'],
  ['an empty name', connectorCreateSchema, { ...webhook, name: '' }, '/name'],
  ['a blank name', connectorCreateSchema, { ...webhook, name: '  ' }, '/name'],
  ['a name that turns text around', connectorCreateSchema, { ...webhook, name: 'a\u202eb' }, '/name'],
  ['a name over two lines', connectorCreateSchema, { ...webhook, name: 'a\nb' }, '/name'],
  ['one recipient', connectorCreateSchema, email(1), null],
  ['no recipient', connectorCreateSchema, email(0), '/config/to'],
  ['fifty recipients', connectorCreateSchema, email(recipientsMax), null],
  ['fifty-one recipients', connectorCreateSchema, email(recipientsMax + 1), '/config/to'],
  ['a template as long as allowed', connectorCreateSchema, template(templateBodyLengthMax), null],
  ['a template one longer', connectorCreateSchema, template(templateBodyLengthMax + 1), '/templates/incident/body'],
  [
    'a template of a type that cannot be',
    connectorCreateSchema,
    { ...webhook, templates: { 'No Type': { format: 'json', body: '1' } } },
    '/templates/No Type',
  ],
  [
    'the least and the most of each limit',
    connectorCreateSchema,
    limits({ maxConcurrent: maxConcurrentMax, timeoutMs: timeoutMsMin }),
    null,
  ],
  [
    'one at once more than allowed',
    connectorCreateSchema,
    limits({ maxConcurrent: maxConcurrentMax + 1 }),
    '/limits/maxConcurrent',
  ],
  [
    'a time limit past the longest',
    connectorCreateSchema,
    limits({ timeoutMs: timeoutMsMax + 1 }),
    '/limits/timeoutMs',
  ],
  [
    'a time limit below the shortest',
    connectorCreateSchema,
    limits({ timeoutMs: timeoutMsMin - 1 }),
    '/limits/timeoutMs',
  ],
  [
    'a patch that removes a secret and a template',
    connectorPatchSchema,
    { secrets: { token: null }, templates: { incident: null } },
    null,
  ],
  ['a patch of the target', connectorPatchSchema, { target: 'slack' }, ''],
  [
    'a subscription as in the contract',
    subscriptionCreateSchema,
    { ...subscription, suppression: { minutes: 0, key: '{{a}}' } },
    null,
  ],
  [
    'a week of suppression',
    subscriptionCreateSchema,
    { ...subscription, suppression: { minutes: suppressionMinutesMax } },
    null,
  ],
  [
    'a minute more',
    subscriptionCreateSchema,
    { ...subscription, suppression: { minutes: suppressionMinutesMax + 1 } },
    '/suppression/minutes',
  ],
  [
    'a minute less than none',
    subscriptionCreateSchema,
    { ...subscription, suppression: { minutes: -1 } },
    '/suppression/minutes',
  ],
  ['no connector', subscriptionCreateSchema, { ...subscription, connectorIds: [] }, '/connectorIds'],
  [
    'as many connectors as allowed',
    subscriptionCreateSchema,
    { ...subscription, connectorIds: ids(connectorsMax) },
    null,
  ],
  [
    'one connector more',
    subscriptionCreateSchema,
    { ...subscription, connectorIds: ids(connectorsMax + 1) },
    '/connectorIds',
  ],
  [
    'a connector twice',
    subscriptionCreateSchema,
    { ...subscription, connectorIds: [idOf('con', 1), idOf('con', 1)] },
    '/connectorIds',
  ],
  [
    'the id of another thing',
    subscriptionCreateSchema,
    { ...subscription, connectorIds: [idOf('sub', 1)] },
    '/connectorIds/0',
  ],
  [
    'a fault deep in a filter',
    subscriptionCreateSchema,
    { ...subscription, filter: { and: [{ '=': [1] }] } },
    '/filter/and/0/=',
  ],
  ['a patch that removes the filter', subscriptionPatchSchema, { filter: null }, null],
  ['a notification', publishSchema, { type: 'deploy.finished', id: '7', source: 'ci', payload: {} }, null],
  ['a type as long as allowed', publishSchema, { type: 't'.repeat(notificationTypeLengthMax), payload: {} }, null],
  ['a type one longer', publishSchema, { type: 't'.repeat(notificationTypeLengthMax + 1), payload: {} }, '/type'],
  ['a type with an empty word', publishSchema, { type: 'a..b', payload: {} }, '/type'],
  ['a type that would be a wildcard', publishSchema, { type: 'a.>', payload: {} }, '/type'],
  ['a payload that is no object', publishSchema, { type: 'a', payload: [] }, '/payload'],
  ['a time that is none', publishSchema, { type: 'a', payload: {}, time: 'yesterday' }, '/time'],
  ['a tenant', tenantCreateSchema, { id: 'acme-1', name: 'Acme' }, null],
  ['a tenant of 63 characters', tenantCreateSchema, { id: 'a'.repeat(63), name: 'A' }, null],
  ['a tenant of 64 characters', tenantCreateSchema, { id: 'a'.repeat(64), name: 'A' }, '/id'],
  ['a tenant that would be a wildcard', tenantCreateSchema, { id: '*', name: 'A' }, '/id'],
  ['a tenant that would be two words of a subject', tenantCreateSchema, { id: 'a.b', name: 'A' }, '/id'],
  ['the tenant that stands for none', tenantCreateSchema, { id: '_', name: 'A' }, '/id'],
  ['a key', apiKeyCreateSchema, { name: 'ci', scopes: ['publish', 'read'] }, null],
  ['a key without scopes', apiKeyCreateSchema, { name: 'ci', scopes: [] }, '/scopes'],
  ['a scope that does not exist', apiKeyCreateSchema, { name: 'ci', scopes: ['root'] }, '/scopes/0'],
  ['a redelivery in both ways', redeliverBodySchema, { mode: 'same-bytes' }, null],
  ['a redelivery in no way', redeliverBodySchema, {}, '/mode'],
  ['a reason as long as allowed', cancelBodySchema, { reason: 'r'.repeat(reasonLengthMax) }, null],
  ['a reason one longer', cancelBodySchema, { reason: 'r'.repeat(reasonLengthMax + 1) }, '/reason'],
  [
    'many redeliveries by status',
    redeliveriesBodySchema,
    { filter: { status: 'dead-lettered' }, mode: 'render-again', dryRun: true },
    null,
  ],
  ['many redeliveries of everything', redeliveriesBodySchema, { filter: {}, mode: 'same-bytes' }, '/filter'],
  ['a type with its schema', typePutBodySchema, { title: 'T', schema: { type: 'object' }, strict: true }, null],
  ['a page of the log as large as allowed', logEventsQuerySchema, { limit: logReadLimitMax }, null],
  ['a page one larger', logEventsQuerySchema, { limit: logReadLimitMax + 1 }, '/limit'],
  ['a test of a stored connector', testInputSchema, { id: idOf('con', 1), type: 'incident' }, null],
  [
    'a test of a connector that is not saved',
    testInputSchema,
    { connector: webhook, type: 'incident', payload: {} },
    null,
  ],
  ['a test of nothing', testInputSchema, { type: 'incident' }, ''],
];

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, n) => idOf('con', n));
}

describe('what may be written', () => {
  it.each(cases)('judges %s', (_, schema, value, pointer) => {
    const { error } = schema.safeParse(value);
    expect(error === undefined ? null : error.issues[0]?.path.map((part) => `/${String(part)}`).join('')).toBe(pointer);
  });
});

describe('the text of an API key', () => {
  const secret = 'A'.repeat(apiKeySecretLength);
  it('names its id and comes back as it was written', () => {
    expect(keyIdOf(formatApiKey(idOf('key', 7), secret))).toBe(idOf('key', 7));
  });

  it.each([
    '',
    'wb_',
    `wb_${'0'.repeat(26)}_short`,
    `xx_${'0'.repeat(26)}_${secret}`,
    `wb_${'0'.repeat(26)}_${secret}x`,
    `wb_${'u'.repeat(26)}_${secret}`,
  ])('is not %p', (text) => {
    expect(keyIdOf(text)).toBeNull();
  });

  it('is never made from what is no key id or no secret', () => {
    expect(() => formatApiKey('key_1', secret)).toThrow();
    expect(() => formatApiKey(idOf('key', 1), 'secret')).toThrow();
  });
});
