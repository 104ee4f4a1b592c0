import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file whole or not at all, and so that it is there after a power cut: beside it, fsync, rename, fsync of the folder. */
export function writeDurably(file: string, content: string | Buffer, mode: number): void {
  const draft = `${file}.draft`;
  const fd = openSync(draft, 'w', mode);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
  syncFolder(dirname(file));
}

/** A new name in a folder is on disk only once the folder is. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
