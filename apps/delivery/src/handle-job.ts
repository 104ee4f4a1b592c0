import { Refused } from '@waybill/decider/decider';
import { jobDecider, type JobEvent, redeliveriesPerSecond } from '@waybill/delivery/redelivery-job';
import type { RedeliveryMode } from '@waybill/delivery/delivery';
import { AppendRejected, type EventLog, type NewEvent, type StreamAppend } from '@waybill/event-log/log';
import { logTime } from '@waybill/event-log/log-time';
import { newId } from '@waybill/service-kit/ids';
import type { DeliveryFilter } from './read/delivery-filter.js';
import type { JobRow, Jobs } from './read/jobs.js';
import type { RateOf } from './work/job-pace.js';

/** A job that runs moves between the look and the append; so often it is looked at again. */
const changesMax = 10;

/** What a person may do with a job that there is. */
export type JobTurn = 'PauseJob' | 'ResumeJob' | 'CancelJob';

const streamOf = (jobId: string): string => `job-${jobId}`;

/** Makes jobs and turns them: loads, decides, appends, and answers when the read model has it. */
export class HandleJob {
  constructor(
    private readonly eventLog: EventLog,
    private readonly jobs: Jobs,
    private readonly reached: (position: number) => Promise<unknown>,
    private readonly rateOf: RateOf,
  ) {}

  /** What a job that is made now would do; nothing is sent. */
  async preview(tenant: string, filter: DeliveryFilter): Promise<object> {
    return this.jobs.preview(tenant, filter, await this.current(), this.rateOf);
  }

  async create(tenant: string, actor: string, filter: DeliveryFilter, mode: RedeliveryMode): Promise<JobRow> {
    const before = await this.current();
    const total = await this.jobs.count(tenant, filter, before);
    const jobId = newId('job');
    const job = {
      jobId,
      filter: { ...filter },
      mode,
      before: before.toISOString(),
      total,
      ratePerSecond: redeliveriesPerSecond,
    };
    await this.append(
      jobAppend(
        { id: jobId, tenant, version: 0 },
        jobDecider.decide({ type: 'CreateJob', job }, { status: 'none' }),
        actor,
      ),
    );
    return this.jobs.get(tenant, jobId);
  }

  /** Pauses, resumes or cancels; refuses `job_unknown` and `job_over`. */
  async turn(tenant: string, id: string, type: JobTurn, actor: string): Promise<JobRow> {
    for (let tried = 0; tried < changesMax; tried += 1) {
      const row = await this.jobs.get(tenant, id);
      const events = jobDecider.decide({ type, now: logTime(this.eventLog) }, { status: row.state });
      if (events.length === 0) return row;
      try {
        await this.append(jobAppend(row, events, actor));
        return await this.jobs.get(tenant, id);
      } catch (error) {
        if (!(error instanceof AppendRejected)) throw error;
        const { rejection } = error;
        if (rejection.kind === 'conflict') await this.caughtUp(tenant, id, rejection.version);
      }
    }
    throw new Refused('conflict', 'The job is moving too fast; try again.');
  }

  /**
   * The newest moment on the record, once the read model holds it: whoever has just seen a delivery end finds it counted. It is a moment of
   * the log's clock, which also says when a delivery was accepted; this process's clock may be behind that.
   */
  private async current(): Promise<Date> {
    const { position, at } = await this.eventLog.head();
    await this.reached(position);
    return new Date(at ?? this.eventLog.nowMs());
  }

  private async append(append: StreamAppend): Promise<void> {
    const { events } = await this.eventLog.append({ streams: [append] });
    await this.reached(events.at(-1)?.position ?? 0);
  }

  private async caughtUp(tenant: string, id: string, version: number): Promise<void> {
    const { position } = await this.eventLog.head();
    if ((await this.jobs.get(tenant, id)).version < version) await this.reached(position);
  }
}

/** What a job's own events need to be appended beside others. */
export function jobAppend(
  { id, tenant, version }: Pick<JobRow, 'id' | 'tenant' | 'version'>,
  events: readonly JobEvent[],
  actor: string,
): StreamAppend {
  const news = events.map(({ type, data }): NewEvent => ({
    type,
    schemaVersion: 1,
    data,
    meta: { actor, correlationId: id },
  }));
  return { stream: streamOf(id), tenant, expected: version === 0 ? 'none' : version, events: news };
}
