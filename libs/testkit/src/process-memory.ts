import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const chunkBytes = 1_024 * 1_024;

/**
 * The places in the memory of a process that hold one of the texts, as somebody would find them who has a dump of it: a line for each kind of
 * memory and text, with how often. As bytes, and in two bytes a character, as V8 keeps some. Linux only; throws where the system does not allow
 * to look.
 */
export function memoryHolding(pid: number, texts: readonly string[]): string[] {
  const wanted = texts.flatMap((text) => [
    { text, bytes: Buffer.from(text, 'utf8') },
    { text: `${text} in two bytes a character`, bytes: Buffer.from(text, 'utf16le') },
  ]);
  const longest = Math.max(...wanted.map(({ bytes }) => bytes.length));
  const found = new Map<string, number>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const { from, to, name } of writableParts(pid)) {
      const buffer = Buffer.alloc(chunkBytes + longest);
      for (let at = from; at < to; at += chunkBytes) {
        const bytes = buffer.subarray(0, readAt(memory, buffer, at, Math.min(buffer.length, to - at)));
        for (const one of wanted) {
          // What begins in the next chunk is found there.
          for (
            let next = bytes.indexOf(one.bytes);
            next >= 0 && next < chunkBytes;
            next = bytes.indexOf(one.bytes, next + 1)
          ) {
            const line = `${name}: ${one.text}`;
            found.set(line, (found.get(line) ?? 0) + 1);
          }
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return [...found].map(([line, times]) => `${line} (${times})`);
}

/** What is read only came from a file. */
function writableParts(pid: number): { from: number; to: number; name: string }[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from, to, name] = /^([\da-f]+)-([\da-f]+) rw\S* \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      if (from === undefined || to === undefined) return [];
      return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), name: name || 'anonymous' }];
    });
}

/** A part that went meanwhile, or that the system keeps for itself, holds nothing. */
function readAt(memory: number, buffer: Buffer, at: number, bytes: number): number {
  try {
    return readSync(memory, buffer, 0, bytes, at);
  } catch {
    return 0;
  }
}
