import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { shredded } from './log.js';
import { rewrapBatch, rewrapKeys } from './rewrap-keys.js';

const log = 'thing-0';
const nextKek = `${testKek},v2:${randomBytes(32).toString('base64')}`;
const onlyNewest = nextKek.split(',')[1] as string;

describe('the keys of payloads', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await makeLogDatabase(log);
  }, 60_000);

  const seal = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => ({
      stream: `thing-${from + at}`,
      tenant: 'default',
      expected: 'any' as const,
      events: [
        {
          type: 'ThingHappened',
          schemaVersion: 1,
          data: {},
          sealed: { subject: `ntf_${from + at}`, text: `{"payload":${from + at}}` },
          meta: { actor: 'spec' },
        },
      ],
    }));

  it('are wrapped under the newest key while a service seals and reads, and need no older one afterwards', async () => {
    const before = await openTestLog(database, log);
    const count = rewrapBatch + 50;
    for (let from = 0; from < count; from += 350) await before.append({ streams: seal(from, from + 350) });
    await before.close();
    const running = await openTestLog(database, log, { kek: nextKek });
    await running.shredSubject('ntf_7');
    const [rewrapped] = await Promise.all([
      rewrapKeys({ connectionString: database.appUrl, kek: nextKek, log }),
      running.append({ streams: seal(5_000, 5_100) }),
      running.readStream('thing-3'),
    ]);
    expect(rewrapped).toBe(Math.ceil(count / 350) * 350 - 1);
    expect((await running.readStream('thing-5'))[0]?.sealed).toBe('{"payload":5}');
    await running.close();
    const after = await openTestLog(database, log, { kek: onlyNewest });
    expect((await after.readStream('thing-1049'))[0]?.sealed).toBe('{"payload":1049}');
    expect((await after.readStream('thing-5099'))[0]?.sealed).toBe('{"payload":5099}');
    expect((await after.readStream('thing-7'))[0]?.sealed).toBe(shredded);
    await after.close();
    expect(await rewrapKeys({ connectionString: database.appUrl, kek: onlyNewest, log })).toBe(0);
  });
});
