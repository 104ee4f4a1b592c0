import type { Stage } from './stage.js';

/** One thing that the product promises, as a sentence, and how to see whether it is kept. */
export interface Promised {
  readonly says: string;
  /**
   * It waits more than it works, stops nothing, and looks at nothing but what it made itself: neighbours that say so are told at the same
   * time. The long form tells every promise alone.
   */
  readonly besideOthers?: true;
  /** Rejects with what is wrong where it is broken; answers the figures that were seen. Ends by itself: every wait in it is bounded. */
  holds(): Promise<string>;
}

/** Promises that stand on each other, in their order. */
export interface Story {
  readonly name: string;
  /** What happens in it, in one sentence. */
  readonly about: string;
  /** Called before there is a stage to ask; whatever asks it stands in `holds`. */
  tell(stage: Stage): readonly Promised[];
}

/** Throws with the sentence where it does not hold. */
export function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** Compares as JSON, and says both sides where they differ. */
export function same(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`);
}

/** Asks again until it answers something else than null; rejects with what it was waiting for after `timeoutMs`. */
export async function eventually<T>(what: string, timeoutMs: number, look: () => Promise<T | null>): Promise<T> {
  for (const until = Date.now() + timeoutMs; ;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${timeoutMs / 1_000} s`);
    await pause(lookEveryMs);
  }
}

const lookEveryMs = 50;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
