import { GroupLines, type Waiting } from './group-lines.js';
import { groupEventsMax, queueBytesMax, queueEventsMax } from './limits.js';
import { type AppendResult, LogUnavailable, Overloaded } from './log.js';
import type { PreparedRequest } from './prepare.js';

/** Resolves every request of a group that was written; a call without effect where there was nothing to say. */
export type Answer = () => void;

/**
 * With so many events waiting the next group is full enough to be begun before the last one has answered: what its callers do then, a few
 * milliseconds of it, is done while PostgreSQL reads for the next. Below it the callers are answered first, because what they ask for next makes
 * the group full: at half of a group, which is less than what a steady flow leaves waiting, a quarter of each stayed empty (3,850
 * deliveries/s at fan-out 5, and 3,980 with 380 of 500; four runs each in turn).
 */
const busyEvents = groupEventsMax * 0.8;

/**
 * Natural group commit: the first request goes at once, what comes while it is under way goes together in the next group.
 * There is no timer: an idle log answers in one transaction's time, a busy one makes its groups by itself. Tenants share them fairly
 * (`group-lines.ts`).
 */
export class GroupQueue {
  private readonly lines = new GroupLines();
  private events = 0;
  private bytes = 0;
  private running: Promise<void> | null = null;
  private closed = false;

  /**
   * `commit` never rejects and settles every request that it is given: with the answer that it resolves with, or by itself. Groups come
   * one after the other, and are answered in that order.
   */
  constructor(
    private readonly commit: (group: Waiting[]) => Promise<Answer>,
    private readonly limits = { events: queueEventsMax, bytes: queueBytesMax },
  ) {}

  submit(prepared: PreparedRequest): Promise<AppendResult> {
    if (this.closed) return Promise.reject(new LogUnavailable('the log is closing'));
    const { events, bytes } = this.limits;
    // A request that finds the queue empty is taken whatever its size: it could never come in otherwise.
    const overfull = this.events + weight(prepared) > events || this.bytes + prepared.bytes > bytes;
    if (overfull && this.lines.size > 0) {
      return Promise.reject(new Overloaded(`${this.events} events wait to be written`));
    }
    const result = new Promise<AppendResult>((resolve, reject) => {
      this.lines.add({ prepared, sinceMs: performance.now(), resolve, reject });
    });
    this.events += weight(prepared);
    this.bytes += prepared.bytes;
    this.running ??= this.run();
    return result;
  }

  /** What waits and is not under way. */
  get depth(): { readonly requests: number; readonly events: number } {
    return { requests: this.lines.size, events: this.events };
  }

  /** Refuses what comes from now on and resolves when everything that was taken is settled. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  /** Takes out what has waited since before `beforeMs`, to be told that PostgreSQL does not come back. */
  expire(beforeMs: number): Waiting[] {
    const expired = this.lines.takeBefore(beforeMs);
    for (const { prepared } of expired) this.left(prepared);
    return expired;
  }

  private async run(): Promise<void> {
    let answer: Answer = nothing;
    // Everything that is asked for in this turn of the event loop belongs together, also after a group has answered its callers.
    for (await turn(); this.lines.size > 0;) {
      const committing = this.commit(this.take());
      answer();
      answer = await committing;
      if (this.events >= busyEvents) continue;
      answer();
      answer = nothing;
      await turn();
    }
    this.running = null;
  }

  private take(): Waiting[] {
    const group = this.lines.takeGroup();
    for (const { prepared } of group) this.left(prepared);
    return group;
  }

  private left(prepared: PreparedRequest): void {
    this.events -= weight(prepared);
    this.bytes -= prepared.bytes;
  }
}

const nothing: Answer = () => undefined;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A request that only moves a cursor counts too: nothing that waits may be without a bound. */
function weight(prepared: PreparedRequest): number {
  return Math.max(1, prepared.eventCount);
}
