import type { Log } from '@waybill/service-kit/logger';
import type { Anchor } from './anchor.js';
import type { TimeStampAuthority } from './time-stamp-authority.js';

/**
 * Lays checkpoints down at every place that is configured. A place that fails keeps nobody waiting: readiness says what is wrong, and the
 * next heartbeat brings the newest checkpoint, which says everything that the missed ones would have said.
 */
export class Anchors {
  /** By place, by log. */
  private readonly faults = new Map<string, Map<string, string>>();
  /** The newest size of each log that every place holds, with its stamp: nothing of it needs to be done again. */
  private readonly kept = new Map<string, number>();
  private readonly keeping = new Map<string, Promise<void>>();

  constructor(
    private readonly anchors: readonly Anchor[],
    private readonly authority: TimeStampAuthority | null,
    private readonly log: Log,
  ) {}

  /** `folder`, `bucket`, `time-stamp`. */
  get names(): readonly string[] {
    return [...this.anchors.map(({ name }) => name), ...(this.authority === null ? [] : [stamping])];
  }

  /** What was wrong the last time, in words; null when nothing was. */
  fault(name: string): string | null {
    const faults = [...(this.faults.get(name) ?? [])].map(([log, fault]) => `${log}: ${fault}`);
    return faults.length === 0 ? null : faults.join('; ');
  }

  /** Begins to keep a checkpoint and returns at once; one that comes while the last is still on its way waits for the next heartbeat. */
  keep(log: string, size: number, note: string): void {
    if (this.kept.get(log) === size || this.keeping.has(log)) return;
    const work = this.keepAll(log, size, note).finally(() => this.keeping.delete(log));
    this.keeping.set(log, work);
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.keeping.values());
  }

  private async keepAll(log: string, size: number, note: string): Promise<void> {
    const { authority } = this;
    const timeStamp = authority === null ? null : await this.attempt(stamping, log, () => authority.stamp(note));
    const done = await Promise.all(
      this.anchors.map(async (anchor) => {
        const stamped = timeStamp === null || timeStamp === failed ? null : timeStamp;
        return this.attempt(anchor.name, log, () => anchor.keep({ log, size, note, timeStamp: stamped }));
      }),
    );
    if (timeStamp !== failed && !done.includes(failed)) this.kept.set(log, size);
  }

  private async attempt<T>(name: string, log: string, act: () => Promise<T>): Promise<T | typeof failed> {
    const faults = this.faults.get(name) ?? new Map<string, string>();
    this.faults.set(name, faults);
    try {
      const answer = await act();
      faults.delete(log);
      return answer;
    } catch (error) {
      faults.set(log, error instanceof Error ? error.message : String(error));
      this.log.error({ err: error, anchor: name, log }, 'notary.not-anchored');
      return failed;
    }
  }
}

const stamping = 'time-stamp';
const failed = Symbol('failed');
