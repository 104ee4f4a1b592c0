import type { RecentEvent } from './recent-event.js';

/**
 * What the newest events of this process may take, about 10,000 of them: a second at full speed. A reader that falls behind it asks
 * PostgreSQL, which is slower than the writers: it must be rare.
 */
export const ringBytesMax = 16 * 1024 * 1024;
/** No event is here for more than twice so long. Whoever reads it later asks PostgreSQL for it, and an idle service keeps none. */
export const ringAgeMs = 1_500;

/** Who reads on from where it stopped. */
export type Follower = symbol;

/**
 * The newest events that this process appended, as long as no other copy came between: one run of positions without a gap. What every
 * follower has read goes at once: kept until it was old, all of it became old for the garbage collector as well, and with the buffers
 * beside the heap made it collect everything.
 */
export class RecentEvents {
  /** Null where it is spent. */
  private entries: (RecentEvent | null)[] = [];
  /** Entries before this index are spent; they are cut off now and then, because cutting one by one would move all others. */
  private start = 0;
  private bytes = 0;
  /** What was the newest when `age` was called last. */
  private agedTo = 0;
  /** How far each follower has read. While one stands still, it is age that drops. */
  private readonly readTo = new Map<Follower, number>();

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

  get isEmpty(): boolean {
    return this.oldest === null;
  }

  /** Drops what was here already when this was called before; call it every `ringAgeMs` until it is empty. */
  age(): void {
    const { agedTo } = this;
    this.agedTo = this.entries.at(-1)?.position ?? agedTo;
    this.drop(({ position }) => position <= agedTo);
    if (this.start === this.entries.length) this.clear();
  }

  /**
   * The events after a position, at most `limit`; empty when the first of them is not here. What a follower is answered it has: all of them
   * had their copy of what goes then. One that could do nothing with it asks PostgreSQL.
   */
  after(position: number, limit: number, follower?: Follower): RecentEvent[] {
    const first = this.oldest;
    const from = first === null ? -1 : this.start + position + 1 - first.position;
    const events = from < this.start ? [] : (this.entries.slice(from, from + limit) as RecentEvent[]);
    if (follower !== undefined) this.hasRead(follower, events.at(-1)?.position ?? position);
    return events;
  }

  /** Nothing waits for this follower any more. */
  leave(follower: Follower): void {
    this.readTo.delete(follower);
  }

  /** Forgets everything, so that what a shredded subject had is not answered from here. */
  dropSubject(subject: string): void {
    if (this.entries.some((entry) => entry?.facts.subject === subject)) this.clear();
  }

  private hasRead(follower: Follower, position: number): void {
    this.readTo.set(follower, position);
    const readByAll = Math.min(...this.readTo.values());
    this.drop((oldest) => oldest.position <= readByAll);
  }

  private get oldest(): RecentEvent | null {
    return this.entries[this.start] ?? null;
  }

  private drop(isSpent: (oldest: RecentEvent) => boolean): void {
    for (let { oldest } = this; oldest !== null && isSpent(oldest); { oldest } = this) {
      this.bytes -= oldest.bytes;
      this.entries[this.start] = null;
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
