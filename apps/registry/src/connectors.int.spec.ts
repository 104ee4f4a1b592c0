import { connectorSchema } from '@waybill/contracts/http/connectors';
import { rpcSubject } from '@waybill/contracts/subjects';
import { queryRows } from '@waybill/testkit/start-postgres';
import { RunningRegistry, webhook, withToken, type Written } from './running-registry.spec.js';

describe('connectors in registry', () => {
  let registry: RunningRegistry;

  beforeAll(async () => {
    registry = await RunningRegistry.start();
  }, 60_000);

  afterAll(() => registry?.stop());

  it('creates a connector, shows a made signing secret once and never a secret again', async () => {
    const created = await registry.ask('connectors.create', withToken('hunter2'));
    expect(connectorSchema.parse(created)).toMatchObject({
      tenant: 'default',
      version: 1,
      status: 'healthy',
      limits: { maxConcurrent: 8, maxPerSecond: null, timeoutMs: 15_000, retryDelaysSeconds: null },
      secrets: { token: { set: true, setBy: 'key:key_a' }, signingSecret: { set: true } },
    });
    expect(created.generatedSecrets?.['signingSecret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const read = await registry.ask('connectors.get', { id: created.id });
    expect(read['generatedSecrets']).toBeUndefined();
    expect(JSON.stringify(read)).not.toContain('hunter2');
    expect((await registry.ask<{ items: Written[] }>('connectors.list')).items[0]).toEqual(read);
  });

  it('shows how the last test ended, as delivery says, also in the list', async () => {
    const made = await registry.ask('connectors.create', webhook({ name: 'Tested' }));
    expect(await registry.ask('connectors.get', { id: made.id })).toMatchObject({ lastTest: null });
    const lastTest = {
      at: '2026-01-02T03:04:05.000Z',
      mode: 'delivery',
      outcome: 'refused',
      reason: 'unauthorized',
      by: 'key:k',
    };
    const told = registry.client.subscribe(rpcSubject('delivery', 'default', 'connectors.tests'), {
      callback: (_error, message) => {
        const { ids } = message.json<{ ids: string[] }>();
        const items = ids.filter((id) => id === made.id).map((connectorId) => ({ connectorId, ...lastTest }));
        message.respond(JSON.stringify({ ok: { items } }));
      },
    });
    const shown = () => registry.ask<{ lastTest: unknown }>('connectors.get', { id: made.id });
    // A delivery service that was not there is left alone for two seconds.
    const until = Date.now() + 5_000;
    while ((await shown()).lastTest === null && Date.now() < until) await new Promise((wait) => setTimeout(wait, 100));
    expect(await shown()).toMatchObject({ lastTest });
    const { items } = await registry.ask<{ items: { id: string; lastTest: unknown }[] }>('connectors.list');
    expect(items.filter((item) => item.lastTest !== null).map(({ id }) => id)).toEqual([made.id]);
    told.unsubscribe();
  });

  it('shows how delivery says a connector is doing, filters by it, and is not held up where delivery is away', async () => {
    const [ill, quiet] = await Promise.all(['Ill', 'Quiet'].map((name) => registry.ask('connectors.create', webhook({ name })))); // prettier-ignore
    const ids = async (status: string): Promise<string[]> =>
      (await registry.ask<{ items: Written[] }>('connectors.list', { status })).items.map(({ id }) => id);
    expect(await registry.ask('connectors.get', { id: ill?.id })).toMatchObject({ status: 'healthy' });
    const failing = { failingSince: '2026-01-02T03:04:05.000Z', because: 'server_error', pausedUntil: null };
    const paused = { failingSince: null, because: null, pausedUntil: '2026-01-02T03:04:06.000Z' };
    const items = [
      { connectorId: ill?.id, ...failing },
      { connectorId: quiet?.id, ...paused },
    ];
    const told = registry.client.subscribe(rpcSubject('delivery', 'default', 'connectors.health'), {
      callback: (_, message) => void message.respond(JSON.stringify({ ok: { items } })),
    });
    await registry.client.flush();
    await registry.eventually(
      () => registry.ask('connectors.get', { id: ill?.id }),
      ({ status }) => status === 'failing',
    );
    expect(await registry.ask('connectors.get', { id: ill?.id })).toMatchObject({ status: 'failing', health: failing });
    expect(await registry.ask('connectors.get', { id: quiet?.id })).toMatchObject({
      status: 'healthy',
      health: paused,
    });
    expect(await ids('failing')).toEqual([ill?.id]);
    expect(await ids('healthy')).not.toContain(ill?.id);
    expect(await registry.ask('connectors.disable', { id: ill?.id })).toMatchObject({
      status: 'disabled',
      health: { failingSince: null },
    });
    expect(await ids('failing')).toEqual([]);
    told.unsubscribe();
  });

  it('gives delivery what opens to the secrets, under its own key only', async () => {
    const { id } = await registry.ask(
      'connectors.create',
      webhook({ secrets: { signingSecret: `whsec_${Buffer.alloc(32).toString('base64')}` } }),
    );
    expect(await registry.secretsOf(id, 1)).toEqual({ signingSecret: `whsec_${Buffer.alloc(32).toString('base64')}` });
    expect(await registry.refusal('connectors.sealed-secrets', { connectorId: id, secretVersion: 2 })).toMatchObject({
      status: 404,
    });
    expect(
      await registry.refusal('connectors.sealed-secrets', { connectorId: id, secretVersion: 1 }, 'other'),
    ).toMatchObject({
      status: 404,
    });
  });

  it.each(['http://169.254.169.254/', 'http://10.0.0.1/'])(
    'refuses to save %s where no deployment file opens it, as delivery would refuse to send there',
    async (url) => {
      expect(await registry.refusal('connectors.create', webhook({ config: { url } }))).toMatchObject({
        status: 422,
        errors: [{ pointer: '/config/url', code: 'egress_blocked' }],
      });
    },
  );

  it('updates by merge patch under a version, and keeps the secrets that are left out', async () => {
    const { id } = await registry.ask('connectors.create', withToken('t1'));
    const renamed = await registry.ask('connectors.update', {
      id,
      ifVersion: 1,
      patch: { name: 'New', config: { method: 'PUT' } },
    });
    expect(renamed).toMatchObject({
      version: 2,
      name: 'New',
      config: { url: 'https://h.example.com/', method: 'PUT' },
    });
    expect(await registry.refusal('connectors.update', { id, ifVersion: 1, patch: { name: 'x' } })).toMatchObject({
      status: 412,
      code: 'version_mismatch',
    });
    const replaced = await registry.ask('connectors.update', { id, ifVersion: 2, patch: { secrets: { token: 't2' } } });
    expect(replaced.version).toBe(3);
    const opened = await registry.secretsOf(id, 2);
    expect(opened).toMatchObject({ token: 't2', signingSecret: expect.stringMatching(/^whsec_/) });
    expect(
      await registry.refusal('connectors.update', { id, ifVersion: 3, patch: { secrets: { token: null } } }),
    ).toMatchObject({ status: 422 });
  });

  it('SEC-07 takes the mask for the value that is set, and gives no value back', async () => {
    const { id } = await registry.ask('connectors.create', withToken('correct horse'));
    const before = await registry.secretsOf(id, 1);
    const kept = await registry.ask('connectors.update', {
      id,
      ifVersion: 1,
      patch: { name: 'Renamed', secrets: { token: '****' } },
    });
    expect([kept.version, JSON.stringify(kept).includes('correct horse')]).toEqual([2, false]);
    expect(await registry.secretsOf(id, 1)).toEqual(before);
    expect(await registry.refusal('connectors.create', withToken('****'))).toMatchObject({ status: 422 });
  });

  it('keeps a replaced signing secret signing beside the new one until somebody takes it away, or says otherwise', async () => {
    const [first, second, third] = [1, 2, 3].map((n) => `whsec_${Buffer.alloc(32, n).toString('base64')}`) as [string, string, string]; // prettier-ignore
    const { id } = await registry.ask('connectors.create', webhook({ secrets: { signingSecret: first } }));
    const change = (ifVersion: number, secrets: object) =>
      registry.ask('connectors.update', { id, ifVersion, patch: { secrets } });
    expect((await change(1, { signingSecret: second })).secrets).toHaveProperty('previousSigningSecret');
    expect(await registry.secretsOf(id, 2)).toEqual({ signingSecret: second, previousSigningSecret: first });
    await change(2, { signingSecret: second });
    expect((await change(2, { previousSigningSecret: null })).secrets).not.toHaveProperty('previousSigningSecret');
    await change(3, { signingSecret: third, previousSigningSecret: null });
    expect(await registry.secretsOf(id, 4)).toEqual({ signingSecret: third });
    const { generatedSecrets } = await change(4, { signingSecret: null });
    expect(await registry.secretsOf(id, 5)).toEqual({
      signingSecret: generatedSecrets?.['signingSecret'],
      previousSigningSecret: third,
    });
  });

  it.each([
    ['was changed', 'secret_tampered', 'secret.tamper', `jsonb_set(secrets, '{values,token}', '"AAAA"')`],
    [
      'lies in the place of another',
      'secret_tampered',
      'secret.tamper',
      `(select secrets from sealed_secrets where connector_id = $2)`,
    ],
    ['is under a key that is gone', 'secret_key_missing', 'secret.key-missing', `jsonb_set(secrets, '{kek}', '"v9"')`],
  ])(
    'SEC-02 refuses to change a connector whose sealed set %s, and tells the operator',
    async (_what, code, event, changed) => {
      // prettier-ignore
      const [{ id }, other] = [await registry.ask('connectors.create', withToken('t1')), await registry.ask('connectors.create', withToken('t2'))]; // prettier-ignore
      const change = `update sealed_secrets set secrets = ${changed} where connector_id = $1 and $2::text is not null`;
      await queryRows(registry.database.ownerUrl, change, [id, other.id]);
      registry.errors.length = 0;
      const problem = await registry.refusal('connectors.update', { id, ifVersion: 1, patch: { name: 'New' } });
      expect(problem).toMatchObject({ status: 422, code, errors: [{ pointer: '/secrets', code }] });
      expect(registry.errors).toEqual([expect.objectContaining({ event, code, connectorId: id, secretVersion: 1 })]);
      expect(await registry.ask('connectors.get', { id })).toMatchObject({ version: 1 });
    },
  );

  it('lets one of many writers of the same version win, and never mixes their secrets', async () => {
    const { id } = await registry.ask('connectors.create', withToken('t0'));
    const writers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        registry.reply('connectors.update', { id, ifVersion: 1, patch: { secrets: { token: `t${n + 1}` } } }),
      ),
    );
    expect(writers.filter(({ ok }) => ok !== undefined)).toHaveLength(1);
    expect(new Set(writers.flatMap(({ problem }) => problem?.code ?? []))).toEqual(new Set(['version_mismatch']));
    const winner = writers.findIndex(({ ok }) => ok !== undefined);
    const { items } = await registry.ask<{ items: { data: { secretVersion: number } }[] }>('connectors.history', {
      id,
    });
    const secretVersion = items[0]?.data.secretVersion ?? 0;
    const opened = await registry.secretsOf(id, secretVersion);
    expect(opened['token']).toBe(`t${winner + 1}`);
  });

  it('lists connectors as they were, with one that was deleted since and without one that came since', async () => {
    const gone = await registry.ask('connectors.create', webhook({ name: 'looked back at, gone' }));
    const renamed = await registry.ask('connectors.create', webhook({ name: 'looked back at, old name' }));
    const at = await aMomentLater();
    await registry.ask('connectors.delete', { id: gone.id, ifVersion: 1 });
    await registry.ask('connectors.update', { id: renamed.id, ifVersion: 1, patch: { name: 'looked back at, new' } });
    const since = await registry.ask('connectors.create', webhook({ name: 'looked back at, since' }));
    const q = 'LOOKED back';
    const then = await registry.ask<{ items: Written[] }>('connectors.list', { at, q });
    expect(then.items.map(({ id, name }) => [id, name])).toEqual([
      [renamed.id, 'looked back at, old name'],
      [gone.id, 'looked back at, gone'],
    ]);
    const now = await registry.ask<{ items: Written[] }>('connectors.list', { q });
    expect(now.items.map(({ id }) => id)).toEqual([since.id, renamed.id]);
    const before = await registry.ask<{ items: Written[] }>('connectors.list', { at: '2020-01-01T00:00:00Z' });
    expect(before.items).toEqual([]);
    const foreign = await registry.ask<{ items: Written[] }>('connectors.list', { at, q }, 'other');
    expect(foreign.items).toEqual([]);
  });

  it('disables with a reason, enables, deletes, and knows how it was before', async () => {
    const { id } = await registry.ask('connectors.create', webhook());
    const off = await registry.ask('connectors.disable', { id, reason: 'gone' });
    expect(off).toMatchObject({ version: 2, enabled: false, status: 'disabled', disabledReason: 'gone' });
    const between = await aMomentLater();
    expect(await registry.ask('connectors.enable', { id })).toMatchObject({
      version: 3,
      enabled: true,
      status: 'healthy',
    });
    expect(await registry.ask('connectors.get', { id, at: between })).toMatchObject({ version: 2, enabled: false });
    expect(await registry.refusal('connectors.get', { id, at: '2020-01-01T00:00:00Z' })).toMatchObject({ status: 404 });
    expect(await registry.refusal('connectors.delete', { id, ifVersion: 2 })).toMatchObject({ status: 412 });
    expect(await registry.ask('connectors.delete', { id, ifVersion: 3 })).toMatchObject({
      id,
      position: expect.any(Number) as number,
    });
    expect(await registry.refusal('connectors.get', { id })).toMatchObject({ status: 410, code: 'connector_deleted' });
    expect(await registry.refusal('connectors.update', { id, ifVersion: 4, patch: {} })).toMatchObject({ status: 410 });
    const { items } = await registry.ask<{ items: { type: string }[] }>('connectors.history', { id });
    expect(items.map(({ type }) => type)).toEqual([
      'ConnectorDeleted',
      'ConnectorEnabled',
      'ConnectorDisabled',
      'ConnectorCreated',
    ]);
    expect((await registry.ask<{ items: Written[] }>('connectors.list')).items.map((item) => item.id)).not.toContain(
      id,
    );
  });

  it('pages through a list newest first, and searches it without taking signs for patterns', async () => {
    await registry.ask('tenants.create', { id: 'pages', name: 'Pages' }, '_');
    const made: string[] = [];
    for (const name of ['a_b', 'axb', '100%'])
      made.push((await registry.ask('connectors.create', webhook({ name }), 'pages')).id);
    const first = await registry.ask<{ items: Written[]; nextCursor: string }>(
      'connectors.list',
      { limit: 2 },
      'pages',
    );
    const second = await registry.ask<{ items: Written[]; nextCursor: string | null }>(
      'connectors.list',
      { limit: 2, cursor: first.nextCursor },
      'pages',
    );
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.toReversed());
    expect(second.nextCursor).toBeNull();
    const named = async (q: string) =>
      (await registry.ask<{ items: { name: string }[] }>('connectors.list', { q }, 'pages')).items.map(
        ({ name }) => name,
      );
    expect(await named('A_B')).toEqual(['a_b']);
    expect(await named('%')).toEqual(['100%']);
    expect(await registry.refusal('connectors.list', { cursor: 'x' }, 'pages')).toMatchObject({
      status: 422,
      errors: [{ pointer: '/cursor' }],
    });
  });

  it('refuses a connector with every fault at its place, template faults with line and column', async () => {
    expect(await registry.refusal('connectors.create', { ...webhook(), config: {}, colour: 1 })).toMatchObject({
      status: 422,
      code: 'validation_failed',
    });
    const templates = {
      incident: { format: 'json', body: '{\n  "a": "{{broken"}' },
      other: { format: 'jq', body: '{a: ' },
    };
    const { code, errors } = await registry.refusal('connectors.create', webhook({ templates }));
    expect(code).toBe('template_invalid');
    expect(errors?.find(({ pointer }) => pointer === '/templates/incident/body')).toMatchObject({ line: 2 });
    expect(errors?.some(({ pointer }) => pointer === '/templates/other/body')).toBe(true);
  });

  it('keeps no secret in its log and none in clear in its database', async () => {
    await registry.ask('connectors.create', withToken('canary-value-4711'));
    const rows = await queryRows<{ found: boolean }>(
      registry.database.superuserUrl,
      `select bool_or(t::text like '%canary-value-4711%') as found
       from (select s::text from sealed_secrets s union all select e::text from log_events e) t`,
    );
    expect(rows[0]?.found).toBe(false);
  });
});

/** A time after all that was recorded, and before all that will be. */
async function aMomentLater(): Promise<string> {
  const at = new Date().toISOString();
  while (new Date().toISOString() === at) await new Promise(setImmediate);
  return at;
}
