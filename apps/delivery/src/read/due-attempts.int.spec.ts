import { openDatabase } from '@waybill/service-kit/database';
import type { FoldedEvent } from '@waybill/event-log/read-model';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { deliveries } from './deliveries.js';
import { DueAttempts, type Wanted } from './due-attempts.js';
import { applyClosings } from './due-rows.js';

/** More connectors than one look takes in (2,000), each with something due; what one look leases is at most 500 rows. */
const crowd = 2_500;
const claimsMax = 500;

const lookFor = (more: Partial<Wanted>): Wanted => ({
  max: claimsMax,
  room: () => 10,
  isClosing: () => false,
  withEnds: true,
  isHeld: false,
  ...more,
});

describe('what is due of more connectors than one look takes in', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let source: DataSource;

  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('due');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    await client.query('create schema rm_deliveries; set search_path = rm_deliveries');
    for (const sql of [...deliveries.tables, ...(deliveries.indexes ?? [])]) await client.query(sql);
    await client.query(
      'create table public.due_leases (id text collate "C" primary key, until timestamptz not null, position bigint not null default 0)',
    );
    source = await openDatabase({ url: database.ownerUrl, applicationName: 'test' });
  }, 60_000);
  beforeEach(() => client.query('truncate delivery_due, public.due_leases'));
  afterAll(async () => {
    await source?.destroy();
    await client?.end();
    await database?.drop();
  });

  /** `each` due deliveries of every connector from `from` to `to`; their names stand in the order of their numbers. */
  const fill = (from: number, to: number, each: number, after = 0) =>
    client.query(
      `insert into delivery_due (id, tenant, connector_id, subscription_id, type, status, rank, due_at, accepted_position, changed_position)
       select 'dlv_' || c || '_' || n, 'default', 'con_' || lpad(c::text, 6, '0'), 'sub_1', 'demo', 'retrying', 1, now() - interval '1 hour', c * 100000 + n, 1
       from generate_series($1::int, $2::int - 1) c, generate_series($4::int + 1, $4::int + $3::int) n`,
      [from, to, each, after],
    );

  /** A closing behind the first so many that were accepted for connector 0. */
  const record = (connectorId: string, reason: string, behind: number) =>
    applyClosings(client, [
      { type: 'ConnectorClosed', position: behind + 1, data: { connectorId, reason } } as unknown as FoldedEvent,
    ]);

  /** Looks again and again, and answers for each connector in which look it was served first. */
  async function served(due: DueAttempts, looks: number, room: (connectorId: string) => number) {
    const first = new Map<string, number>();
    const ids: string[] = [];
    for (let look = 1; look <= looks; look += 1) {
      const { attempts } = await due.claim(lookFor({ room }));
      for (const { deliveryId } of attempts) {
        ids.push(deliveryId);
        const connector = deliveryId.split('_')[1] ?? '';
        if (!first.has(connector)) first.set(connector, look);
      }
    }
    return { first, ids };
  }

  it('says with each claim how far it knows the delivery', async () => {
    await fill(0, 2, 1);
    await client.query(`update delivery_due set changed_position = 5000000000 where connector_id = 'con_000001'`);
    const { attempts } = await new DueAttempts(source).claim(lookFor({ room: () => 10 }));
    expect(attempts.map(({ connectorId, position }) => [connectorId, position]).toSorted()).toEqual([
      ['con_000000', 1],
      ['con_000001', 5_000_000_000],
    ]);
  });

  it('comes to every one of them in two looks, and to nothing twice', async () => {
    await fill(0, crowd, 1);
    const { first, ids } = await served(new DueAttempts(source), 2, () => 10);
    expect(first.size).toBe(crowd);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('comes to the last one although those before it have ten due each and take no more', async () => {
    await fill(0, crowd, 10);
    const last = String(crowd - 1);
    const { first } = await served(new DueAttempts(source), 2, (id) => (id.endsWith(last) ? 10 : 0));
    expect([...first]).toEqual([[last, 2]]);
  });

  it('begins the round anew after its end, for those that were not there', async () => {
    await fill(1, crowd, 1);
    const due = new DueAttempts(source);
    await served(due, 2, () => 10);
    await fill(0, 1, 1);
    const { first } = await served(due, 1, () => 10);
    expect([...first.keys()]).toEqual(['0']);
  });

  it('fetches in one look all that waits for one that is back, although a thousand others take nothing', async () => {
    await fill(0, 1_000, 2);
    await fill(1_000, 1_001, 450);
    const back = String(1_000);
    const { ids } = await served(new DueAttempts(source), 1, (id) => (id.endsWith(back) ? 20_000 : 0));
    expect(ids).toHaveLength(450);
  });

  it('takes what is to be ended whether its target has room or not, with nothing else of it, and the others’ too', async () => {
    await fill(0, 1, 1_200);
    await fill(1, 2, 3);
    await record('con_000000', 'target_gone', 700);
    await fill(0, 1, 20, 2_000);
    const due = new DueAttempts(source);
    const seen: (string | null)[] = [];
    for (let look = 0; look < 4; look += 1) {
      const { attempts } = await due.claim(lookFor({ room: (id) => (id === 'con_000000' ? 0 : 10) }));
      expect(attempts.length).toBeLessThanOrEqual(claimsMax + 1);
      if (look === 0) expect(attempts.filter(({ connectorId }) => connectorId === 'con_000001')).toHaveLength(3);
      seen.push(...attempts.filter(({ connectorId }) => connectorId === 'con_000000').map(({ cancel }) => cancel));
    }
    expect(seen).toEqual(Array.from({ length: 700 }, () => 'target_gone'));
    expect(await due.ended(['dlv_0_1', 'dlv_0_701', 'dlv_0_2001'])).toEqual(new Map([['dlv_0_1', 'target_gone']]));
  });

  it('leaves what is to be ended where it is asked to, and takes what is to be sent', async () => {
    await fill(0, 1, 20);
    await record('con_000000', 'target_gone', 10);
    await fill(1, 2, 3);
    const isClosing = (id: string): boolean => id === 'con_000000';
    const due = new DueAttempts(source);
    const { attempts, restMs } = await due.claim(lookFor({ isClosing, withEnds: false }));
    expect(attempts.map(({ connectorId }) => connectorId)).toEqual(Array(3).fill('con_000001'));
    expect(restMs).toBe(0);
    expect((await due.claim(lookFor({ isClosing }))).attempts).toHaveLength(20);
  });

  it('ends what a closing found with the first reason, however often the connector is closed', async () => {
    await fill(0, 1, 2);
    await record('con_000000', 'target_gone', 1);
    await record('con_000000', 'connector_deleted', 9);
    expect(await new DueAttempts(source).ended(['dlv_0_1', 'dlv_0_2'])).toEqual(
      new Map([
        ['dlv_0_1', 'target_gone'],
        ['dlv_0_2', 'connector_deleted'],
      ]),
    );
  });

  it('lets go for good what is being leased again at the same moment', async () => {
    await fill(0, 1, 2);
    const due = new DueAttempts(source);
    const [first, second] = ['dlv_0_1', 'dlv_0_2'];
    await due.keep([first, second]);
    // Whoever leases both waits for the first.
    await client.query(`begin; update public.due_leases set until = until where id = '${first}'`);
    const kept = due.keep([first, second]);
    await untilSomebodyWaits();
    const released = due.release([second]);
    await client.query(`select pg_sleep(0.2); commit`);
    await Promise.all([kept, released]);
    const { rows } = await client.query<{ id: string }>('select id from public.due_leases where until > now()');
    expect(rows).toEqual([{ id: first }]);
  });

  async function untilSomebodyWaits(): Promise<void> {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await client.query(waiting)).rowCount === 0);
  }
});
