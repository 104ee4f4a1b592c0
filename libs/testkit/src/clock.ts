/** A clock that stands still until it is told to move; for code that takes `now` as a function. */
export interface TestClock {
  /** Epoch milliseconds. */
  now(): number;
  date(): Date;
  /** RFC 3339 UTC with milliseconds, as on the wire. */
  text(): string;
  advance(ms: number): void;
  set(at: string | number): void;
}

/** Starts at noon of a day without a change of clocks anywhere. */
export function testClock(start: string | number = '2026-01-15T12:00:00.000Z'): TestClock {
  let at = new Date(start).getTime();
  return {
    now: () => at,
    date: () => new Date(at),
    text: () => new Date(at).toISOString(),
    advance: (ms) => void (at += ms),
    set: (to) => void (at = new Date(to).getTime()),
  };
}
