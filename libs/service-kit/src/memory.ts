import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { watchLoad } from './load-watch.js';
import type { Transit } from './transit.js';

/** V8 keeps the pages that it has freed for itself, however many, until it is told that memory is scarce: so much is worth telling it. */
const worthMiB = 24;
/**
 * A process that took less than this share of one core lately has nobody waiting: giving pages back stops it for a tenth of a second or two. At
 * rest none takes 1 %, on a machine that is slowed down by others 1.5; with 99 notifications/s the gateway takes 9 %, registry 3 %, and at a tenth
 * both were stopped in the middle of it.
 */
const idleShareMax = 0.02;
/** A single look that finds as much is a load, whatever the others found. */
const loadShareMin = 0.1;
/**
 * It must be idle for so long, on the whole: a look of a quarter of a second is over the share for a few milliseconds of housekeeping. With its
 * memory V8 also lets go of what it had compiled, so that the next load begins slowly: given back after a pause of two seconds it cost a tenth of
 * the speed of the five seconds that followed.
 */
const idleMsMin = 5_000;

/**
 * V8 collects everything whenever the buffers beside the heap have grown by 64 MiB, every one to two seconds at full speed, and marks 60 MiB with
 * up to four threads meanwhile, in which everybody waits whose target is well. One thread leaves a core to them. To count the buffers with the
 * heap makes it rarer (a twentieth more speed), but what they leave behind in the allocator of the C library stays: more than 320 MiB instead of
 * 224 after a load.
 */
const oneMarker = '--concurrent-marking-max-worker-num=1';
/**
 * V8 also collects everything after a growth that it finds fit for how little is allocated: after a tenth, at 99 notifications/s every two
 * seconds, with a pause of 10-20 ms and 60 ms beside it. At four times of what is alive, which it allows itself under full load anyway, that is
 * one in half a minute (p99 of these notifications 31 and 16 ms, medians of four runs each).
 */
const growthOfAll = '--heap-growing-percent=300';
/**
 * Where most of what a piece of code makes was still needed at two collections, V8 makes all of it old from then on, and stays with that after
 * the burst in which it was so is over: rows, buffers and answers of every request were garbage that only a full collection takes. With a
 * thousand dead hosts the buffers beside the heap grew by 4 MB/s, without this by 1, and everything is collected every forty seconds instead of
 * every twenty.
 */
const nothingBornOld = '--no-allocation-site-pretenuring';
/**
 * What is young is collected when so many percent of its room are used and there is a moment, or at once when all of it is. Where others wait
 * for the moment, pauses of 3-7 ms are better than fewer of 10-25; under load they cost a tenth of the speed of the whole system.
 */
const youngUsed = (percent: number): string => `--minor-gc-task-trigger=${percent}`;
const youngPercent = { unhurried: 20, busy: 80 } as const;
/** From this share of one core on there is no moment to spare. */
const busyShareMin = 0.6;
/**
 * Node cuts small buffers out of pieces of 64 KiB, each of which is kept for as long as the last of its cuts: with a thousand dead hosts 6 MB/s
 * of them grew old. In pieces of 8 KiB it is 3-4, and V8 collects everything every eighteen seconds instead of every ten.
 */
const bufferPieceBytes = 8 * 1_024;
/** What is collected at rest is overwritten. */
const nothingLeft = '--zero-unused-memory';
/** What V8 does beside (collecting, compiling) gives way to what somebody waits for: so much nicer than the process. */
const helperNice = 10;

/**
 * Makes this process collect beside its work and in short pauses, and give back after a load what it does not need, for as long as it runs.
 * Under load it may take what makes it fast: told to collect at one and a half times of what is alive instead of four, delivery spent twice the
 * time on collecting (0.14 and 0.07 ms a delivery).
 * The young generation and the allocator of the C library can be bounded only by whoever starts the process: `memoryEnvironment` in
 * tools/dev-stack/src/services.ts, and deploy/Dockerfile.
 *
 * With `transit` it also forgets at the next rest what has come, so that it is in no memory of this process any more.
 */
export function manageMemory(watch: typeof watchLoad, transit?: Transit, idleMs = idleMsMin): void {
  // A piece in which one buffer is still needed would keep all others with it.
  Buffer.poolSize = transit === undefined ? bufferPieceBytes : 0;
  for (const flag of [oneMarker, growthOfAll, nothingBornOld, youngUsed(youngPercent.unhurried)])
    setFlagsFromString(flag);
  makeHelpersNice();
  if (transit !== undefined) setFlagsFromString(nothingLeft);
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: object) => void;
  const collect = (): void => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  // Nothing is given back before there was a load: what a start leaves behind is needed soon.
  let keptMiB = heldMiB() + worthMiB;
  const isIdle = restMeter(idleMs);
  let isBusy = false;
  watch(({ share, spanMs }) => {
    if (share >= busyShareMin !== isBusy) {
      isBusy = !isBusy;
      setFlagsFromString(youngUsed(isBusy ? youngPercent.busy : youngPercent.unhurried));
    }
    if (!isIdle(share, spanMs)) return;
    const mustForget = transit?.take() === true;
    if (!mustForget && heldMiB() < keptMiB + worthMiB) return;
    collect();
    keptMiB = heldMiB();
    // Where that fails, the next rest tries again.
    if (mustForget) void transit.overwrite().then(collect, () => transit.came());
  });
}

/** Linux gives each thread its own priority; elsewhere V8's helpers stay as they are. */
function makeHelpersNice(): void {
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      if (readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'V8Worker')
        setPriority(Number(thread), getPriority(Number(thread)) + helperNice);
    } catch {
      // A thread that has ended meanwhile, or a system that says no: it is a kindness, not a need.
    }
  }
}

const heldMiB = (): number => process.memoryUsage.rss() / 1_048_576;

/** Takes in look after look, and answers whether all of the last `overMs` was rest. */
export function restMeter(overMs: number): (share: number, spanMs: number) => boolean {
  let looks: { readonly spanMs: number; readonly takenMs: number }[] = [];
  const sum = (of: 'spanMs' | 'takenMs'): number => looks.reduce((total, look) => total + look[of], 0);
  return (share, spanMs) => {
    if (share >= loadShareMin) looks = [];
    else looks.push({ spanMs, takenMs: share * spanMs });
    while (sum('spanMs') - (looks[0]?.spanMs ?? Infinity) >= overMs) looks.shift();
    return sum('spanMs') >= overMs && sum('takenMs') < sum('spanMs') * idleShareMax;
  };
}
