import { setTimeout as delay } from 'node:timers/promises';

/** Time as those see it who rest in proportion to what their work took. */
export interface RestClock {
  readonly nowMs: () => number;
  readonly rest: (ms: number) => Promise<unknown>;
}

export const systemClock: RestClock = { nowMs: () => performance.now(), rest: (ms) => delay(ms) };
