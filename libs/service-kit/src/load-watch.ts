/**
 * A process that has something to do is looked at so often, and one that has not so rarely: four looks a second were a fifth of all that a
 * service did at rest.
 */
const lookEveryMs = { busy: 250, quiet: 1_000 } as const;
/** Less than this share of one core is rest, or close to it. */
const quietShareMax = 0.05;

export interface Load {
  /** Of one core since the last look, over all threads of the process. */
  readonly share: number;
  /** Since the last look. */
  readonly spanMs: number;
  readonly isQuiet: boolean;
  /** By so much the look came later than it was due: so long the event loop did something else. */
  readonly lateMs: number;
}

const listeners = new Set<(load: Load) => void>();
let clock: NodeJS.Timeout | null = null;

/** Tells how busy this process is, a few times a second or, at rest, once; one clock for all who ask. Answers how to stop. */
export function watchLoad(listener: (load: Load) => void): () => void {
  listeners.add(listener);
  if (clock === null) lookAgain(shareMeter(), lookEveryMs.busy);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || clock === null) return;
    clearTimeout(clock);
    clock = null;
  };
}

function lookAgain(share: () => number, afterMs: number): void {
  const dueMs = performance.now() + afterMs;
  clock = setTimeout(() => {
    const nowMs = performance.now();
    const taken = share();
    const isQuiet = taken < quietShareMax;
    lookAgain(share, isQuiet ? lookEveryMs.quiet : lookEveryMs.busy);
    const load: Load = { share: taken, spanMs: nowMs - dueMs + afterMs, isQuiet, lateMs: Math.max(0, nowMs - dueMs) };
    for (const listener of listeners) listener(load);
  }, afterMs).unref();
}

/** How much of one core the process took since the last call. */
function shareMeter(): () => number {
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  let [atMs, used] = [performance.now(), usedMs()];
  return () => {
    const [nowMs, nowUsed] = [performance.now(), usedMs()];
    const share = (nowUsed - used) / Math.max(1, nowMs - atMs);
    [atMs, used] = [nowMs, nowUsed];
    return share;
  };
}
