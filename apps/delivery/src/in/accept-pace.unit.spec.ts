import { AcceptPace, deliveriesPerAppend } from './accept-pace.js';
import type { Accepted } from './open-routing.js';

/** A clock that is set by hand, and targets that are as fast as they are told to be. */
class Trial {
  nowMs = 0;
  readonly rests: number[] = [];
  wakes = 0;
  speed = { perMs: 0, waiting: 0 };
  private readonly accept = new AcceptPace(
    { speedOf: () => this.speed },
    {
      nowMs: () => this.nowMs,
      rest: (ms) => {
        this.rests.push(ms);
        return new Promise<void>((resolve) => (this.ring = resolve));
      },
    },
  );
  private ring: () => void = () => undefined;

  get mayBegin(): boolean {
    return this.accept.mayBegin(() => (this.wakes += 1));
  }

  get deliveries(): number {
    return this.accept.deliveries;
  }

  /** Begins an append of deliveries to one connector, some of which find room. */
  begin(count: number, withRoom: number): () => void {
    const job = { connectorId: 'con_1' };
    return this.accept.begin(Array.from({ length: count }, (_, n) => ({ begins: n < withRoom, job }) as Accepted));
  }

  /** An append that takes so long. */
  append(tookMs: number, count: number, withRoom: number): void {
    const ended = this.begin(count, withRoom);
    this.nowMs += tookMs;
    ended();
  }

  /** So much time passes, and what was to ring by then rings. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    this.ring();
    await Promise.resolve();
  }
}

describe('how fast routing decisions are accepted', () => {
  it('has two appends under way and no rest where what is accepted finds room', () => {
    const trial = new Trial();
    trial.speed = { perMs: 100, waiting: 1_000 };
    trial.append(10, 100, 100);
    const first = trial.begin(100, 100);
    expect(trial.mayBegin).toBe(true);
    trial.begin(100, 50);
    expect(trial.mayBegin).toBe(false);
    first();
    expect(trial.mayBegin).toBe(true);
    expect(trial.rests).toEqual([]);
  });

  it('has one under way, and rests twice as long as it took, where most of it finds room soon', async () => {
    const trial = new Trial();
    // In thirty milliseconds, three times an append, the target sends 120 of them.
    trial.speed = { perMs: 4, waiting: 1_000 };
    trial.append(10, 100, 100);
    const ended = trial.begin(100, 49);
    expect(trial.mayBegin).toBe(false);
    trial.nowMs += 10;
    ended();
    expect(trial.mayBegin).toBe(false);
    expect(trial.mayBegin).toBe(false);
    expect(trial.rests).toEqual([20]);
    await trial.pass(20);
    expect([trial.wakes, trial.mayBegin]).toEqual([1, true]);
  });

  it('rests no longer than the target needs for what waits for it', () => {
    const trial = new Trial();
    trial.append(10, 100, 100);
    trial.speed = { perMs: 4, waiting: 28 };
    trial.append(10, 100, 0);
    expect(trial.mayBegin).toBe(false);
    expect(trial.rests).toEqual([7]);
  });

  it('does not rest for a target that takes longer than three appends for what one holds', () => {
    const trial = new Trial();
    trial.append(10, 100, 100);
    trial.speed = { perMs: 3, waiting: 1_000 };
    trial.append(10, 100, 0);
    expect(trial.mayBegin).toBe(true);
    trial.begin(100, 0);
    expect(trial.mayBegin).toBe(true);
  });

  it('goes on at full speed as soon as what is accepted finds room again', async () => {
    const trial = new Trial();
    trial.append(10, 100, 100);
    trial.speed = { perMs: 100, waiting: 1_000 };
    trial.append(10, 100, 0);
    await trial.pass(20);
    trial.begin(100, 100);
    expect(trial.mayBegin).toBe(true);
  });

  it('holds fewer deliveries in an append while most wait for slow targets', () => {
    const trial = new Trial();
    trial.append(10, 100, 100);
    trial.speed = { perMs: 3, waiting: 1_000 };
    trial.append(10, 100, 49);
    const slow = trial.deliveries;
    trial.speed = { perMs: 4, waiting: 1_000 };
    trial.append(10, 100, 49);
    const fast = trial.deliveries;
    trial.append(10, 100, 50);
    expect([slow, fast, trial.deliveries]).toEqual([
      deliveriesPerAppend.slow,
      deliveriesPerAppend.most,
      deliveriesPerAppend.most,
    ]);
  });
});
