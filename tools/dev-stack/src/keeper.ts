import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One process that the keeper runs for us. */
export interface KeptProcess {
  /** Unique among the living of one keeper. */
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Gets stdout and stderr, appended; without it they are dropped. */
  readonly logFile?: string | undefined;
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** How long a stopped process may take before it is killed. Default 10 s. */
  readonly stopWaitMs?: number | undefined;
  /** Folders removed once everything has ended: test data. */
  readonly removeAfter?: readonly string[] | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running process. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Asks it to end (its `stopSignal` unless told otherwise), kills it after `stopWaitMs`, resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/**
 * Starts processes that cannot outlive us: they belong to a small program that ends them when our side of a pipe closes.
 * Does not restart what ended by itself.
 */
export interface Keeper {
  start(process: KeptProcess): Promise<Running>;
  /** Ends everything, last started first. */
  close(): Promise<void>;
}

type Said = {
  started?: { id: string; pid: number };
  failed?: { id: string; message: string };
  ended?: { id: string } & Ended;
};

export function openKeeper(): Keeper {
  const program = spawn(process.execPath, [fileURLToPath(new URL('./keeper-program.mjs', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const gone = new Promise<void>((resolve) => program.once('exit', () => resolve()));
  const starting = new Map<string, { resolve: (pid: number) => void; reject: (error: Error) => void }>();
  const ending = new Map<string, (ended: Ended) => void>();
  program.stdin.on('error', () => undefined);
  createInterface({ input: program.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Said;
    if (said.started) starting.get(said.started.id)?.resolve(said.started.pid);
    if (said.failed) starting.get(said.failed.id)?.reject(new Error(said.failed.message));
    if (said.ended) ending.get(said.ended.id)?.({ code: said.ended.code, signal: said.ended.signal });
  });
  // The owner may end when it likes; that is what ends the keeper.
  program.unref();
  for (const pipe of [program.stdin, program.stdout]) (pipe as unknown as { unref?: () => void }).unref?.();

  const tell = (message: object): void => void program.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    start: async (kept) => {
      const ended = new Promise<Ended>((resolve) => ending.set(kept.id, resolve));
      const started = new Promise<number>((resolve, reject) => starting.set(kept.id, { resolve, reject }));
      const lost = gone.then(() => Promise.reject(new Error('the keeper of our processes is gone')));
      tell({ start: kept });
      const pid = await Promise.race([started, lost]);
      const stop = async (signal?: NodeJS.Signals): Promise<Ended> => {
        tell({ stop: { id: kept.id, signal } });
        return Promise.race([ended, gone.then(() => ({ code: null, signal: null }))]);
      };
      return { pid, ended, stop };
    },
    close: async () => {
      // Whoever waits for the end must not be left alone by an event loop that has run empty.
      program.ref();
      program.stdin.end();
      await gone;
    },
  };
}
