import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

let compiled: Promise<WebAssembly.Module> | null = null;

/** jq-wasm carries jq inside its JavaScript as base64; compiled once, all threads share it. */
export function compiledJq(): Promise<WebAssembly.Module> {
  compiled ??= (async () => {
    const source = await readFile(createRequire(import.meta.url).resolve('jq-wasm/dist/build/jq.js'), 'latin1');
    const encoded = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]{1000,})/.exec(source)?.[1];
    if (encoded === undefined) throw new Error('jq-wasm has no WebAssembly inside; this file fits version 1.0.1');
    return WebAssembly.compile(Buffer.from(encoded, 'base64'));
  })();
  return compiled;
}
