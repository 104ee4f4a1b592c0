/** A process that follows a log with a read model which counts the events of each stream; for `killed-projector.int.spec.ts`, which kills it. */
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Projection } from '@waybill/event-log/projection';

const { DATABASE_URL, KEK, LOG } = process.env;
const model = {
  name: 'counted',
  version: 1,
  categories: ['thing'],
  tables: ['CREATE TABLE rows (stream text PRIMARY KEY, events integer NOT NULL)'],
  apply: async (client, events) => {
    for (const { stream } of events)
      await client.query(
        `INSERT INTO rows VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET events = rows.events + 1`,
        [stream],
      );
    process.stdout.write('in a batch\n');
    // Long enough to be killed, or stopped, in the middle of it.
    await client.query('SELECT pg_sleep(0.1)');
  },
};
const log = await PostgresLog.open({ connectionString: DATABASE_URL, kek: KEK, log: LOG });
const projection = new Projection({
  log,
  connectionString: DATABASE_URL,
  model,
  onPause: (error) => process.stderr.write(`${error.stack}\n`),
});
process.stdout.write('ready\n');
await projection.run(new AbortController().signal);
