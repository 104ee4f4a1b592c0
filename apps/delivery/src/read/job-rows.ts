import type { JobEvent } from '@waybill/delivery/redelivery-job';
import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';

/** One row a job; asked by `jobs.ts`. */
export const jobTables = [
  `create table job (
     id text collate "C" primary key, tenant text not null, state text not null, filter jsonb not null, mode text not null,
     before timestamptz not null, total int not null, rate_per_second real not null, done int not null, failed int not null, skipped int not null,
     cursor text not null, version int not null, created_at timestamptz not null, created_by text not null)`,
];

export const jobIndexes = [`create index on job (state) where state in ('running', 'paused')`];

export async function applyJobs(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  for (const recorded of events) {
    if (recorded.stream.startsWith('job-')) await applyJob(client, recorded, recorded as unknown as JobEvent);
  }
}

async function applyJob(client: ReadModelClient, recorded: FoldedEvent, event: JobEvent): Promise<void> {
  if (event.type === 'RedeliveryJobCreated') {
    const { jobId, filter, mode, before, total, ratePerSecond } = event.data;
    await client.query(insertSql, [
      jobId, recorded.tenant, JSON.stringify(filter), mode, before, total, ratePerSecond, recorded.version, recorded.at, recorded.meta.actor,
    ]); // prettier-ignore
    return;
  }
  const id = recorded.stream.slice('job-'.length);
  if (event.type === 'RedeliveryJobProgressed') {
    const { done, failed, skipped, cursor } = event.data;
    await client.query(stepSql, [id, done, failed, skipped, cursor, recorded.version]);
  } else
    await client.query('update job set state = $2, version = $3 where id = $1', [
      id,
      stateAfter[event.type],
      recorded.version,
    ]);
}

const stateAfter = {
  RedeliveryJobPaused: 'paused',
  RedeliveryJobResumed: 'running',
  RedeliveryJobCancelled: 'cancelled',
  RedeliveryJobCompleted: 'done',
} as const;

const insertSql = `
  insert into job (id, tenant, state, filter, mode, before, total, rate_per_second, done, failed, skipped, cursor, version, created_at, created_by)
  values ($1, $2, 'running', $3, $4, $5, $6, $7, 0, 0, 0, '', $8, $9, $10)`;

const stepSql =
  'update job set done = done + $2, failed = failed + $3, skipped = skipped + $4, cursor = $5, version = $6 where id = $1';
