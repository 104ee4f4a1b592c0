import { Worker } from 'node:worker_threads';
import { withPrelude } from './jq-words.js';
import type { JqBatch, JqBatchResult, JqWorkerSettings } from './jq-batch.js';

export interface JqJob {
  /** null: only compile. */
  readonly input: string | null;
  readonly finish: (outcome: () => string) => void;
}

export interface JqJobs {
  readonly program: string;
  readonly jobs: readonly JqJob[];
}

/** jq begins with so much. */
const machineBytes = 16 * 1024 * 1024;

/** What a thread tells its pool. */
export interface JqThreadEvents {
  readonly ready: (thread: JqThread) => void;
  readonly finished: (thread: JqThread, result: JqBatchResult) => void;
  /** It ended of itself: out of memory in its JavaScript, or a defect. */
  readonly died: (thread: JqThread, error: Error) => void;
}

/** One worker thread, what it works on, and how long it has stood still. It holds the process only while it works. */
export class JqThread {
  /** Rejects when the thread cannot start. */
  readonly started: Promise<void>;
  batch: JqJobs | null = null;
  ready = false;
  /** Of its machine, as it said after its last run. */
  memoryBytes = machineBytes;
  private readonly worker: Worker;
  private readonly progress: Int32Array;
  private seen = -1;
  private seenAtMs = 0;

  constructor(settings: Omit<JqWorkerSettings, 'progress'>, events: JqThreadEvents) {
    const shared = new SharedArrayBuffer(8);
    this.progress = new Int32Array(shared);
    // Node runs TypeScript without types as it stands, so that specs need no build.
    const file = import.meta.url.endsWith('.ts') ? './jq-worker.ts' : './jq-worker.js';
    this.worker = new Worker(new URL(file, import.meta.url), {
      workerData: { ...settings, progress: shared } satisfies JqWorkerSettings,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    this.started = new Promise((resolve, reject) => {
      this.worker.on('message', (message: 'ready' | JqBatchResult) => {
        if (message !== 'ready') {
          this.memoryBytes = message.memoryBytes;
          return events.finished(this, message);
        }
        this.ready = true;
        resolve();
        events.ready(this);
      });
      this.worker.on('error', (error: Error) => {
        reject(error);
        events.died(this, error);
      });
    });
    // Only the start of a pool waits for it; later threads are started again by their pool.
    this.started.catch(() => undefined);
  }

  begin(batch: JqJobs): void {
    this.batch = batch;
    this.seen = -1;
    this.worker.ref();
    const inputs = batch.jobs.flatMap(({ input }) => (input === null ? [] : [input]));
    this.worker.postMessage({ program: withPrelude(batch.program), inputs } satisfies JqBatch);
  }

  rest(): void {
    this.worker.unref();
  }

  /** For how long the same input has been running, as seen by one who looks again and again. */
  stillForMs(nowMs: number): number {
    const seen = Atomics.load(this.progress, 0);
    if (seen !== this.seen) {
      this.seen = seen;
      this.seenAtMs = nowMs;
    }
    return nowMs - this.seenAtMs;
  }

  /** The job that is on now. */
  running(): JqJob | undefined {
    const jobs = this.batch?.jobs ?? [];
    return jobs.filter(({ input }) => input !== null)[Atomics.load(this.progress, 1)] ?? jobs[0];
  }

  /** Nothing more is heard of it. */
  async end(): Promise<void> {
    this.worker.removeAllListeners();
    await this.worker.terminate();
  }
}
