import { queryRows } from '@waybill/testkit/start-postgres';
import { RunningRegistry, webhook, type Written } from './running-registry.spec.js';

const at = 'https://hooks.example.com/in';

describe('SEC-08 a credential in the URL of a webhook', () => {
  let registry: RunningRegistry;

  beforeAll(async () => {
    registry = await RunningRegistry.start();
  }, 60_000);

  afterAll(() => registry?.stop());

  const create = (url: string, more: object = {}): Promise<Written> =>
    registry.ask('connectors.create', webhook({ config: { url, ...more } }));
  const change = ({ id, version }: Written, patch: object): Promise<Written> =>
    registry.ask('connectors.update', { id, ifVersion: version, patch });
  const refused = ({ id, version }: Written, patch: object) =>
    registry.refusal('connectors.update', { id, ifVersion: version, patch });
  const history = async (id: string) =>
    (await registry.ask<{ items: { type: string; version: number; data: object }[] }>('connectors.history', { id }))
      .items;
  const valueAt = async (id: string, secretVersion: number) =>
    (await registry.secretsOf(id, secretVersion))['urlQuery'];

  it('is a secret of its own, and stands in no answer, event, row or error', async () => {
    const made = await create(`${at}?key=abc123canary&room=7`);
    expect(made).toMatchObject({
      config: { url: `${at}?key=****&room=7` },
      secrets: { urlQuery: { set: true, setBy: 'key:key_a' } },
    });
    expect(await valueAt(made.id, 1)).toBe('key=abc123canary');
    const changed = await change(made, { config: { url: `${at}?key=def456canary&room=8` } });
    expect(changed).toMatchObject({ config: { url: `${at}?key=****&room=8` } });
    expect(await valueAt(made.id, 2)).toBe('key=def456canary');
    const problem = await registry.refusal(
      'connectors.create',
      webhook({ config: { url: `${at}?key=abc123canary`, method: 'BREW' } }),
    );
    const shown = [made, changed, problem, await history(made.id), await registry.ask('connectors.list')];
    expect(JSON.stringify(shown)).not.toContain('canary');
    const rows = (await everyRow()).join('\n');
    // Bytes are in hex there: what is in clear would be found.
    expect(rows).toContain(Buffer.from('hooks.example.com').toString('hex'));
    expect(rows).not.toMatch(/canary|63616e617279/);
    expect(registry.errors).toEqual([]);
  });

  async function everyRow(): Promise<string[]> {
    const owner = registry.database.superuserUrl;
    const tables = await queryRows<{ name: string }>(
      owner,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) => queryRows<{ row: string }>(owner, `select t::text as row from ${name} t`)),
    );
    return rows.flat().map(({ row }) => row);
  }

  it('stays where its mask stays, is replaced by a new value and goes with its parameter', async () => {
    const made = await create(`${at}?key=first`);
    const renamed = await change(made, { name: 'Renamed', config: { url: `${at}?key=****&room=7` } });
    expect([renamed.version, await valueAt(made.id, 1)]).toEqual([2, 'key=first']);
    expect((await history(made.id)).map(({ type }) => type)).toEqual(['ConnectorUpdated', 'ConnectorCreated']);
    const again = await change(renamed, { config: { url: `${at}?key=first&room=7` } });
    expect(again.version).toBe(2);
    const replaced = await change(again, { config: { url: `${at}?key=second&room=7` } });
    expect([replaced.version, await valueAt(made.id, 2)]).toEqual([3, 'key=second']);
    const bySecret = await change(replaced, { secrets: { urlQuery: 'key=third' } });
    expect([bySecret.config, await valueAt(made.id, 3)]).toEqual([replaced['config'], 'key=third']);
    const gone = await change(bySecret, { config: { url: `${at}?room=7` } });
    expect(gone['secrets']).toEqual({ signingSecret: expect.anything() as unknown });
    expect(await valueAt(made.id, 4)).toBeUndefined();
    expect(await refused(gone, { config: { url: `${at}?key=****` } })).toMatchObject({ status: 422 });
  });

  it('is never sent with settings that do not go with it: each event of a change has both', async () => {
    const made = await create(at);
    await change(made, { config: { url: `${at}?key=abc123` } });
    const events = (await history(made.id)).filter(({ version }) => version > 1);
    expect(events.map(({ type }) => type)).toEqual(['ConnectorSecretsReplaced', 'ConnectorUpdated']);
    for (const { data } of events) {
      expect(data).toMatchObject({ config: { url: `${at}?key=****` }, secretVersion: 2, secrets: { urlQuery: {} } });
    }
  });

  it('is demanded where its mask stands for nothing, or for a value that was given for another host', async () => {
    expect(await registry.refusal('connectors.create', webhook({ config: { url: `${at}?key=****` } }))).toMatchObject({
      status: 422,
      code: 'secret_missing',
      errors: [{ pointer: '/config/url', code: 'secret_missing' }],
    });
    const made = await create(`${at}?key=first`);
    for (const [patch, pointer] of [
      [{ config: { url: 'https://evil.example.com/in?key=****' } }, '/config/url'],
      [{ config: { url: 'https://evil.example.com/in?key=****' }, secrets: { urlQuery: '****' } }, '/config/url'],
      [{ config: { url: `${at}?token=****` } }, '/config/url'],
      [{ secrets: { urlQuery: null } }, '/config/url'],
      [{ secrets: { urlQuery: 'sig=x' } }, '/config/url'],
      [{ secrets: { urlQuery: 'key=x&sig=x' } }, '/secrets/urlQuery'],
    ] as const)
      expect(await refused(made, patch)).toMatchObject({ status: 422, errors: [{ pointer }] });
    const moved = await change(made, {
      config: { url: 'https://other.example.com/in?key=****' },
      secrets: { urlQuery: 'key=second' },
    });
    expect([moved['config'], await valueAt(made.id, 2)]).toEqual([
      { url: 'https://other.example.com/in?key=****' },
      'key=second',
    ]);
  });

  it('that was saved in clear before goes on working, is shown masked, and becomes a secret with the next change', async () => {
    const made = await create(at);
    const [{ data } = { data: {} }] = await history(made.id);
    const clear = { ...data, config: { url: `${at}?key=legacy1&room=7` }, changed: ['config'] };
    await registry.append(`connector-${made.id}`, 1, 'ConnectorUpdated', clear);
    const read = await registry.ask('connectors.get', { id: made.id });
    expect(read['config']).toEqual({ url: `${at}?key=****&room=7` });
    const renamed = await change(read, { name: 'Renamed' });
    expect(renamed).toMatchObject({ config: { url: `${at}?key=****&room=7` }, secrets: { urlQuery: { set: true } } });
    expect(await valueAt(made.id, 2)).toBe('key=legacy1');
    const [newest] = await history(made.id);
    expect(newest?.data).toMatchObject({ config: { url: `${at}?key=****&room=7` }, replaced: ['urlQuery'] });
  });

  it('is refused in a URL that has another secret for it', async () => {
    const auth = {
      kind: 'oauth2-client-credentials',
      tokenUrl: 'https://login.example.com/t?api_key=a',
      clientId: 'c',
    };
    const problem = await registry.refusal(
      'connectors.create',
      webhook({ config: { url: at, auth }, secrets: { clientSecret: 's' } }),
    );
    expect(problem).toMatchObject({ status: 422, errors: [{ pointer: '/config/auth/tokenUrl' }] });
    expect(problem.errors?.[0]?.message).toContain('`clientSecret`');
  });
});
