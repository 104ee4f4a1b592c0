import { createSecretKey } from 'node:crypto';
import { decideOne, type DecidingWith } from './decide-notification.js';
import { createLog } from '@waybill/service-kit/logger';
import type { Incoming } from './incoming.js';
import { compileKey } from './key-template.js';
import { RouteTable } from './route-table.js';
import { SuppressionWindows } from './suppression-windows.js';
import { TypeRules } from './type-rules.js';

const tenantKey = createSecretKey(Buffer.alloc(32, 7));

function deciding(): DecidingWith {
  const log = createLog({ service: 'spec', copy: 'one', level: 'silent' });
  const types = new TypeRules([], log);
  types.put('default', 'seen', { type: 'object', properties: { n: { type: 'number' } } }, true);
  const table = new RouteTable(compileKey);
  return { table, windows: new SuppressionWindows(tenantKey), types, tenantKey, newRefusalId: () => 'r1', log };
}

function incoming(body: string, headers: Record<string, string>): Incoming {
  return {
    via: 'jetstream',
    tenant: 'default',
    type: 'seen',
    subject: 'the subject it came on',
    actor: 'publisher',
    body: Buffer.from(body),
    header: (name) => headers[name] ?? '',
    fallbackId: 'stream-1',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

describe('a refusal', () => {
  const cases: [string, string, Record<string, string>, { code: string; id: string | null; source: string | null }][] =
    [
      [
        'names the notification that its schema refuses',
        '{"n":"x"}',
        { 'Waybill-Id': 'a', 'Waybill-Source': 's' },
        { code: 'payload_not_valid', id: 'a', source: 's' },
      ],
      [
        'names what a CloudEvent says of itself',
        '{"specversion":"1.0","id":"c","source":"/ce","data":{"n":"x"}}',
        {},
        { code: 'payload_not_valid', id: 'c', source: '/ce' },
      ],
      [
        'takes the identity of a body that cannot be read from the headers',
        '{',
        { 'Waybill-Id': 'a', 'Waybill-Source': 's' },
        { code: 'json_invalid', id: 'a', source: 's' },
      ],
      [
        'takes it from the headers of a binary CloudEvent',
        '{',
        { 'ce-id': 'c', 'ce-source': '/ce' },
        { code: 'json_invalid', id: 'c', source: '/ce' },
      ],
      ['has no identity where nobody gave one', '{', {}, { code: 'json_invalid', id: null, source: null }],
      [
        'keeps an identity of 256 characters',
        '{',
        { 'Waybill-Id': 'i'.repeat(256) },
        { code: 'json_invalid', id: 'i'.repeat(256), source: null },
      ],
      [
        'leaves out one of 257',
        '{',
        { 'Waybill-Id': 'i'.repeat(257) },
        { code: 'json_invalid', id: null, source: null },
      ],
    ];
  it.each(cases)('%s', (_, body, headers, wanted) => {
    const decided = decideOne(incoming(body, headers), deciding());
    const { code, id, source } = decided.data as { code: string; id: string | null; source: string | null };
    expect({ kind: decided.kind, code, id, source }).toEqual({ kind: 'refused', ...wanted });
  });

  it('is a stream of its own, so that it does not consume the id', () => {
    expect(decideOne(incoming('{', { 'Waybill-Id': 'a' }), deciding()).append.stream).toBe('refusal-r1');
  });
});
