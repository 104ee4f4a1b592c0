import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition by asking for it; rejects when it does not hold within so many milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  for (const untilMs = Date.now() + withinMs; !(await condition());) {
    if (Date.now() > untilMs) throw new Error(`not within ${withinMs / 1_000} s`);
    await delay(10);
  }
}
