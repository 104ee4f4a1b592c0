import { createHash } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { decodeLogEvent } from '@waybill/contracts/log-event';
import { registryEventSchemas, registryLog, type RegistryEventType } from '@waybill/contracts/log/registry';
import { logStream, notificationStream } from '@waybill/contracts/subjects';
import { bootstrapKey, RunningRegistry, webhook, type Written } from './running-registry.spec.js';

describe('registry', () => {
  let registry: RunningRegistry;

  beforeAll(async () => {
    registry = await RunningRegistry.start();
  }, 60_000);

  afterAll(() => registry?.stop());

  it('begins with the tenant default, its stream and the key it was given', async () => {
    const sha256 = createHash('sha256').update(bootstrapKey).digest('hex');
    const keyId = `key_${bootstrapKey.split('_')[1]}`;
    expect(await registry.ask('keys.verify', { keyId, sha256 }, '_')).toEqual({
      tenant: 'default',
      keyId,
      scopes: ['admin'],
      expiresAt: null,
    });
    expect(
      (await (await jetstreamManager(registry.client)).streams.info(notificationStream('default'))).config.retention,
    ).toBe('workqueue');
    const readiness = (await (await fetch(`http://127.0.0.1:${registry.service.kit.ops.port}/readyz`)).json()) as {
      checks: Record<string, string | null>;
    };
    expect(Object.entries(readiness.checks).filter(([, fault]) => fault !== null)).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    await registry.ask('tenants.create', { id: 'acme', name: 'Acme' }, '_');
    const { id } = await registry.ask('connectors.create', webhook());
    for (const [call, input] of Object.entries({
      'connectors.get': { id },
      'connectors.history': { id },
      'connectors.enable': { id },
      'connectors.update': { id, ifVersion: 1, patch: { name: 'x' } },
      'connectors.delete': { id, ifVersion: 1 },
    })) {
      expect(await registry.refusal(call, input, 'acme')).toMatchObject({ status: 404, code: 'connector_unknown' });
    }
    expect(await registry.ask('connectors.list', {}, 'acme')).toEqual({ items: [], nextCursor: null });
    expect(await registry.refusal('connectors.create', webhook(), 'nobody')).toMatchObject({
      status: 404,
      code: 'tenant_unknown',
    });
  });

  it('makes a tenant with its stream and a first key that works', async () => {
    const made = await registry.ask<{ id: string; apiKey: { key: string; id: string } }>(
      'tenants.create',
      { id: 'beta', name: 'Beta' },
      '_',
    );
    const sha256 = createHash('sha256').update(made.apiKey.key).digest('hex');
    expect(await registry.ask('keys.verify', { keyId: made.apiKey.id, sha256 }, '_')).toMatchObject({
      tenant: 'beta',
      scopes: ['admin'],
    });
    expect(
      (await (await jetstreamManager(registry.client)).streams.info(notificationStream('beta'))).config.discard,
    ).toBe('new');
    expect(await registry.ask('tenants.get', { id: 'beta' }, '_')).toMatchObject({
      id: 'beta',
      name: 'Beta',
      createdBy: 'key:key_a',
    });
    expect(await registry.refusal('tenants.create', { id: 'beta', name: 'Again' }, '_')).toMatchObject({ status: 409 });
    const key = await registry.ask<{ id: string; key: string }>(
      'keys.create',
      { name: 'ci', scopes: ['publish'] },
      'beta',
    );
    expect(await registry.ask('keys.revoke', { id: key.id }, 'beta')).toMatchObject({
      revokedAt: expect.any(String) as string,
    });
    const revoked = createHash('sha256').update(key.key).digest('hex');
    expect(await registry.refusal('keys.verify', { keyId: key.id, sha256: revoked }, '_')).toMatchObject({
      status: 401,
      code: 'unauthorized',
    });
    expect((await registry.ask<{ items: object[] }>('keys.list', {}, 'beta')).items).toHaveLength(2);
  });

  it('lists the built-in types, and what a tenant says over them', async () => {
    const { items } = await registry.ask<{ items: { type: string }[] }>('types.list');
    expect(items.map(({ type }) => type)).toEqual(['health', 'incident', 'observation', 'scheduled-report']);
    await registry.ask('types.put', {
      type: 'deploy.finished',
      title: 'Deploy',
      schema: { type: 'object' },
      sample: { a: 1 },
      strict: true,
    });
    expect(await registry.ask('types.get', { type: 'deploy.finished' })).toMatchObject({
      title: 'Deploy',
      strict: true,
      sample: { a: 1 },
    });
    expect(await registry.ask('types.put', { type: 'incident', strict: true })).toMatchObject({
      type: 'incident',
      strict: true,
      position: expect.any(Number) as number,
    });
    expect(await registry.refusal('types.get', { type: 'deploy.finished' }, 'acme')).toMatchObject({
      status: 404,
      code: 'type_unknown',
    });
    expect(await registry.refusal('types.put', { type: 'deploy', schema: { type: 'x' } })).toMatchObject({
      errors: [{ pointer: '/schema/type' }],
    });
  });

  it('tells what can be connected', async () => {
    const { items } = await registry.ask<{ items: { id: string }[] }>('targets.list');
    expect(items.map(({ id }) => id)).toContain('webhook');
    expect(await registry.ask('targets.get', { id: 'webhook' })).toMatchObject({
      id: 'webhook',
      form: expect.any(Object) as object,
    });
  });

  it('gives its log out as it stands on the bus, and relays it with position as sequence', async () => {
    const head = await registry.ask<{ log: string; position: number }>('log.head', {}, '_');
    expect(head.log).toBe(registryLog);
    const { events } = await registry.ask<{ events: { text: string; sealedAt: number | null }[] }>(
      'log.read',
      { after: 0, limit: 1_000 },
      '_',
    );
    const read = events.map(({ text, sealedAt }) => decodeLogEvent(text, sealedAt));
    expect(read.map(({ position }) => position)).toEqual(read.map((_, at) => at + 1));
    for (const { type, data } of read)
      expect(registryEventSchemas[type as RegistryEventType].parse(data)).toEqual(data);
    const stream = await (await jetstreamManager(registry.client)).streams.get(logStream(registryLog));
    while ((await stream.info()).state.last_seq < head.position) await registry.client.flush();
    expect((await stream.getMessage({ seq: 1 }))?.string()).toBe(events[0]?.text);
    expect((await stream.getMessage({ seq: head.position }))?.subject).toContain('waybill.v1.log.registry-0.');
  });

  it('goes on after a restart where it was', async () => {
    const before = await registry.ask<{ items: Written[] }>('connectors.list');
    await registry.service.stop();
    await registry.serve();
    expect(await registry.ask('connectors.list')).toEqual(before);
  }, 30_000);
});
