import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface ConsoleFile {
  readonly bytes: Buffer;
  /** The same, gzipped, where that is worth it; null for what is packed already. */
  readonly gzip: Buffer | null;
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean;
}

/** A console of ours is a few megabytes; a folder with more is the wrong folder. */
export const consoleBytesMax = 64 * 1024 * 1024;

/** Below this a header costs as much as it saves. */
const gzipBytesMin = 1_000;

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads the built console into memory, by path: a request can only name what was found here, so no path leads out of the folder.
 * Empty where nothing was built.
 */
export function readConsole(folder: string): Map<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  if (!existsSync(join(folder, 'index.html'))) return files;
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    total += statSync(path).size;
    if (total > consoleBytesMax)
      throw new Error(`${folder} holds more than ${consoleBytesMax} bytes; it is no console`);
    const bytes = readFileSync(path);
    const gzip = /^image\/(png|x-icon)|^font/.test(type) || bytes.length < gzipBytesMin ? null : gzipSync(bytes);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const immutable = /-[A-Za-z0-9_-]{8,}\.\w+$/.test(entry.name);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, { bytes, gzip, type, etag, immutable });
  }
  return files;
}
