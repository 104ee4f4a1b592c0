import type { Engine } from '../work/engine.js';
import { type RestClock, systemClock } from '../work/rest-clock.js';
import type { Accepted } from './open-routing.js';

/**
 * While one append is being written the next is laid out and waits for its group: the cursor says that it stands behind the first, and is
 * refused with it. With one at a time the log took 2,200 deliveries/s at fan-out 1, with two 2,500 (`bench --smoke`, twice each).
 */
const appendsAtOnceMax = 2;
/**
 * After an append most of which will find room soon it rests for up to so many times as long as that took, so that what is read behind a
 * fast target's backlog is reached at a third of the full speed at worst. Of 15,000 deliveries at fan-out 5 four to eight tenths begin with their
 * acceptance then; without a rest it were none to four.
 */
const restFactorMax = 2;

/**
 * Deliveries that are accepted in one append: two events each, half a group of the log. Where most of them wait for slow targets nothing is
 * gained by many, and what comes behind them waits for the end of up to two such appends (with 64, and with as many messages in a batch of an intake,
 * another connector's notification straight behind a burst of 10,000 took 87 ms instead of 183, means of six).
 */
export const deliveriesPerAppend = { most: 125, slow: 64 } as const;

/**
 * How fast routing decisions are accepted. Who is accepted long before there is room to send costs a second append and rows that are
 * written twice or thrice, and takes the time of those that could end: where targets send as fast as a third of what is accepted, they are accepted
 * no sooner than they find room. What waits for a slow target waits anyway, and must not hold up what is read behind it.
 */
export class AcceptPace {
  private underWay = 0;
  /** Most of what was accepted last found no room to begin … */
  private isWaiting = false;
  /** … and will soon. */
  private isAhead = false;
  /** How long the last append took. */
  private appendMs = 0;
  private restsUntilMs = -Infinity;
  private isWaking = false;

  constructor(
    private readonly engine: Pick<Engine, 'speedOf'>,
    private readonly clock: RestClock = systemClock,
  ) {}

  /** Appends that have begun and not ended. */
  get appends(): number {
    return this.underWay;
  }

  /** How many deliveries the next append should hold. */
  get deliveries(): number {
    return this.isWaiting && !this.isAhead ? deliveriesPerAppend.slow : deliveriesPerAppend.most;
  }

  /** Whether another append may begin now; where that is a matter of time alone, `wake` is called when it has come. */
  mayBegin(wake: () => void): boolean {
    if (this.underWay >= (this.isAhead ? 1 : appendsAtOnceMax)) return false;
    const restMs = this.restsUntilMs - this.clock.nowMs();
    if (restMs <= 0) return true;
    if (!this.isWaking) {
      this.isWaking = true;
      void this.clock.rest(restMs).then(() => {
        this.isWaking = false;
        wake();
      });
    }
    return false;
  }

  /** An append begins; call what it answers when it is over. */
  begin(accepted: readonly Accepted[]): () => void {
    const begunMs = this.clock.nowMs();
    const waiting = accepted.filter(({ begins }) => !begins);
    const connectors = new Set(waiting.map(({ job }) => job.connectorId));
    const soon = this.speedOf(connectors).perMs * this.appendMs * (1 + restFactorMax);
    this.isWaiting = waiting.length * 2 > accepted.length;
    this.isAhead = this.isWaiting && soon > accepted.length;
    this.underWay += 1;
    return () => {
      this.underWay -= 1;
      const nowMs = this.clock.nowMs();
      this.appendMs = nowMs - begunMs;
      if (this.isAhead) this.restsUntilMs = nowMs + this.restMs(connectors);
    };
  }

  /** Until the connectors have sent what waits for them, at most. */
  private restMs(connectors: ReadonlySet<string>): number {
    const { perMs, waiting } = this.speedOf(connectors);
    return perMs === 0 ? 0 : Math.min(this.appendMs * restFactorMax, waiting / perMs);
  }

  private speedOf(connectors: ReadonlySet<string>): { perMs: number; waiting: number } {
    const paces = [...connectors].map((id) => this.engine.speedOf(id));
    return {
      perMs: paces.reduce((sum, { perMs }) => sum + perMs, 0),
      waiting: paces.reduce((sum, { waiting }) => sum + waiting, 0),
    };
  }
}
