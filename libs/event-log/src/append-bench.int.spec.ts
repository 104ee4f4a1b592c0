import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { benchAppends } from './append-bench.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';

describe('the append suite, in its short form', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await makeLogDatabase('delivery-0');
  });
  afterEach(() => database.drop());

  it('keeps positions contiguous with eight writers on two copies, and a reader sees each once and in order', async () => {
    const result = await benchAppends({
      open: () => openTestLog(database, 'delivery-0'),
      ...{ instances: 2, writers: 8, inFlight: 16, eventBytes: 400, seconds: 3 },
    });
    console.info(`append suite: ${JSON.stringify(result)}`);
    expect(result.outOfOrder).toBe(0);
    expect(result.events).toBeGreaterThan(0);
  });
});
