/**
 * The thread in which jq runs: the real jq, compiled to WebAssembly (npm package jq-wasm), driven below its own wrapper.
 * The wrapper copies the whole output for each byte and leaks stack until it crashes after some hundred calls; here jq reads and writes our
 * buffers directly, and before each program the memory of the machine is put back to what it was when jq was loaded. So no program can
 * see or disturb another, and nothing leaks. Node runs this file as it stands in specs, without a build; hence the imports below.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { JqBatch, JqBatchResult, JqResult, JqWorkerSettings } from './jq-batch.js';

const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const { jqLibrary } = (await import(`./jq-library.${suffix}`)) as typeof import('./jq-library.js');
const { librarySpan, loadJq } = (await import(`./jq-machine.${suffix}`)) as typeof import('./jq-machine.js');

/** Thrown through jq where a limit is met; the memory is put back before the next run. */
class LimitMet extends Error {}

const settings = workerData as JqWorkerSettings;
const progress = new Int32Array(settings.progress);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** jq's exit status for a program that does not compile. */
const statusCompile = 3;
/** What stands in place of the definitions that a program does not need. */
const blank = 0x20;
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

const machine = await loadJq(settings.wasm, { read, write, mayGrow });
const stackTop = machine.moveStack(0);
const image = new Uint8Array(machine.memory.buffer).slice(0, stackTop + imageSlackBytes);
const span = librarySpan(image);
const library = jqLibrary(decoder.decode(image.subarray(span.from, span.to)));

parentPort?.on('message', (batch: JqBatch) => parentPort?.postMessage(runBatch(batch)));
parentPort?.postMessage('ready');

function runBatch({ program, inputs: all }: JqBatch): JqBatchResult {
  programBytes.bytes = encoder.encode(program);
  const part = library.partFor(program);
  let compileError = runAll(all, part);
  // The words on a program that is wrong come from the whole library, and so would a name that the part lacks.
  if (compileError !== null && part !== library.whole) compileError = runAll(all, library.whole);
  return { compileError, results, memoryBytes: machine.memory.buffer.byteLength };
}

/** Answers jq's words when the program does not compile. */
function runAll(all: readonly string[], definitions: string): string | null {
  results = [];
  do {
    const from = results.length;
    const status = runMain(all.slice(from), encoder.encode(definitions));
    if (place < 0 && (status === statusCompile || all.length > from)) {
      return decoder.decode(joined(err)) || `jq ended with status ${status}`;
    }
    // A program that ends jq before its inputs are used up (a limit, a crash) goes on with the next in a fresh run.
    if (place >= 0 && results.length < all.length) finishInput();
  } while (results.length < all.length);
  return null;
}

function runMain(todo: readonly string[], definitions: Uint8Array): number {
  const memory = new Uint8Array(machine.memory.buffer);
  memory.set(image);
  memory.fill(blank, span.from, span.to).set(definitions, span.from);
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

function mayGrow(bytes: number): boolean {
  if (bytes <= settings.memoryBytesMax) return true;
  limit = 'memory';
  return false;
}
