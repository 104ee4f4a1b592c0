import type { RecordedEvent } from '@waybill/event-log/log';
import type { ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import { applyReceipts, correlationTables } from './correlation-rows.js';
import { applyDeliveries, applyEnds, deliveryTables, foldBatch } from './delivery-rows.js';
import { applyClosings, applyDue, dueTables } from './due-rows.js';
import { applyHealth, healthTables } from './health-rows.js';
import { applyJobs, jobTables } from './job-rows.js';

/** The read model of delivery: one fold over its log, tables that move together; each table has its file. */
export const deliveries: ReadModel = {
  name: 'deliveries',
  version: 6,
  tables: [...deliveryTables, ...dueTables, ...correlationTables, ...healthTables, ...jobTables],
  apply,
};

async function apply(client: ReadModelClient, events: readonly RecordedEvent[]): Promise<void> {
  const changes = foldBatch(events);
  await applyDeliveries(client, changes);
  await applyEnds(client, changes);
  await applyDue(client, changes);
  await applyReceipts(client, events);
  await applyClosings(client, events);
  await applyHealth(client, events);
  await applyJobs(client, events);
}
