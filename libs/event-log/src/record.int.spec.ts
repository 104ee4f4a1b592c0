import pg from 'pg';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { happened, to } from './contract-events.js';
import { digest, encodeEntry } from './entry.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import { shredded } from './log.js';
import { Frontier, leafHash } from './merkle.js';
import type { PostgresLog } from './postgres-log.js';

let database: TestDatabase;
const opened: PostgresLog[] = [];

beforeEach(async () => {
  database = await makeLogDatabase('test-0');
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  await database.drop();
});

async function open(): Promise<PostgresLog> {
  const log = await openTestLog(database, 'test-0');
  opened.push(log);
  return log;
}

const superuser = (sql: string, values: unknown[] = []) =>
  queryRows<Record<string, unknown>>(database.superuserUrl, sql, values);

describe('the record', () => {
  it.each([
    ['the service changes a row', 'app', `UPDATE log_events SET type = 'x'`],
    ['the service deletes a row', 'app', 'DELETE FROM log_events'],
    ['the service empties the table', 'app', 'TRUNCATE log_events'],
    ['the service empties a partition', 'app', 'TRUNCATE log_events_p0'],
    ['the owner changes a row', 'owner', `UPDATE log_events SET type = 'x'`],
    ['the owner deletes a row', 'owner', 'DELETE FROM log_events'],
    ['the owner empties the table', 'owner', 'TRUNCATE log_events'],
    ['the owner empties a partition', 'owner', 'TRUNCATE log_events_p0'],
    ['the owner changes a row of a partition', 'owner', `UPDATE log_events_p0 SET type = 'x'`],
    [
      'a superuser plays replica',
      'superuser',
      `SET session_replication_role = replica; UPDATE log_events SET type = 'x'`,
    ],
    [
      'a superuser plays replica and empties a partition',
      'superuser',
      'SET session_replication_role = replica; TRUNCATE log_events_p1',
    ],
  ])('stays as it is when %s', async (_case, role, sql) => {
    await (await open()).append({ streams: [to('thing-a', 1)] });
    const url = { app: database.appUrl, owner: database.ownerUrl, superuser: database.superuserUrl }[role] ?? '';
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await client.end();
    expect(await superuser('SELECT type FROM log_events')).toEqual([{ type: 'ThingHappened' }]);
  });

  it('holds in its leaves and its root every byte that is stored', async () => {
    const log = await open();
    await log.append({
      streams: [
        to('thing-a', 1, 2),
        {
          ...to('thing-b'),
          tenant: 'acme',
          events: [happened(3, { sealed: { subject: 's', text: '{"payload":1}' } })],
        },
      ],
    });
    await log.append({ streams: [to('thing-a', 4)] });
    const rows = await superuser('SELECT * FROM log_events ORDER BY position');
    const frontier = Frontier.empty();
    for (const row of rows) {
      const sealed = row['sealed'] as Buffer | null;
      const leaf = leafHash(
        encodeEntry({
          log: 'test-0',
          position: Number(row['position']),
          atUs: Number(row['at_us']),
          eventId: Buffer.from(String(row['event_id']).replaceAll('-', ''), 'hex'),
          stream: row['stream'] as string,
          version: Number(row['version']),
          type: row['type'] as string,
          schemaVersion: row['schema_version'] as number,
          tenant: row['tenant'] as string,
          metaDigest: digest(row['meta'] as Buffer),
          dataDigest: digest(row['data'] as Buffer),
          sealedDigest: sealed === null ? null : digest(sealed),
        }),
      );
      expect((row['leaf'] as Buffer).equals(leaf)).toBe(true);
      frontier.append(leaf);
    }
    expect(frontier.root().toString('hex')).toBe((await log.head()).rootHash);
  });

  it('holds no word of a sealed part in the clear', async () => {
    const log = await open();
    await log.append({
      streams: [
        { ...to('thing-a'), events: [happened(1, { sealed: { subject: 's', text: '{"payload":"geheim-4711"}' } })] },
      ],
    });
    const found = await superuser(
      `SELECT 1 FROM log_events e WHERE e::text LIKE '%geheim%' OR position('geheim' IN encode(sealed, 'escape')) > 0`,
    );
    expect(found).toEqual([]);
  });

  it('is refused to a service that was given another log', async () => {
    await expect(openTestLog(database, 'other-0')).rejects.toThrow('this database keeps the log test-0');
  });
});

it('another copy that shreds a subject is heard, also for events that are still at hand here', async () => {
  const [log, other] = [await open(), await open()];
  await log.append({
    streams: [{ ...to('thing-a'), events: [happened(1, { sealed: { subject: 's', text: '{"payload":1}' } })] }],
  });
  expect((await log.readAll({ after: 0, limit: 1 }))[0]?.sealed).toBe('{"payload":1}');
  await other.shredSubject('s');
  const deadline = performance.now() + 10_000;
  while ((await log.readAll({ after: 0, limit: 1 }))[0]?.sealed !== shredded) {
    if (performance.now() > deadline) throw new Error('the other copy was not heard');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
