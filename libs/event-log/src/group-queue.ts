import { GroupLines, type Waiting } from './group-lines.js';
import { groupEventsMax, queueBytesMax, queueEventsMax } from './limits.js';
import { type AppendResult, LogUnavailable, Overloaded } from './log.js';
import type { PreparedRequest } from './prepare.js';

/** Resolves every request of a group that was written; a call without effect where there was nothing to say. */
export type Answer = () => void;

/** A group on its way. */
export interface Begun {
  /** Never rejects, and every request of the group is settled: by the answer, or by then. */
  readonly answered: Promise<Answer>;
  /** Whether the next one may be begun now. */
  readonly mayBeFollowed: () => boolean;
}

/**
 * With so many events waiting the next group is full enough to be begun before the last one has answered: PostgreSQL finds it there when it is
 * done with that, and what its callers do then is done meanwhile. Below it the callers are answered first, because what they ask for next makes
 * the group full: at half of a group, which is less than what a steady flow leaves waiting, a quarter of each stayed empty (3,850
 * deliveries/s at fan-out 5, and 3,980 with 380 of 500; four runs each in turn).
 */
const busyEvents = groupEventsMax * 0.8;

/**
 * So long a request that may wait does so for company. At 200 deliveries/s each is two groups, one of which is an outcome: in the way of the next
 * acceptance, and a transaction of its own.
 */
export const companyMs = 10;
/** Time as the queue sees it. */
export interface QueueClock {
  readonly nowMs: () => number;
  /** Calls after so many milliseconds; answers how to call it off. */
  readonly after: (ms: number, call: () => void) => () => void;
}

const systemClock: QueueClock = {
  nowMs: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** With so many events waiting a group is worth its transaction, whoever may wait. */
const companyEventsMax = 32;

/**
 * Natural group commit: the first request goes at once, what comes while it is under way goes together in the next group.
 * Only requests that may wait know a timer: an idle log answers the others in one transaction's time, a busy one makes its groups by itself.
 * Tenants share them fairly (`group-lines.ts`).
 */
export class GroupQueue {
  private readonly lines = new GroupLines();
  private events = 0;
  private bytes = 0;
  private running: Promise<void> | null = null;
  private closed = false;
  /** Requests that may not wait. */
  private urgent = 0;
  /** When what may wait has waited long enough. */
  private waitsUntilMs = 0;
  /** Told when something comes that may not wait, or enough that may. */
  private hurry: (() => void) | null = null;
  /** Told when the next group is full enough. */
  private filled: (() => void) | null = null;

  /** `begin` is given groups one after the other, at most two at once; they are answered in that order. */
  constructor(
    private readonly begin: (group: Waiting[]) => Begun,
    private readonly limits = { events: queueEventsMax, bytes: queueBytesMax },
    private readonly clock = systemClock,
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
    if (!mayWait(prepared)) this.urgent += 1;
    else if (this.lines.size === this.urgent + 1) this.waitsUntilMs = this.clock.nowMs() + companyMs;
    this.running ??= this.run();
    if (!this.isPatient) this.hurry?.();
    if (this.isBusy) this.filled?.();
    return result;
  }

  /** What waits and is not under way. */
  get depth(): { readonly requests: number; readonly events: number } {
    return { requests: this.lines.size, events: this.events };
  }

  /** Refuses what comes from now on and resolves when everything that was taken is settled. */
  async close(): Promise<void> {
    this.closed = true;
    this.hurry?.();
    await this.running;
  }

  /** Takes out what has waited since before `beforeMs`, to be told that PostgreSQL does not come back. */
  expire(beforeMs: number): Waiting[] {
    const expired = this.lines.takeBefore(beforeMs);
    for (const { prepared } of expired) this.left(prepared);
    return expired;
  }

  private async run(): Promise<void> {
    // Everything that is asked for in this turn of the event loop belongs together, also after a group has answered its callers.
    await turn();
    let open: Begun | null = null;
    while (open !== null || this.lines.size > 0) {
      if (open === null && this.isPatient) await this.waitForCompany();
      open ??= this.beginNext();
      let next = await this.beginBeside(open);
      const answer: Answer = await open.answered;
      if (next === null && this.isBusy) next = this.beginNext();
      answer();
      if (next === null) await turn();
      open = next;
    }
    this.running = null;
  }

  /** Begins the next group as soon as it is full enough; null where the one that is open was answered before, or may not be followed. */
  private async beginBeside(open: Begun): Promise<Begun | null> {
    let isAnswered = false;
    const answered = open.answered.then(() => void (isAnswered = true));
    while (!isAnswered && open.mayBeFollowed()) {
      if (this.isBusy) return this.beginNext();
      await Promise.race([answered, new Promise<void>((resolve) => (this.filled = resolve))]);
      this.filled = null;
    }
    return null;
  }

  /** Nothing is here but what may wait, little, and not for long. */
  private get isPatient(): boolean {
    return (
      this.urgent === 0 && !this.closed && this.events < companyEventsMax && this.clock.nowMs() < this.waitsUntilMs
    );
  }

  private async waitForCompany(): Promise<void> {
    await new Promise<void>((resolve) => {
      const callOff = this.clock.after(this.waitsUntilMs - this.clock.nowMs(), resolve);
      this.hurry = () => {
        callOff();
        resolve();
      };
    });
    this.hurry = null;
    // What comes in the same turn of the event loop belongs together.
    await turn();
  }

  private get isBusy(): boolean {
    return this.events >= busyEvents;
  }

  private beginNext(): Begun {
    return this.begin(this.take());
  }

  private take(): Waiting[] {
    const group = this.lines.takeGroup();
    for (const { prepared } of group) this.left(prepared);
    return group;
  }

  private left(prepared: PreparedRequest): void {
    this.events -= weight(prepared);
    this.bytes -= prepared.bytes;
    if (!mayWait(prepared)) this.urgent -= 1;
  }
}

function mayWait({ request }: PreparedRequest): boolean {
  return request.mayWait === true;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A request that only moves a cursor counts too: nothing that waits may be without a bound. */
function weight(prepared: PreparedRequest): number {
  return Math.max(1, prepared.eventCount);
}
