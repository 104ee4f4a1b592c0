/** Loads jq in this thread. It is driven below its own wrapper; its glue is only used to answer the system calls that are not replaced here. */
import { createRequire } from 'node:module';

export interface JqMachine {
  readonly memory: WebAssembly.Memory;
  readonly main: (argc: number, argv: number) => number;
  /** Moves the stack pointer down by so many bytes and answers it; a negative number moves it up. */
  readonly moveStack: (bytes: number) => number;
}

/** What jq asks of the outside. */
export interface JqWorld {
  /** Fills the buffer from the program or the inputs and answers how many bytes; 0 is the end. */
  readonly read: (target: Uint8Array) => number;
  readonly write: (toErr: boolean, bytes: Uint8Array) => void;
  /** May the memory become so large? */
  readonly mayGrow: (bytes: number) => boolean;
}

interface Exports {
  E: WebAssembly.Memory;
  G: (argc: number, argv: number) => number;
  J: (bytes: number) => number;
}

type Imports = Record<string, (...values: number[]) => number>;

const errorNoEntry = -44;

export async function loadJq(wasm: WebAssembly.Module, world: JqWorld): Promise<JqMachine> {
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
      replaceCalls(info.a, world, () => (exported as unknown as Exports).E);
      const instance = new WebAssembly.Instance(wasm, info);
      exported = instance.exports as unknown as Exports;
      receive(instance, wasm);
      return instance.exports;
    },
  });
  const { E: memory, G: main, J: moveStack } = exported as unknown as Exports;
  return { memory, main, moveStack };
}

/** Names are minified in the build, so the calls are found by the names of their functions; one that is missing stops the thread at once. */
function replaceCalls(calls: Imports, world: JqWorld, memoryOf: () => WebAssembly.Memory): void {
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
  replace('_fd_read', () => (_fd, list, count, total) => eachBuffer(list, count, total, world.read));
  replace(
    '_fd_write',
    () => (fd, list, count, total) =>
      eachBuffer(list, count, total, (bytes) => {
        world.write(fd === 2, bytes);
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
  replace(
    '_emscripten_resize_heap',
    (original) => (bytes) => (world.mayGrow(bytes >>> 0) ? (original?.(bytes) ?? 0) : 0),
  );
}

function textAt(memory: WebAssembly.Memory, pointer: number): string {
  const bytes = new Uint8Array(memory.buffer, pointer, 256);
  return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

/** Where in a loaded machine the text of jq's own library stands: from its first byte to the zero that ends it. */
export function librarySpan(memory: Uint8Array): { readonly from: number; readonly to: number } {
  const known = Buffer.from(memory.buffer, memory.byteOffset, memory.length).indexOf('def map(f): [.[] | f];\n');
  if (known < 0) throw new Error('jq-wasm has no library inside; this file fits version 1.0.1');
  return { from: memory.lastIndexOf(0, known) + 1, to: memory.indexOf(0, known) };
}
