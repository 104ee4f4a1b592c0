import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable-file.js';

/** Where checkpoints are laid down for others to take away. An anchor that keeps what it has been given, such as a bucket with object lock, makes a rewritten history visible even to those who hold no checkpoint of their own. */
export interface Anchor {
  keep(log: string, size: number, note: string): void;
}

/** A folder with one file a size, `<log>/<size with leading zeros>.checkpoint`, and `<log>/newest.checkpoint`; what is there is never written again. */
export function folderAnchor(folder: string): Anchor {
  return {
    keep(log, size, note) {
      const room = join(folder, log);
      mkdirSync(room, { recursive: true });
      const file = join(room, `${String(size).padStart(16, '0')}.checkpoint`);
      if (existsSync(file)) return;
      writeDurably(file, note, 0o444);
      writeDurably(join(room, 'newest.checkpoint'), note, 0o644);
    },
  };
}
