import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { describeEventLog } from './event-log.contract.js';
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
