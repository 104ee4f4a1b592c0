/** The best of so long a time is believed: an answer that was quick. */
const bestOfMs = 5_000;
/** A clock that would go back by less stands still until it is right again; by more it was set, and is followed. */
const standsStillUs = 1_000_000;

/**
 * PostgreSQL's clock, told between its answers by one that nobody sets. An answer is late by the time that it takes, so the one that puts the
 * clock furthest ahead is nearest, of the last five to ten seconds: it is behind by the quickest of these answers, and never ahead. One that
 * says that it is less than could be, even if it had come at once, says that the clock was set back: what was heard before counts no more.
 */
export class DatabaseClock {
  private best = -Infinity;
  private bestBefore = -Infinity;
  private sinceMs: number;
  private toldUs = -Infinity;

  /** `localMs` never goes back, whatever happens to the clock of the machine. */
  constructor(private readonly localMs: () => number = () => performance.now()) {
    this.sinceMs = localMs();
  }

  /** Microseconds since 1970; nothing that can be used before the first answer. */
  get nowUs(): number {
    const nowUs = Math.floor(this.localMs() * 1_000 + Math.max(this.best, this.bestBefore));
    const isSetBack = this.toldUs - nowUs > standsStillUs;
    this.toldUs = isSetBack ? nowUs : Math.max(nowUs, this.toldUs);
    return this.toldUs;
  }

  /** Takes in what an answer said, between the moments at which it was asked for and came, by the local clock. */
  heard(databaseUs: number, askedMs: number, cameMs: number = this.localMs()): void {
    if (cameMs - this.sinceMs > bestOfMs) {
      this.bestBefore = this.best;
      this.best = -Infinity;
      this.sinceMs = cameMs;
    }
    if (Math.max(this.best, this.bestBefore) > databaseUs - askedMs * 1_000)
      [this.best, this.bestBefore] = [-Infinity, -Infinity];
    this.best = Math.max(this.best, databaseUs - cameMs * 1_000);
  }
}
