import type { RecentEvent } from './recent-event.js';

/**
 * What the newest events of this process may take, about 10,000 of them: a second at full speed. A reader that falls behind it asks
 * PostgreSQL, which is slower than the writers: it must be rare.
 */
export const ringBytesMax = 16 * 1024 * 1024;
/** An event is here once to twice so long. Whoever reads it later asks PostgreSQL for it, and an idle service keeps none. */
export const ringAgeMs = 1_500;

/** The newest events that this process appended, as long as no other copy came between: one run of positions without a gap. */
export class RecentEvents {
  private entries: RecentEvent[] = [];
  /** Entries before this index are spent; they are cut off now and then, because cutting one by one would move all others. */
  private start = 0;
  private bytes = 0;
  /** What was the newest when `age` was called last. */
  private agedTo = 0;

  constructor(private readonly bytesMax: number = ringBytesMax) {}

  push(events: readonly RecentEvent[]): void {
    const first = events[0];
    if (first === undefined) return;
    if (this.entries.at(-1)?.position !== first.position - 1) this.clear();
    for (const entry of events) {
      this.entries.push(entry);
      this.bytes += entry.bytes;
    }
    this.drop(() => this.bytes > this.bytesMax);
  }

  /** Drops what was here already when this was called before; call it every `ringAgeMs`. */
  age(): void {
    const { agedTo } = this;
    this.agedTo = this.entries.at(-1)?.position ?? agedTo;
    this.drop(({ position }) => position <= agedTo);
    if (this.start === this.entries.length) this.clear();
  }

  /** The events after a position, at most `limit`; empty when the first of them is not here. */
  after(position: number, limit: number): RecentEvent[] {
    const first = this.entries[this.start];
    if (first === undefined) return [];
    const from = this.start + position + 1 - first.position;
    return from < this.start ? [] : this.entries.slice(from, from + limit);
  }

  /** Forgets everything, so that what a shredded subject had is not answered from here. */
  dropSubject(subject: string): void {
    if (this.entries.some((entry) => entry.facts.subject === subject)) this.clear();
  }

  private drop(isSpent: (oldest: RecentEvent) => boolean): void {
    for (
      let oldest = this.entries[this.start];
      oldest !== undefined && isSpent(oldest);
      oldest = this.entries[this.start]
    ) {
      this.bytes -= oldest.bytes;
      this.start += 1;
    }
    if (this.start > 1024 && this.start * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.start);
      this.start = 0;
    }
  }

  private clear(): void {
    this.entries = [];
    this.start = 0;
    this.bytes = 0;
  }
}
