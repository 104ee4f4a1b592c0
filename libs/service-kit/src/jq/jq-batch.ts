/** What the pool and its threads say to each other. */

export interface JqWorkerSettings {
  readonly wasm: WebAssembly.Module;
  /** Two numbers for the watcher: a count that rises with every input that is begun, and the input's place in its batch. */
  readonly progress: SharedArrayBuffer;
  readonly memoryBytesMax: number;
  readonly outputBytesMax: number;
}

/** One program and the inputs it runs over. jq compiles its own library for each program, so inputs come in batches. */
export interface JqBatch {
  readonly program: string;
  readonly inputs: readonly string[];
}

export interface JqBatchResult {
  /** What jq said of the program when it could not compile it, and nothing was run. */
  readonly compileError: string | null;
  readonly results: readonly JqResult[];
  /** How large the memory of the machine is now; it never shrinks. */
  readonly memoryBytes: number;
}

export interface JqResult {
  readonly out: string;
  readonly err: string;
  readonly limit: 'output' | 'memory' | null;
}

/** Inputs of one program that one run serves. */
export const batchMax = 64;
/** UTF-16 units of the inputs of one run together (one input may be longer). */
export const batchLengthMax = 1024 * 1024;

/** How many of the waiting inputs, given by their lengths, one run serves: the first always, and as many as fit after it. */
export function batchLength(lengths: readonly number[]): number {
  let total = lengths[0] ?? 0;
  let count = 1;
  while (count < batchMax && count < lengths.length) {
    total += lengths[count] ?? 0;
    if (total > batchLengthMax) break;
    count++;
  }
  return Math.min(count, lengths.length);
}
