import { type RestClock, systemClock } from './rest-clock.js';

/**
 * Steps at once: an append of so many is over in a millisecond or two, and so is what follows from it. With 24 (and a sixteenth of those that
 * wait) one in twenty of 99 healthy tenants' notifications waited 3 to 9 ms longer while a thousand hosts were dead, with 8 one or two.
 */
export const stepsAtOnceMin = 8;
/** Where many wait it is a larger part of them, or what has begun would pass its deadline while its outcome waits. */
const shareAtOnce = 1 / 64;
/** After its steps it rests for so much of the time that they took, so that it never takes more than a fifth of the time … */
export const restFactor = 4;
/** … and no longer than this. */
export const restMsMax = 80;

interface Step {
  readonly counts: number;
  readonly run: () => Promise<void>;
}

/**
 * What is done for connectors that are not known to be well: a few steps at a time, turn by turn between tenants, and a rest after them. A
 * thousand dead targets fail in the same moment; done at once that would be one append, one turn of the event loop and one wait for
 * everybody whose target is well.
 */
export class SmallSteps {
  /** By tenant; the order of insertion is the order of the turns. */
  private readonly lines = new Map<string, Step[]>();
  /** How many steps wait; a part of a large fan-out counts as many. */
  private count = 0;
  private isRunning = false;

  constructor(private readonly clock: RestClock = systemClock) {}

  /** Runs a step when it is its turn; answers what it answers. What counts as several takes their places. */
  run<T>(tenant: string, step: () => Promise<T>, counts = 1): Promise<T> {
    return new Promise((resolve, reject) => {
      const line = this.lines.get(tenant) ?? [];
      line.push({ counts, run: () => step().then(resolve, reject) });
      this.lines.set(tenant, line);
      this.count += counts;
      if (!this.isRunning) void this.runAll();
    });
  }

  private async runAll(): Promise<void> {
    this.isRunning = true;
    // What is asked for in this turn of the event loop goes together.
    await Promise.resolve();
    while (this.count > 0) {
      const begunMs = this.clock.nowMs();
      await Promise.all(this.take().map(({ run }) => run()));
      const tookMs = this.clock.nowMs() - begunMs;
      await this.clock.rest(Math.min(restMsMax, tookMs * restFactor));
    }
    this.isRunning = false;
  }

  private take(): Step[] {
    const most = Math.max(stepsAtOnceMin, Math.ceil(this.count * shareAtOnce));
    const steps: Step[] = [];
    let taken = 0;
    for (const [tenant, line] of this.lines) {
      const [step] = line as [Step];
      // What would make it too many goes first the next time.
      if (steps.length > 0 && taken + step.counts > most) break;
      steps.push(step);
      taken += step.counts;
      line.shift();
      // Who had a turn goes to the end.
      this.lines.delete(tenant);
      if (line.length > 0) this.lines.set(tenant, line);
      if (taken >= most) break;
    }
    this.count -= taken;
    return steps;
  }
}
