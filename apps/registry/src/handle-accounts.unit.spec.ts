import { createHash } from 'node:crypto';
import { keyIdOf } from '@waybill/contracts/http/api-keys';
import { registryEventSchemas, type RegistryEventType } from '@waybill/contracts/log/registry';
import { MemoryLog } from '@waybill/event-log/memory-log';
import type { RpcCaller } from '@waybill/service-kit/rpc';
import { createKey, keyFromText, revokeKey, verifyKey } from './handle-api-key.js';
import { putType } from './handle-notification-type.js';
import { bootstrap, createTenant, KnownTenants } from './handle-tenant.js';

const caller = (tenant: string): RpcCaller => ({
  tenant,
  actor: 'key:key_a',
  requestId: 'req_a',
  traceparent: undefined,
  tracestate: undefined,
  subject: '',
});
const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('tenants and keys on a log', () => {
  let log: MemoryLog;
  beforeEach(() => {
    log = new MemoryLog('registry-0');
  });

  it('make one tenant out of two attempts at the same time', async () => {
    const attempts = [1, 2].map(() => createTenant(log, caller('_'), { id: 'acme', name: 'Acme' }));
    const ended = await Promise.allSettled(attempts);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ended.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'tenant_exists' } });
  });

  it('know a tenant once it is there', async () => {
    const known = new KnownTenants(log);
    await expect(known.assert('acme')).rejects.toMatchObject({ code: 'tenant_unknown' });
    await createTenant(log, caller('_'), { id: 'acme', name: 'Acme' });
    await known.assert('acme');
  });

  it('verify a key by its hash and tell whose it is', async () => {
    const { key, keyId } = await createKey(log, caller('acme'), 'acme', { name: 'ci', scopes: ['publish'] });
    expect(keyIdOf(key)).toBe(keyId);
    expect(await verifyKey(log, keyId, sha256Of(key))).toEqual({
      tenant: 'acme',
      keyId,
      scopes: ['publish'],
      expiresAt: null,
    });
  });

  it('write no part of a key into the log that could be used', async () => {
    const { key } = await createKey(log, caller('acme'), 'acme', { name: 'ci', scopes: ['publish'] });
    const events = await log.readAll({ after: 0, limit: 10 });
    expect(JSON.stringify(events)).not.toContain(key.slice(-43));
  });

  it('refuse unknown, wrong, revoked and expired keys in the same words', async () => {
    const { key, keyId } = await createKey(log, caller('acme'), 'acme', { name: 'ci', scopes: ['publish'] });
    const soon = new Date(Date.now() + 40).toISOString();
    const short = await createKey(log, caller('acme'), 'acme', { name: 'short', scopes: ['read'], expiresAt: soon });
    const revoked = await createKey(log, caller('acme'), 'acme', { name: 'old', scopes: ['read'] });
    await revokeKey(log, caller('acme'), 'acme', revoked.keyId);
    while (Date.now() < Date.parse(soon)) await new Promise(setImmediate);
    const words = async (id: string, sha256: string): Promise<unknown> =>
      verifyKey(log, id, sha256).catch((error: Error) => error.message);
    const unknownId = 'key_01h455vb4pex5vsknk084sn02q';
    const refusals = await Promise.all([
      words(unknownId, sha256Of(key)),
      words(keyId, sha256Of(`${key.slice(0, -1)}0`)),
      words(revoked.keyId, sha256Of(revoked.key)),
      words(short.keyId, sha256Of(short.key)),
    ]);
    expect(new Set(refusals)).toEqual(new Set(['The API key is not valid.']));
  });

  it('let a key expire by the clock of the log, whatever the machine says', async () => {
    let nowMs = Date.UTC(2001, 0, 1);
    const past = new MemoryLog('registry-0', () => nowMs);
    const expiresAt = new Date(nowMs + 1_000).toISOString();
    const { key, keyId } = await createKey(past, caller('acme'), 'acme', { name: 'ci', scopes: ['read'], expiresAt });
    expect(await verifyKey(past, keyId, sha256Of(key))).toMatchObject({ keyId });
    nowMs += 1_000;
    await expect(verifyKey(past, keyId, sha256Of(key))).rejects.toThrow('The API key is not valid.');
  });

  it('do not let one tenant revoke the key of another', async () => {
    const { keyId } = await createKey(log, caller('acme'), 'acme', { name: 'ci', scopes: ['publish'] });
    await expect(revokeKey(log, caller('other'), 'other', keyId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('make the first tenant with a given key, once, and never where a tenant is', async () => {
    const { key } = await createKey(new MemoryLog('registry-0'), caller('x'), 'x', {
      name: 'given',
      scopes: ['admin'],
    });
    const given = keyFromText(key, 'Bootstrap', ['admin']);
    if (given === null) throw new Error('the key is one of ours');
    expect(await bootstrap(log, caller('_'), given)).toBe(true);
    expect(await bootstrap(log, caller('_'), given)).toBe(false);
    expect(await verifyKey(log, given.keyId, sha256Of(key))).toMatchObject({ tenant: 'default', scopes: ['admin'] });
    const settled = new MemoryLog('registry-0');
    await createTenant(settled, caller('_'), { id: 'acme', name: 'Acme' });
    expect(await bootstrap(settled, caller('_'), given)).toBe(false);
  });

  it.each([
    ['a text that is no key', 'secret'],
    ['a key that is one character short', `wb_01h455vb4pex5vsknk084sn02q_${'a'.repeat(42)}`],
  ])('take %s for none', (_sentence, text) => {
    expect(keyFromText(text, 'x', ['admin'])).toBeNull();
  });

  it('refuse a notification type whose schema is none', async () => {
    const shape = { type: 'deploy', title: 'Deploy', schema: { type: 'nonsense' }, sample: null, strict: false };
    await expect(putType(log, caller('acme'), shape)).rejects.toMatchObject({ errors: [{ pointer: '/schema/type' }] });
    await putType(log, caller('acme'), { ...shape, schema: { type: 'object' } });
  });

  it('write events that fit what is promised to others', async () => {
    await createTenant(log, caller('_'), { id: 'acme', name: 'Acme' });
    const { keyId } = await createKey(log, caller('acme'), 'acme', { name: 'ci', scopes: ['publish'] });
    await revokeKey(log, caller('acme'), 'acme', keyId);
    await putType(log, caller('acme'), {
      type: 'deploy',
      title: 'Deploy',
      schema: null,
      sample: { a: 1 },
      strict: true,
    });
    const events = await log.readAll({ after: 0, limit: 10 });
    expect(events.map(({ type }) => type)).toEqual([
      'TenantCreated',
      'ApiKeyCreated',
      'ApiKeyRevoked',
      'NotificationTypePut',
    ]);
    for (const { type, data } of events)
      expect(registryEventSchemas[type as RegistryEventType].parse(data)).toEqual(data);
  });
});
