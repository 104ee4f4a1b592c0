import { DatabaseClock } from './database-clock.js';

/** The clock of a database that is asked now and then, beside a local one. Answers take what they are told to, half of it on the way back. */
class Trial {
  private localMs = 10_000;
  /** Between the two, microseconds: an hour and a bit, so that nobody takes one for the other. */
  aheadUs = 3_600_123_456;
  readonly clock = new DatabaseClock(() => this.localMs);

  get databaseUs(): number {
    return this.localMs * 1_000 + this.aheadUs;
  }

  pass(ms: number): void {
    this.localMs += ms;
  }

  ask(tookMs: number): void {
    const askedMs = this.localMs;
    this.pass(tookMs / 2);
    const said = this.databaseUs;
    this.pass(tookMs / 2);
    this.clock.heard(said, askedMs);
  }

  /** How far it is behind the database's, milliseconds. */
  get behindMs(): number {
    return (this.databaseUs - this.clock.nowUs) / 1_000;
  }
}

describe('the clock of a database between its answers', () => {
  it('is behind by no more than the quickest answer took, and never ahead', () => {
    const trial = new Trial();
    trial.ask(400);
    expect(trial.behindMs).toBe(200);
    trial.ask(2);
    expect(trial.behindMs).toBe(1);
    trial.ask(90);
    expect(trial.behindMs).toBe(1);
    trial.pass(3_600_000);
    expect(trial.behindMs).toBe(1);
  });

  it('does not go back where only the answers became slower', () => {
    const trial = new Trial();
    trial.ask(2);
    let before = trial.clock.nowUs;
    for (let n = 0; n < 40; n += 1) {
      trial.pass(500);
      trial.ask(800);
      expect(trial.clock.nowUs).toBeGreaterThanOrEqual(before);
      before = trial.clock.nowUs;
    }
    expect(trial.behindMs).toBe(400);
  });

  it('follows a clock that was set ahead with the next answer', () => {
    const trial = new Trial();
    trial.ask(2);
    trial.aheadUs += 300_000_000;
    trial.ask(2);
    expect(trial.behindMs).toBe(1);
  });

  it('follows a clock that was set back with the next answer that was quicker than it was set by', () => {
    const trial = new Trial();
    trial.ask(2);
    trial.aheadUs -= 300_000_000;
    trial.ask(500);
    expect(trial.behindMs).toBe(250);
  });

  it('stands still, instead of going back, where the clock was set back by less than a second', () => {
    const trial = new Trial();
    trial.ask(2);
    const before = trial.clock.nowUs;
    trial.aheadUs -= 900_000;
    trial.ask(2);
    expect(trial.clock.nowUs).toBe(before);
    trial.pass(900);
    expect(trial.behindMs).toBe(1);
  });
});
