import type { FoldedEvent, ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import { applyReceipts, correlationTables } from './correlation-rows.js';
import {
  applyDeliveries,
  applyEnds,
  applyTickets,
  deliveryIndexes,
  deliveryTables,
  foldBatch,
} from './delivery-rows.js';
import { applyClosings, applyDue, dueIndexes, dueTables, isClosing } from './due-rows.js';
import { applyHealth, healthTables } from './health-rows.js';
import { applyJobs, jobIndexes, jobTables } from './job-rows.js';
import { applyTests, testTables } from './test-rows.js';

/** The read model of delivery: one fold over its log, tables that move together; each table has its file. */
export const deliveries: ReadModel = {
  name: 'deliveries',
  version: 10,
  tables: [...deliveryTables, ...dueTables, ...correlationTables, ...healthTables, ...jobTables, ...testTables],
  indexes: [...deliveryIndexes, ...dueIndexes, ...jobIndexes],
  categories: ['delivery', 'closing', 'connectorhealth', 'connectortest', 'job'],
  apply: async (client, events) => {
    for (const segment of segmentsOf(events)) await applySegment(client, segment);
  },
};

/**
 * Cuts a batch where its events may not be folded into one change of a row: behind the closing of a subscription or connector, which is about
 * what was due before it, and before the redelivery of what has ended in the same batch. So the rows do not tell how the log was cut.
 */
export function segmentsOf(events: readonly FoldedEvent[]): FoldedEvent[][] {
  const segments: FoldedEvent[][] = [];
  let segment: FoldedEvent[] = [];
  let touched = new Set<string>();
  let closed = false;
  for (const event of events) {
    if ((closed && !isClosing(event)) || (event.type === 'RedeliveryRequested' && touched.has(event.stream))) {
      segments.push(segment);
      segment = [];
      touched = new Set();
    }
    closed = isClosing(event);
    segment.push(event);
    touched.add(event.stream);
  }
  return [...segments, segment];
}

async function applySegment(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const changes = foldBatch(events);
  await applyDeliveries(client, changes);
  await applyEnds(client, changes);
  await applyTickets(client, events);
  await applyDue(client, changes);
  await applyReceipts(client, events);
  await applyClosings(client, events);
  await applyHealth(client, events);
  await applyJobs(client, events);
  await applyTests(client, events);
}
