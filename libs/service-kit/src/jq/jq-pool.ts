import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { JqEngine, JqFault } from '@waybill/contracts/rendering/jq-engine';
import { outputBytesMax, TemplateFailed, TemplateRefused } from '@waybill/contracts/rendering/template-fault';
import { compiledJq } from './compiled-jq.js';
import { batchLength, batchMax, type JqBatch, type JqBatchResult, type JqWorkerSettings } from './jq-batch.js';
import { faultsIn, outputOf, withPrelude } from './jq-words.js';

export interface JqPoolOptions {
  /** Threads; one more than one keeps others going while a hostile program waits for its end. */
  readonly threads?: number;
  /** For one input; wall time, so it must leave room for a busy machine. */
  readonly timeLimitMs?: number;
  /** Of WebAssembly memory, a thread; jq begins with 16 MiB. */
  readonly memoryBytesMax?: number;
}

/** Runs that wait for a thread; the next is refused. */
export const queueMax = 10_000;
const defaults = { threads: 2, timeLimitMs: 1000, memoryBytesMax: 64 * 1024 * 1024 } as const;
/** Between looks of the watcher: a run is ended this much late at most. */
const watchMs = 20;
/** A thread that does not start is tried again after this long, so that a defect does not burn a core. */
const restartMs = 1000;
/** Programs remembered for having run out of time, the oldest forgotten first. */
const slowProgramsMax = 1000;

interface Job {
  /** null: only compile. */
  readonly input: string | null;
  readonly finish: (outcome: () => string) => void;
}

interface Thread {
  worker: Worker;
  readonly progress: Int32Array;
  readonly started: Promise<void>;
  batch: { readonly program: string; readonly jobs: readonly Job[] } | null;
  ready: boolean;
  seen: number;
  seenAtMs: number;
}

/**
 * jq in worker threads. Inputs of the same program run together; programs take turns, so one with many inputs does not hold up the others.
 * A run past its time is ended with its thread, which is replaced; such a program then runs alone and on one thread at a time.
 */
export class JqPool implements JqEngine {
  private readonly queue = new Map<string, Job[]>();
  private queued = 0;
  private readonly threads: Thread[] = [];
  private readonly slow = new Set<string>();
  private watcher: NodeJS.Timeout | null = null;
  private closed = false;

  private constructor(
    private readonly wasm: WebAssembly.Module,
    private readonly limits: {
      readonly threads: number;
      readonly timeLimitMs: number;
      readonly memoryBytesMax: number;
      readonly outputBytesMax: number;
    },
  ) {
    for (let count = 0; count < limits.threads; count++) this.threads.push(this.startThread());
  }

  /**
   * Compiles jq and starts the threads; they hold the process only while they work. Rejects when they cannot start.
   * Leaves to the caller to close it when the service drains.
   */
  static async start(options: JqPoolOptions = {}): Promise<JqPool> {
    const pool = new JqPool(await compiledJq(), { ...defaults, ...options, outputBytesMax });
    try {
      await Promise.all(pool.threads.map(({ started }) => started));
    } catch (error) {
      await pool.close();
      throw error;
    }
    for (const { worker } of pool.threads) worker.unref();
    return pool;
  }

  async run(program: string, input: string): Promise<string> {
    return this.enqueue(program, input);
  }

  async check(program: string): Promise<readonly JqFault[]> {
    try {
      await this.enqueue(program, null);
      return [];
    } catch (refused) {
      if (refused instanceof TemplateRefused)
        return refused.faults.map(({ line, column, message }) => ({ line, column, message }));
      throw refused;
    }
  }

  /** Ends the threads; what waits or runs is rejected. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.watcher !== null) clearInterval(this.watcher);
    const gone = (): string => {
      throw new Error('the jq pool is closed');
    };
    for (const jobs of this.queue.values()) for (const job of jobs) job.finish(gone);
    for (const { batch } of this.threads) for (const job of batch?.jobs ?? []) job.finish(gone);
    this.queue.clear();
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private enqueue(program: string, input: string | null): Promise<string> {
    if (this.closed) return Promise.reject(new Error('the jq pool is closed'));
    if (this.queued >= queueMax) return Promise.reject(new Error(`more than ${queueMax} jq runs are waiting`));
    return new Promise((resolve) => {
      // A throw inside `then` rejects with what was thrown.
      const finish = (outcome: () => string): void => resolve(Promise.resolve().then(outcome));
      this.putBack(program, [{ input, finish }]);
      this.startNext();
    });
  }

  private putBack(program: string, jobs: readonly Job[]): void {
    const waiting = this.queue.get(program);
    if (waiting === undefined) this.queue.set(program, [...jobs]);
    else waiting.push(...jobs);
    this.queued += jobs.length;
  }

  private startNext(): void {
    for (const thread of this.threads) {
      if (thread.batch !== null || !thread.ready) continue;
      const next = this.takeBatch();
      if (next === null) break;
      thread.batch = next;
      thread.seen = -1;
      thread.worker.ref();
      const inputs = next.jobs.flatMap(({ input }) => (input === null ? [] : [input]));
      thread.worker.postMessage({ program: withPrelude(next.program), inputs } satisfies JqBatch);
    }
    if (this.watcher === null && this.threads.some(({ batch }) => batch !== null)) {
      this.watcher = setInterval(() => this.watch(), watchMs);
    }
  }

  /** The program that waits longest; one that ran out of time before only while another thread stays free for the rest. */
  private takeBatch(): Thread['batch'] {
    const slowRunning = this.threads.filter(({ batch }) => batch !== null && this.slow.has(batch.program)).length;
    for (const [program, waiting] of this.queue) {
      const isSlow = this.slow.has(program);
      if (isSlow && slowRunning > 0 && slowRunning >= this.threads.length - 1) continue;
      const jobs = waiting.splice(
        0,
        isSlow ? 1 : batchLength(waiting.slice(0, batchMax).map(({ input }) => input?.length ?? 0)),
      );
      this.queued -= jobs.length;
      this.queue.delete(program);
      if (waiting.length > 0) this.queue.set(program, waiting);
      return { program, jobs };
    }
    return null;
  }

