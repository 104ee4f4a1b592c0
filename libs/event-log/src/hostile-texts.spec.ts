import type { TestDatabase } from '@waybill/testkit/start-postgres';
import pg from 'pg';
import type { NewEvent, StreamAppend } from './log.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';
import { Projection } from './projection.js';
import type { ReadModel } from './read-model.js';

/** U+0000, and halves of a letter: a log takes them, PostgreSQL takes them into no row. */
export const hostileText = 'a\u0000\ud83db\udd25';
/** What the rows show of it. */
export const shownText = 'a\ufffd\ufffdb\ufffd';

export interface HostileTexts {
  readonly log: string;
  readonly model: ReadModel;
  /** What a stranger has on the record. */
  readonly hostile: readonly Story[];
  /** What is on the record of another tenant behind it. */
  readonly behind: readonly Story[];
  /** Looks at the rows: what is shown of both. */
  readonly rows: string;
  readonly shown: readonly unknown[];
}

export type Story = readonly [stream: string, type: string, data: object];

/** No text that somebody got into a log stops a read model: not as it is written, not after a restart, not in a rebuild. */
export function takesHostileTexts(what: string, given: HostileTexts): void {
  const { log: name, model, rows, shown } = given;

  describe(`${what}, with texts that no row can hold`, () => {
    let database: TestDatabase;
    let reader: pg.Client;
    let log: PostgresLog;
    let position: number;

    beforeAll(async () => {
      database = await makeLogDatabase(name);
      reader = new pg.Client({ connectionString: database.appUrl });
      await reader.connect();
      log = await openTestLog(database, name);
    });
    afterAll(async () => {
      await log.close();
      await reader.end();
      await database.drop();
    });

    async function follow(): Promise<unknown[]> {
      const stop = new AbortController();
      const projection = new Projection({ log, connectionString: database.appUrl, model });
      const running = projection.run(stop.signal);
      try {
        expect(await Promise.race([projection.whenCaughtUp(position, 60_000), running])).toBe(true);
        return (await reader.query<object>(rows)).rows;
      } finally {
        stop.abort();
        await running;
      }
    }

    it('follows what is being written', async () => {
      for (const story of given.hostile) await log.append({ streams: [appendOf('stranger', story)] });
      const last = given.behind.map((story) => appendOf('default', story));
      for (const append of last) position = (await log.append({ streams: [append] })).headPosition;
      expect(await follow()).toEqual(shown);
    });

    it('follows what was written before a restart', async () => {
      await reader.query(`DROP SCHEMA rm_${model.name} CASCADE; DELETE FROM log_projections`);
      await log.close();
      log = await openTestLog(database, name);
      expect(await follow()).toEqual(shown);
    });

    it('is rebuilt, and has the same rows then', async () => {
      const projection = new Projection({ log, connectionString: database.appUrl, model });
      expect(await projection.rebuild({ compare: true })).toMatchObject({ differences: [] });
      expect((await reader.query(rows)).rows).toEqual(shown);
    });
  });
}

function appendOf(tenant: string, [stream, type, data]: Story): StreamAppend {
  const meta = { actor: `key:${hostileText}` };
  const event: NewEvent = { type, schemaVersion: 1, data, meta };
  return { stream, tenant, expected: 'any', events: [event] };
}
