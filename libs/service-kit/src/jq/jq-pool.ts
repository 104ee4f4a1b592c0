import { performance } from 'node:perf_hooks';
import type { JqEngine, JqFault } from '@waybill/contracts/rendering/jq-engine';
import { outputBytesMax, TemplateFailed, TemplateRefused } from '@waybill/contracts/rendering/template-fault';
import { compiledJq } from './compiled-jq.js';
import { batchLength, batchMax, type JqBatchResult } from './jq-batch.js';
import { type JqJob, type JqJobs, JqThread } from './jq-thread.js';
import { faultsIn, outputOf } from './jq-words.js';

export interface JqPoolOptions {
  /** Threads; one more than one keeps others going while a hostile program waits for its end. */
  readonly threads?: number;
  /** For one input; wall time, so it must leave room for a busy machine. */
  readonly timeLimitMs?: number;
  /** Of WebAssembly memory, a thread; jq begins with 16 MiB. */
  readonly memoryBytesMax?: number;
  /** Threads without work for so long are ended; the next run starts them again, which takes some 50 ms. */
  readonly idleMs?: number;
}

/** Runs that wait for a thread; the next is refused. */
export const queueMax = 10_000;
/** The memory of a machine never shrinks: a thread that has more than this after a run is replaced by a fresh one of 16 MiB. */
export const memoryKeptBytes = 24 * 1024 * 1024;
const defaults = { threads: 2, timeLimitMs: 1000, memoryBytesMax: 64 * 1024 * 1024, idleMs: 10_000 } as const;
/** Between looks of the watcher: a run is ended this much late at most. */
const watchMs = 20;
/** A thread that does not start is tried again after this long, so that a defect does not burn a core. */
const restartMs = 1000;
/** Programs remembered for having run out of time, the oldest forgotten first. */
const slowProgramsMax = 1000;

/**
 * jq in worker threads. Inputs of the same program run together; programs take turns, so one with many inputs does not hold up the others.
 * A run past its time is ended with its thread, which is replaced; such a program then runs alone and on one thread at a time.
 */
export class JqPool implements JqEngine {
  private readonly queue = new Map<string, JqJob[]>();
  private queued = 0;
  /** Empty while nothing has been asked for a while. */
  private threads: JqThread[] = [];
  private readonly slow = new Set<string>();
  private watcher: NodeJS.Timeout | null = null;
  private idle: NodeJS.Timeout | null = null;
  private closed = false;

  private constructor(
    private readonly wasm: WebAssembly.Module,
    private readonly limits: Readonly<Required<JqPoolOptions>> & { readonly outputBytesMax: number },
  ) {
    this.fill();
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
    return pool;
  }

  /** What the machines of the threads hold now; 0 when there are none. */
  get memoryBytes(): number {
    return this.threads.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
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
    if (this.idle !== null) clearTimeout(this.idle);
    const gone = (): string => {
      throw new Error('the jq pool is closed');
    };
    for (const jobs of this.queue.values()) for (const job of jobs) job.finish(gone);
    for (const { batch } of this.threads) for (const job of batch?.jobs ?? []) job.finish(gone);
    this.queue.clear();
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private enqueue(program: string, input: string | null): Promise<string> {
    if (this.closed) return Promise.reject(new Error('the jq pool is closed'));
    if (this.queued >= queueMax) return Promise.reject(new Error(`more than ${queueMax} jq runs are waiting`));
    return new Promise((resolve) => {
      // A throw inside `then` rejects with what was thrown.
      const finish = (outcome: () => string): void => resolve(Promise.resolve().then(outcome));
      this.putBack(program, [{ input, finish }]);
      this.fill();
      this.startNext();
    });
  }

  private putBack(program: string, jobs: readonly JqJob[]): void {
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
      thread.begin(next);
    }
    if (this.watcher === null && this.threads.some(({ batch }) => batch !== null)) {
      this.watcher = setInterval(() => this.watch(), watchMs);
    }
  }

  /** The program that waits longest; one that ran out of time before only while another thread stays free for the rest. */
  private takeBatch(): JqJobs | null {
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

  private finishBatch(thread: JqThread, result: JqBatchResult): void {
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
    if (thread.memoryBytes > memoryKeptBytes) this.replace(thread);
    this.rest(thread);
  }

  private rest(thread: JqThread): void {
    thread.rest();
    this.startNext();
    if (this.threads.some(({ batch }) => batch !== null)) return;
    if (this.watcher !== null) clearInterval(this.watcher);
    this.watcher = null;
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = setTimeout(() => this.letGo(), this.limits.idleMs).unref();
  }

  /** Looks how far each thread has come; one that stands still longer than the limit is ended. */
  private watch(): void {
    const nowMs = performance.now();
    for (const thread of this.threads) {
      if (thread.batch !== null && thread.stillForMs(nowMs) > this.limits.timeLimitMs) this.endLate(thread);
    }
  }

  /** Fails the run that was on; the others of its batch, done or not, run again elsewhere: they changed nothing. */
  private endLate(thread: JqThread): void {
    const { batch } = thread;
    if (batch === null) return;
    this.remember(batch.program);
    const running = thread.running();
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

  /** Ends all threads when there has been nothing to do, and with them their memory. */
  private letGo(): void {
    if (this.closed || this.queued > 0 || !this.threads.every(({ ready, batch }) => ready && batch === null)) return;
    for (const thread of this.threads) void thread.end();
    this.threads = [];
  }

  private fill(): void {
    while (this.threads.length < this.limits.threads) this.threads.push(this.startThread());
  }

  private replace(thread: JqThread): void {
    thread.batch = null;
    void thread.end();
    this.threads[this.threads.indexOf(thread)] = this.startThread();
  }

  private startThread(): JqThread {
    const { memoryBytesMax, outputBytesMax } = this.limits;
    return new JqThread(
      { wasm: this.wasm, memoryBytesMax, outputBytesMax },
      {
        ready: (thread) => this.rest(thread),
        finished: (thread, result) => this.finishBatch(thread, result),
        died: (thread, error) => this.giveUp(thread, error),
      },
    );
  }

  /** A thread died of itself: its batch is rejected; waiting ones go on in a new thread. */
  private giveUp(thread: JqThread, error: Error): void {
    if (this.closed) return;
    const jobs = thread.batch?.jobs ?? [];
    if (thread.ready) this.replace(thread);
    else setTimeout(() => this.closed || this.replaceIfThere(thread), restartMs).unref();
    for (const job of jobs) job.finish(() => fail(error));
    this.startNext();
  }

  private replaceIfThere(thread: JqThread): void {
    if (this.threads.includes(thread)) this.replace(thread);
  }
}

function fail(error: Error): never {
  throw error;
}