  private finishBatch(thread: Thread, result: JqBatchResult): void {
    const { batch } = thread;
    if (batch === null) return;
    thread.batch = null;
    let next = 0;
    for (const { input, finish } of batch.jobs) {
      if (result.compileError !== null) {
        const words = result.compileError;
        finish(() => {
          throw new TemplateRefused(faultsIn(words).map((fault) => ({ code: 'template_jq_syntax', ...fault })));
        });
      } else if (input === null) finish(() => '');
      else {
        const own = result.results[next++];
        finish(() => outputOf(own ?? { out: '', err: 'jq: error: no result', limit: null }, this.limits));
      }
    }
    this.rest(thread);
  }

  private rest(thread: Thread): void {
    thread.worker.unref();
    this.startNext();
    if (this.watcher !== null && this.threads.every(({ batch }) => batch === null)) {
      clearInterval(this.watcher);
      this.watcher = null;
    }
  }

  /** Looks how far each thread has come; one that stands still longer than the limit is ended. */
  private watch(): void {
    const nowMs = performance.now();
    for (const thread of this.threads) {
      if (thread.batch === null) continue;
      const seen = Atomics.load(thread.progress, 0);
      if (seen !== thread.seen) {
        thread.seen = seen;
        thread.seenAtMs = nowMs;
      } else if (nowMs - thread.seenAtMs > this.limits.timeLimitMs) {
        this.endLate(thread, Atomics.load(thread.progress, 1));
      }
    }
  }

  /** Fails the run that was on; the others of its batch, done or not, run again elsewhere: they changed nothing. */
  private endLate(thread: Thread, place: number): void {
    const { batch } = thread;
    if (batch === null) return;
    this.remember(batch.program);
    const running = batch.jobs.filter(({ input }) => input !== null)[place] ?? batch.jobs[0];
    this.replace(thread);
    this.putBack(
      batch.program,
      batch.jobs.filter((job) => job !== running),
    );
    running?.finish(() => {
      throw new TemplateFailed('template_limit', `The program ran longer than ${this.limits.timeLimitMs} ms.`);
    });
    this.startNext();
  }

  private remember(program: string): void {
    this.slow.add(program);
    if (this.slow.size > slowProgramsMax) this.slow.delete(this.slow.values().next().value as string);
  }

  private replace(thread: Thread): void {
    thread.batch = null;
    thread.worker.removeAllListeners();
    void thread.worker.terminate();
    this.threads[this.threads.indexOf(thread)] = this.startThread();
  }

  private startThread(): Thread {
    const shared = new SharedArrayBuffer(8);
    const { memoryBytesMax } = this.limits;
    const settings: JqWorkerSettings = { wasm: this.wasm, progress: shared, memoryBytesMax, outputBytesMax };
    // Node runs TypeScript without types as it stands, so that specs need no build.
    const file = import.meta.url.endsWith('.ts') ? './jq-worker.ts' : './jq-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: settings,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    const started = Promise.withResolvers<void>();
    // Only `start` waits for it; later threads are restarted by `giveUp`.
    started.promise.catch(() => undefined);
    const thread: Thread = {
      worker,
      started: started.promise,
      progress: new Int32Array(shared),
      batch: null,
      ready: false,
      seen: -1,
      seenAtMs: 0,
    };
    worker.on('message', (message: 'ready' | JqBatchResult) => {
      if (message !== 'ready') return this.finishBatch(thread, message);
      thread.ready = true;
      started.resolve();
      this.rest(thread);
    });
    worker.on('error', (error: Error) => {
      started.reject(error);
      this.giveUp(thread, error);
    });
    return thread;
  }

  /** A thread died of itself: out of memory in its JavaScript, or a defect. Its batch is rejected; waiting ones go on in a new thread. */
  private giveUp(thread: Thread, error: Error): void {
    if (this.closed) return;
    const jobs = thread.batch?.jobs ?? [];
    if (thread.ready) this.replace(thread);
    else setTimeout(() => this.closed || this.replace(thread), restartMs).unref();
    for (const job of jobs) job.finish(() => fail(error));
    this.startNext();
  }
}

function fail(error: Error): never {
  throw error;
}
