/**
 * The thread in which jq runs: the real jq, compiled to WebAssembly (npm package jq-wasm), driven below its own wrapper.
 * The wrapper copies the whole output for each byte and leaks stack until it crashes after some hundred calls; here jq reads and writes our
 * buffers directly, and before each program the memory of the machine is put back to what it was when jq was loaded. So no program can
 * see or disturb another, and nothing leaks. This file imports only types of ours, because specs run it as it stands, without a build.
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { JqBatch, JqBatchResult, JqResult, JqWorkerSettings } from './jq-batch.js';

interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly main: (argc: number, argv: number) => number;
  /** Moves the stack pointer down by so many bytes and answers it; a negative number moves it up. */
  readonly moveStack: (bytes: number) => number;
}

interface Exports {
  E: WebAssembly.Memory;
  G: (argc: number, argv: number) => number;
  J: (bytes: number) => number;
}

type Imports = Record<string, (...values: number[]) => number>;

/** Thrown through jq where a limit is met; the memory is put back before the next run. */
class LimitMet extends Error {}

const settings = workerData as JqWorkerSettings;
const progress = new Int32Array(settings.progress);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** jq's exit status for a program that does not compile. */
const statusCompile = 3;
/** Of what jq writes to stderr; the rest is dropped. */
const errBytesMax = 16 * 1024;
/** The image goes this far past the stack, over what is allocated while jq is loaded. */
const imageSlackBytes = 64 * 1024;

const programBytes = { read: 0, bytes: new Uint8Array(0) };
let inputs: readonly string[] = [];
let results: JqResult[] = [];
/** Of the input that jq is reading; -1 while it reads and compiles the program. */
let place = -1;
let input: Uint8Array | null = null;
let inputRead = 0;
let out: Uint8Array[] = [];
let outBytes = 0;
let err: Uint8Array[] = [];
let errBytes = 0;
let limit: JqResult['limit'] = null;

const machine = await load();
const stackTop = machine.moveStack(0);
const image = new Uint8Array(machine.memory.buffer).slice(0, stackTop + imageSlackBytes);

parentPort?.on('message', (batch: JqBatch) => parentPort?.postMessage(runBatch(batch)));
parentPort?.postMessage('ready');

function runBatch(batch: JqBatch): JqBatchResult {
  results = [];
  programBytes.bytes = encoder.encode(batch.program);
  do {
    const from = results.length;
    const status = runMain(batch.inputs.slice(from));
    if (place < 0 && (status === statusCompile || batch.inputs.length > from)) {
      return { compileError: decoder.decode(joined(err)) || `jq ended with status ${status}`, results: [] };
    }
    // A program that ends jq before its inputs are used up (a limit, a crash) goes on with the next in a fresh run.
    if (place >= 0 && results.length < batch.inputs.length) finishInput();
  } while (results.length < batch.inputs.length);
  return { compileError: null, results };
}

function runMain(todo: readonly string[]): number {
  new Uint8Array(machine.memory.buffer).set(image);
  machine.moveStack(machine.moveStack(0) - stackTop);
  inputs = todo;
  place = -1;
  input = null;
  programBytes.read = 0;
  clearOutput();
  begin(0);
  const words = [
    'jq',
    '--compact-output',
    '--monochrome-output',
    '--unbuffered',
    '--from-file',
    '/dev/stdin',
    '/dev/stdin',
  ];
  const pointers = words.map(writeWord);
  const argv = machine.moveStack((pointers.length + 1) * 4);
  new Uint32Array(machine.memory.buffer).set([...pointers, 0], argv >> 2);
  try {
    return machine.main(pointers.length, argv);
  } catch (ended) {
    // `exit` leaves jq by throwing; everything else is a limit or a crash inside jq, which ends this input only.
    const status = (ended as { status?: unknown }).status;
    if (typeof status === 'number') return status;
    if (!(ended instanceof LimitMet) && limit === null && outBytes + errBytes === 0)
      note(`jq: error: ${(ended as Error).message}`);
    return -1;
  }
}

function begin(inBatch: number): void {
  Atomics.store(progress, 1, inBatch);
  Atomics.add(progress, 0, 1);
}

function writeWord(word: string): number {
  const pointer = machine.moveStack(word.length + 1);
  new Uint8Array(machine.memory.buffer).set([...encoder.encode(word), 0], pointer);
  return pointer;
}

/** jq asks for more: first for the program, then for inputs. When it asks after the end of an input, it has written all of its output. */
function read(target: Uint8Array): number {
  if (place < 0 && programBytes.read < programBytes.bytes.length) {
    const taken = copy(programBytes.bytes, programBytes.read, target);
    programBytes.read += taken;
    return taken;
  }
  if (place < 0 && programBytes.read === programBytes.bytes.length) {
    programBytes.read++;
    return 0;
  }
  if (input !== null && inputRead === input.length) finishInput();
  if (input === null && !nextInput()) return 0;
  const taken = copy(input as unknown as Uint8Array, inputRead, target);
  inputRead += taken;
  return taken;
}

