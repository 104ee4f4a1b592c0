/**
 * A process that appends as fast as it can, with eight writers, and relays what it appended; for `killed-writer.int.spec.ts`, which kills
 * it. One line a fact: `ready`, `acked <stream> <position>`, `reached <position>` for what the
 * broker has answered, `at <point>` once it stands still at the point it was told to.
 */
import { connect } from '@nats-io/transport-node';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Relay } from '@waybill/event-log/relay';

const { DATABASE_URL, NATS_URL, KEK, LOG, POINT, ROUND, GROUPS } = process.env;
const writers = 8;
const say = (line) => process.stdout.write(`${line}\n`);
const forEver = new Promise(() => setInterval(() => undefined, 60_000));

let groups = 0;
const standStillAt = (point) => async () => {
  if (POINT !== point || (groups += 1) < Number(GROUPS)) return;
  say(`at ${point}`);
  await forEver;
};

const log = await PostgresLog.open({
  connectionString: DATABASE_URL,
  kek: KEK,
  log: LOG,
  // Whoever names places of the two round trips takes them; the others write in one, as a service that is alone does.
  faults: ['afterLock', 'beforeCommit'].includes(POINT)
    ? { afterLock: standStillAt('afterLock'), beforeCommit: standStillAt('beforeCommit') }
    : undefined,
});
if (NATS_URL !== undefined) {
  const connection = await connect({ servers: NATS_URL });
  const relay = new Relay({ log, connection, onAlarm: (alarm) => say(`alarm ${alarm.message}`) });
  void relay.run(new AbortController().signal);
  setInterval(() => say(`reached ${relay.position}`), 2);
}
say('ready');

async function write(writer) {
  for (let n = 0; ; n += 1) {
    const stream = `thing-${ROUND}.${writer}.${n}`;
    say(`tried ${stream}`);
    const event = { type: 'ThingHappened', schemaVersion: 1, data: { n }, meta: { actor: 'service:spec' } };
    const { events } = await log.append({
      streams: [{ stream, tenant: 'default', expected: 'none', events: [event, event] }],
    });
    say(`acked ${stream} ${events[0].position}`);
  }
}
await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
