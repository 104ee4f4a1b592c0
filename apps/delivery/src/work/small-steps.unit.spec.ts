import { restFactor, restMsMax, SmallSteps, stepsAtOnceMin } from './small-steps.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Steps that end when told to, on a clock that is moved by hand. */
class Trial {
  readonly done: string[] = [];
  readonly rests: number[] = [];
  nowMs = 0;
  private under: { name: string; end: () => void }[] = [];
  private wake: () => void = () => undefined;
  private readonly steps = new SmallSteps({
    nowMs: () => this.nowMs,
    rest: (ms) => {
      this.rests.push(ms);
      return new Promise<void>((resolve) => (this.wake = resolve));
    },
  });

  ask(tenant: string, count = 1, counts = 1): void {
    for (let n = 0; n < count; n += 1) {
      void this.steps.run(tenant, () => new Promise<void>((end) => this.under.push({ name: tenant, end })), counts);
    }
  }

  get underWay(): string {
    return this.under.map(({ name }) => name).join(' ');
  }

  /** The steps under way end after so long, and its rest too. */
  async next(tookMs = 10): Promise<void> {
    this.nowMs += tookMs;
    for (const { name, end } of this.under.splice(0)) {
      this.done.push(name);
      end();
    }
    await turn();
    this.wake();
    await turn();
  }
}

describe('small steps', () => {
  it.each<[what: string, asked: number, atOnce: number]>([
    ['all where they are few', stepsAtOnceMin, stepsAtOnceMin],
    ['no more where there is one more', stepsAtOnceMin + 1, stepsAtOnceMin],
    ['a larger part where many wait', 6_400, 100],
  ])('go at once: %s', async (_what, asked, atOnce) => {
    const trial = new Trial();
    trial.ask('a', asked);
    await turn();
    expect(trial.underWay.split(' ')).toHaveLength(atOnce);
  });

  it('come turn by turn between tenants', async () => {
    const trial = new Trial();
    trial.ask('dead', 1_000);
    trial.ask('other', 2);
    await turn();
    expect(trial.underWay.split(' ').slice(0, 5).join(' ')).toBe('dead other dead other dead');
  });

  it('take no more together than go at once, whatever each counts, and one that is larger alone', async () => {
    const trial = new Trial();
    trial.ask('a', 3, stepsAtOnceMin - 1);
    trial.ask('b', 2);
    await turn();
    expect(trial.underWay).toBe('a b');
    await trial.next();
    expect(trial.underWay).toBe('a b');
    await trial.next();
    trial.ask('b');
    expect(trial.underWay).toBe('a');
    await trial.next();
    trial.ask('large', 1, stepsAtOnceMin * 2);
    await trial.next();
    expect(trial.underWay).toBe('large');
  });

  it('rest after their work, in proportion and with a bound', async () => {
    const trial = new Trial();
    trial.ask('a', stepsAtOnceMin * 2);
    await turn();
    await trial.next(5);
    await trial.next(1_000);
    expect(trial.rests).toEqual([5 * restFactor, restMsMax]);
    expect(trial.done).toHaveLength(stepsAtOnceMin * 2);
  });

  it('are all done, also those that come during a rest', async () => {
    const trial = new Trial();
    trial.ask('a', stepsAtOnceMin + 6);
    await turn();
    trial.ask('b', stepsAtOnceMin + 6);
    for (let n = 0; n < 5; n += 1) await trial.next();
    expect(trial.done).toHaveLength(2 * stepsAtOnceMin + 12);
  });

  it('answer what a step answers, and its error, and go on after it', async () => {
    const steps = new SmallSteps();
    await expect(steps.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await steps.run('a', () => Promise.resolve(7))).toBe(7);
  });
});