function nextInput(): boolean {
  const text = inputs[place + 1];
  if (text === undefined) return false;
  place++;
  clearOutput();
  input = encoder.encode(`${text}\n`);
  inputRead = 0;
  begin(results.length);
  return true;
}

function finishInput(): void {
  results.push({ out: decoder.decode(joined(out)), err: decoder.decode(joined(err)), limit });
  input = null;
  clearOutput();
}

function clearOutput(): void {
  out = [];
  err = [];
  outBytes = 0;
  errBytes = 0;
  limit = null;
}

function write(toErr: boolean, bytes: Uint8Array): void {
  if (toErr) {
    if (errBytes + bytes.length > errBytesMax) return;
    errBytes += bytes.length;
    err.push(bytes.slice());
    return;
  }
  outBytes += bytes.length;
  // One byte more for the line feed that jq writes behind each output.
  if (outBytes > settings.outputBytesMax + 1) {
    limit = 'output';
    throw new LimitMet();
  }
  out.push(bytes.slice());
}

function note(message: string): void {
  write(true, encoder.encode(message));
}

function copy(from: Uint8Array, offset: number, target: Uint8Array): number {
  const taken = Math.min(target.length, from.length - offset);
  target.set(from.subarray(offset, offset + taken));
  return taken;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

/** Loads jq once. Its glue is only used to answer the system calls that are not replaced here. */
async function load(): Promise<Machine> {
  // The glue reports an aborted run to the console; what matters of it is in the result.
  console.error = () => undefined;
  type Hooks = {
    instantiateWasm: (
      info: { a: Imports },
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) => unknown;
  };
  const start = createRequire(import.meta.url)('jq-wasm/dist/build/jq.js') as (hooks: Hooks) => Promise<unknown>;
  let exported: Exports | null = null;
  await start({
    instantiateWasm(info, receive) {
      replaceCalls(info.a, () => (exported as unknown as Exports).E);
      const instance = new WebAssembly.Instance(settings.wasm, info);
      exported = instance.exports as unknown as Exports;
      receive(instance, settings.wasm);
      return instance.exports;
    },
  });
  const { E: memory, G: main, J: moveStack } = exported as unknown as Exports;
  return { memory, main, moveStack };
}

const errorNoEntry = -44;

/** Names are minified in the build, so the calls are found by the names of their functions; one that is missing stops the thread at once. */
function replaceCalls(calls: Imports, memoryOf: () => WebAssembly.Memory): void {
  const replace = (name: string, call: (original: Imports[string]) => Imports[string]): void => {
    const key = Object.keys(calls).find((candidate) => calls[candidate]?.name === name);
    if (key === undefined) throw new Error(`jq-wasm has no ${name}; this file fits version 1.0.1`);
    calls[key] = call(calls[key] as Imports[string]);
  };
  const eachBuffer = (list: number, count: number, total: number, each: (bytes: Uint8Array) => number): number => {
    const { buffer } = memoryOf();
    const numbers = new Uint32Array(buffer);
    let done = 0;
    for (let item = 0; item < count; item++) {
      const length = numbers[(list >> 2) + 2 * item + 1] as number;
      if (length === 0) continue;
      const moved = each(new Uint8Array(buffer, numbers[(list >> 2) + 2 * item], length));
      done += moved;
      if (moved < length) break;
    }
    numbers[total >> 2] = done;
    return 0;
  };
  replace('_fd_read', () => (_fd, list, count, total) => eachBuffer(list, count, total, read));
  replace(
    '_fd_write',
    () => (fd, list, count, total) =>
      eachBuffer(list, count, total, (bytes) => {
        write(fd === 2, bytes);
        return bytes.length;
      }),
  );
  // There are no files: only what jq was told to read can be opened, and that is the stream above.
  replace('___syscall_openat', () => (_folder, path) => (textAt(memoryOf(), path) === '/dev/stdin' ? 0 : errorNoEntry));
  replace('_fd_close', () => () => 0);
  // `$ENV` is empty.
  replace('_environ_sizes_get', () => (count, size) => {
    const numbers = new Uint32Array(memoryOf().buffer);
    numbers[count >> 2] = 0;
    numbers[size >> 2] = 0;
    return 0;
  });
  replace('_environ_get', () => () => 0);
  replace('_emscripten_resize_heap', (original) => (bytes) => {
    if (bytes >>> 0 <= settings.memoryBytesMax) return original?.(bytes) ?? 0;
    limit = 'memory';
    return 0;
  });
}

function textAt(memory: WebAssembly.Memory, pointer: number): string {
  const bytes = new Uint8Array(memory.buffer, pointer, 256);
  return decoder.decode(bytes.slice(0, bytes.indexOf(0)));
}
