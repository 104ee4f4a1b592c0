import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { describeEventLog } from './event-log.contract.js';
import type { EventLog } from './log.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';

const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases) await database.drop();
});

describeEventLog('a log in PostgreSQL', async () => {
  const database = await makeLogDatabase('test-0');
  databases.push(database);
  const log = await openTestLog(database, 'test-0');
  return { log, leases: log.leases, shredSubject: (subject) => log.shredSubject(subject) };
});

describeEventLog('a log in PostgreSQL that another copy reads', async () => {
  const database = await makeLogDatabase('test-0');
  databases.push(database);
  const [writer, reader] = await Promise.all([openTestLog(database, 'test-0'), openTestLog(database, 'test-0')]);
  const log: EventLog = {
    identity: writer.identity,
    append: (request) => writer.append(request),
    readStream: (stream, options) => reader.readStream(stream, options),
    readStreams: (streams) => reader.readStreams(streams),
    readAll: (options) => reader.readAll(options),
    head: () => reader.head(),
    nowMs: () => writer.nowMs(),
    cursor: (source) => reader.cursor(source),
    tail: (options) => reader.tail(options),
    close: async () => void (await Promise.all([writer.close(), reader.close()])),
  };
  return { log, leases: reader.leases, shredSubject: (subject) => reader.shredSubject(subject) };
});
