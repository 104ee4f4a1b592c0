import { statsSchema } from '@waybill/contracts/http/stats';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import { DataSource } from 'typeorm';
import { firstIdAt } from './delivery-filter.js';
import { deliveryTables } from './delivery-rows.js';
import { dueTables } from './due-rows.js';
import { Stats } from './stats.js';

const nowMs = Date.parse('2026-11-24T12:00:00.000Z');
const rows = 400;

describe('the figures of a window', () => {
  let database: TestDatabase;
  let source: DataSource;
  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('stats');
    source = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
    await source.query('create schema rm_deliveries');
    await source.query(`set search_path to rm_deliveries; ${[...deliveryTables, ...dueTables].join(';')}`);
    // One every three minutes until now; each tenth gave up after three attempts, each twentieth was suppressed, the others arrived after 1 to 400 ms.
    for (let number = 0; number < rows; number += 1) {
      const atMs = nowMs - (rows - number) * 180_000;
      const status = number % 10 === 0 ? 'dead-lettered' : number % 20 === 7 ? 'suppressed' : 'delivered';
      await source.query(
        `insert into rm_deliveries.delivery (id, tenant, notification_id, type, connector_id, subscription_id, status, attempts,
           accepted_at, updated_at, delivered_at, routed_at, accepted_position, uncertain)
         values ($1, 'acme', 'ntf', 'incident', $2, 'sub', $3, $4, $5, $5, $6, $5, 0, false)`,
        [
          firstIdAt(atMs),
          number % 2 === 0 ? 'con_a' : 'con_b',
          status,
          { 'dead-lettered': 3, suppressed: 0, delivered: 1 }[status],
          new Date(atMs),
          status === 'delivered' ? new Date(atMs + number + 1) : null,
        ],
      );
    }
    await source.query(`insert into rm_deliveries.delivery_kind select tenant, connector_id, subscription_id, type, left(id, 9), count(*), 0
      from rm_deliveries.delivery group by 1, 2, 3, 4, 5`);
  }, 60_000);
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it.each([
    ['of a day', {}],
    ['of an hour', { since: '2026-11-24T11:00:00.000Z' }],
    ['of one connector', { connectorId: 'con_b' }],
    ['of a window in which nothing happened', { since: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' }],
  ])('%s are the same in one pass as one by one, the latencies to half a percent', async (_, input) => {
    const exact = statsSchema.parse(await new Stats(source).of('acme', input, nowMs));
    const inOnePass = statsSchema.parse(await new Stats(source, -1).of('acme', input, nowMs));
    expect({ ...inOnePass, latencyMs: null }).toEqual({ ...exact, latencyMs: null });
    for (const name of ['p50', 'p95', 'p99'] as const) {
      const [close, right] = [inOnePass.latencyMs[name], exact.latencyMs[name]];
      if (right === null) expect(close).toBeNull();
      else expect(Math.abs((close ?? 0) - right)).toBeLessThan(Math.max(1, right * 0.01));
    }
  });

  it('counts what arrived, what gave up, and every attempt that failed', async () => {
    const { counts, successRate, series } = statsSchema.parse(await new Stats(source, -1).of('acme', {}, nowMs));
    expect(counts).toMatchObject({ delivered: 340, deadLettered: 40, suppressed: 20, pending: 0, cancelled: 0 });
    // What was held back on purpose was not to arrive.
    expect(successRate).toBe(340 / 380);
    const sum = (name: 'delivered' | 'deadLettered' | 'failedAttempts'): number =>
      series.reduce((all, point) => all + point[name], 0);
    expect([sum('delivered'), sum('deadLettered'), sum('failedAttempts')]).toEqual([340, 40, 120]);
  });
});
