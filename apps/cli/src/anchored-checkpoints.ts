import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TimeStampRefused, verifyTimeStamp } from '@waybill/event-log/time-stamp';
import { Usage } from './world.js';

/** What a folder of anchored checkpoints held (`<log>/<size>.checkpoint`, `.tsr` beside it): the notary's own, or one copied out of its bucket. */
export interface AnchoredCheckpoints {
  readonly notes: readonly string[];
  readonly stamps: {
    readonly good: number;
    readonly unchecked: number;
    /** When the newest checkpoint existed already, as the authority says; null where nothing was stamped or checked. */
    readonly newestAt: string | null;
    readonly bad: readonly { readonly file: string; readonly fault: string }[];
  };
}

/** Reads every checkpoint below a folder; checks time stamps where roots (PEM) of their authority are given. */
export function anchoredCheckpoints(folder: string, roots: string | null): AnchoredCheckpoints {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Usage(`there is no folder ${folder}`);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|[\\/])\d+\.checkpoint$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0) throw new Usage(`there are no checkpoints in ${folder}`);
  const bad: { file: string; fault: string }[] = [];
  let [good, unchecked] = [0, 0];
  let newestAt: string | null = null;
  for (const file of files) {
    const stamp = `${file}.tsr`;
    if (!existsSync(stamp)) continue;
    if (roots === null) {
      unchecked += 1;
      continue;
    }
    try {
      const at = verifyTimeStamp(readFileSync(stamp), readFileSync(file), roots).at.toISOString();
      if (newestAt === null || at > newestAt) newestAt = at;
      good += 1;
    } catch (error) {
      if (!(error instanceof TimeStampRefused)) throw error;
      bad.push({ file: stamp, fault: error.message });
    }
  }
  return { notes: files.map((file) => readFileSync(file, 'utf8')), stamps: { good, unchecked, newestAt, bad } };
}
