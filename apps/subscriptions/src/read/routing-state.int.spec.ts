import { compareTables } from '@waybill/event-log/compare-tables';
import type { FoldedEvent } from '@waybill/event-log/read-model';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { RoutingState, routingState } from './routing-state.js';

const hourMs = 3_600_000;
const beginMs = Date.UTC(2026, 10, 24, 8);

/** Of every hour one that opened a window of ten minutes for a key of its own; every third is another tenant's. */
const events = Array.from({ length: 60 }, (_, at): FoldedEvent => {
  const atMs = beginMs + at * hourMs;
  const until = new Date(atMs + 600_000).toISOString();
  const opened = [{ subscriptionId: 'sub_1', keyMac: `mac${at}`, until }];
  return {
    log: 'subscriptions-0',
    epoch: 1,
    position: at + 1,
    eventId: `e${at}`,
    stream: `notification-ntf_${at}`,
    version: 1,
    type: 'NotificationRouted',
    schemaVersion: 1,
    tenant: at % 3 === 0 ? 'acme' : 'default',
    at: new Date(atMs).toISOString(),
    meta: { actor: 'publisher' },
    data: { opened: at % 10 === 9 ? [] : opened },
  };
});

describe('the suppression windows of the routing state', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let source: DataSource;
  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('windows');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    source = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
  }, 60_000);
  afterAll(async () => {
    await source.destroy();
    await client.end();
    await database.drop();
  });

  async function fold(schema: string, size: number): Promise<void> {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
    for (const sql of [...routingState.tables, ...(routingState.indexes ?? [])]) await client.query(sql);
    for (let at = 0; at < events.length; at += size)
      await routingState.apply(client, events.slice(at, at + size), schema);
  }

  it('are kept for a day after their end, the same ones however the log is cut into batches', async () => {
    await fold('rm_routing_state', 1);
    const { rows } = await client.query<{ tenant: string; first: Date; count: number }>(
      'select tenant, min(until) as first, count(*)::int as count from rm_routing_state.suppression_window group by 1 order by 1',
    );
    // The last that opened one: acme's at hour 57, the other tenant's at hour 58. A window of hour h ends ten minutes after it.
    const since = (hour: number): Date => new Date(beginMs + hour * hourMs + 600_000);
    expect(rows).toEqual([
      { tenant: 'acme', first: since(33), count: 8 },
      { tenant: 'default', first: since(34), count: 16 },
    ]);
    for (const size of [2, 7, 60]) {
      await fold('in_batches', size);
      const tables = ['suppression_window', 'subscription'];
      expect(await compareTables(client, 'rm_routing_state', 'in_batches', tables)).toEqual([]);
    }
  });

  it('are those that were open at the time that is asked about, or later', async () => {
    const state = new RoutingState(source);
    const macs = async (sinceMs: number | null): Promise<string[]> =>
      (await state.windows('acme', sinceMs)).map(({ keyMac }) => keyMac).toSorted();
    expect(await macs(beginMs + 51 * hourMs + 599_999)).toEqual(['mac51', 'mac54', 'mac57']);
    expect(await macs(beginMs + 51 * hourMs + 600_000)).toEqual(['mac54', 'mac57']);
    expect(await macs(null)).toHaveLength(8);
  });
});
