import { compareTables } from '@waybill/event-log/compare-tables';
import type { FoldedEvent, ReadModel } from '@waybill/event-log/read-model';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import pg from 'pg';
import { readModels } from './models.js';

const shape = (connectorId: string, name: string) => ({
  connectorId,
  name,
  target: 'webhook',
  enabled: true,
  config: { url: 'https://hooks.example.com/in' },
  templates: {},
  limits: { maxConcurrent: 8, maxPerSecond: null, timeoutMs: 15_000, retryDelaysSeconds: null },
  secrets: {},
  secretVersion: 0,
});
const key = (keyId: string) => ({ keyId, name: keyId, scopes: ['read'], sha256: 'ab', expiresAt: null });
const type = (title: string) => ({ type: 'fire', title, schema: null, sample: null, strict: false });

/** What happens to a connector, a key, a type and a tenant, twice to some of them. */
const story: [string, string, object][] = [
  ['tenant-acme', 'TenantCreated', { tenantId: 'acme', name: 'Acme' }],
  ['connector-con_a', 'ConnectorCreated', shape('con_a', 'one')],
  ['key-key_a', 'ApiKeyCreated', key('key_a')],
  ['type-acme.fire', 'NotificationTypePut', type('one')],
  ['connector-con_a', 'ConnectorUpdated', { ...shape('con_a', 'two'), changed: ['name'] }],
  ['connector-con_b', 'ConnectorCreated', shape('con_b', 'brief')],
  ['connector-con_b', 'ConnectorDeleted', { connectorId: 'con_b' }],
  ['key-key_a', 'ApiKeyRevoked', { keyId: 'key_a' }],
  ['type-acme.fire', 'NotificationTypePut', type('two')],
  ['connector-con_a', 'ConnectorDisabled', { connectorId: 'con_a', reason: 'asked' }],
];
const events = story.map(([stream, type, data], at): FoldedEvent => ({
  log: 'registry-0',
  epoch: 1,
  position: at + 1,
  eventId: `e${at}`,
  stream,
  version: story.slice(0, at + 1).filter(([other]) => other === stream).length,
  type,
  schemaVersion: 1,
  tenant: 'acme',
  at: new Date(Date.UTC(2026, 10, 24, 8, 0, at)).toISOString(),
  meta: { actor: 'key:key_x' },
  data: data as Record<string, unknown>,
}));

describe('the read models of registry', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('rows');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function fold(model: ReadModel, schema: string, size: number): Promise<string[]> {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
    for (const sql of model.tables) await client.query(sql);
    const own = events.filter(({ stream }) => model.categories.includes(stream.slice(0, stream.indexOf('-'))));
    for (let at = 0; at < own.length; at += size) await model.apply(client, own.slice(at, at + size), schema);
    const { rows } = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
      [schema],
    );
    return rows.map(({ name }) => name);
  }

  it.each(readModels.map((model) => [model.name, model] as const))(
    'has the same rows however the log is cut into batches: %s',
    async (_name, model) => {
      const tables = await fold(model, 'one_by_one', 1);
      for (const size of [2, 3, 100]) {
        await fold(model, 'in_batches', size);
        expect(await compareTables(client, 'one_by_one', 'in_batches', tables)).toEqual([]);
      }
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM one_by_one.${tables[0]}`);
      expect(rows).toEqual([{ n: model.name === 'connector_list' ? 2 : 1 }]);
    },
  );
});
