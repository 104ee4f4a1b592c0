import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeDurably } from '../memory/durable-file.js';
import { type Anchor, AnchorContradicted, anchorName, timeStampEnding } from './anchor.js';

/** A folder with one file a size, and `<log>/newest.checkpoint`; what is there is never written again. */
export function folderAnchor(folder: string): Anchor {
  return {
    name: 'folder',
    async keep({ log, size, note, timeStamp }) {
      const file = join(folder, anchorName(log, size));
      mkdirSync(dirname(file), { recursive: true });
      const stampFile = `${file}${timeStampEnding}`;
      if (timeStamp !== null && !existsSync(stampFile)) writeDurably(stampFile, timeStamp, 0o444);
      if (!existsSync(file)) writeDurably(file, note, 0o444);
      else if (readFileSync(file, 'utf8') !== note) throw new AnchorContradicted(`${file} holds another checkpoint`);
      else return;
      writeDurably(join(dirname(file), 'newest.checkpoint'), note, 0o644);
    },
  };
}
