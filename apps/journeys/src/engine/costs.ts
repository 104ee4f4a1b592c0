import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { nothingPublished, Publisher } from '../publisher.js';
import type { Stage } from '../stage.js';
import { hold, pause, type Promised } from '../story.js';
import { quantile, Trial } from './trial.js';

/**
 * What it costs to run: at rest, over many deliveries, and in time. The short form prints its figures and holds none: it shares the machine
 * with other tests and looks for seconds only. The long form holds them.
 */
export function costs(stage: Stage): readonly Promised[] {
  const deliveries = stage.long ? 100_000 : 1_000;
  return [
    { says: 'all services together take less than 3 % of one core when nothing happens', holds: () => atRest(stage) },
    {
      says: 'at 200/s the receiver has half of what is published within 10 ms, beside a bare POST',
      holds: () => latency(stage),
    },
    {
      // A thousand deliveries say nothing of what stays: the short form only shows the figures, the long one holds them to the bound.
      says: stage.long
        ? `each service holds less than 250 MiB after ${deliveries} deliveries, and no more than after half of them`
        : `what each service holds before, amid and after ${deliveries} deliveries is shown; the long form holds it to 250 MiB`,
      holds: () => memory(stage, deliveries),
    },
  ];
}

const idleCoreShareMax = 0.03;

async function atRest(stage: Stage): Promise<string> {
  const seconds = stage.long ? 60 : 3;
  // What the stories before left behind is settled.
  await pause(stage.long ? 20_000 : 1_000);
  const before = ticks(stage);
  const begun = performance.now();
  await pause(seconds * 1_000);
  const elapsed = (performance.now() - begun) / 1_000;
  const shares = Object.entries(ticks(stage)).map(
    ([name, now]) => [name, (now - (before[name] ?? 0)) / ticksPerSecond / elapsed] as const,
  );
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const words = `${percent(total)} of one core over ${seconds} s: ${shares.map(([name, share]) => `${name} ${percent(share)}`).join(', ')}`;
  hold(!stage.long || total < idleCoreShareMax, words);
  return words;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

function ticks(stage: Stage): Record<string, number> {
  return ofEach(stage, (pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
}

const rssMiBMax = 250;
const settleMs = 9_000;
/** Garbage that waits for its collection; what grows for good grows by more over fifty thousand deliveries. */
const growthMiBMax = 25;

async function memory(stage: Stage, deliveries: number): Promise<string> {
  const trial = await Trial.open(stage, 'memory', { limits: { maxConcurrent: 16 } });
  const marks: Record<string, number>[] = [mebibytes(stage)];
  const publisher = await Publisher.open(stage.dev, stage.api);
  try {
    for (const half of [0, 1]) {
      const [from, to] = [(half * deliveries) / 2, ((half + 1) * deliveries) / 2];
      await publisher.publish({ type: trial.name, way: 'jetstream', perSecond: 1_000, from, to }, nothingPublished());
      await arrived(stage, trial.name, to);
      // Each gives back what the load needed as soon as it has nothing to do (libs/service-kit/src/memory.ts).
      await pause(stage.long ? settleMs : 100);
      marks.push(mebibytes(stage));
    }
  } finally {
    await publisher.close();
  }
  const [begin = {}, half = {}, end = {}] = marks;
  const words = Object.keys(end).map((name) => `${name} ${begin[name]} → ${half[name]} → ${end[name]} MiB`);
  for (const [name, now] of Object.entries(end)) {
    hold(!stage.long || now < rssMiBMax, `${name} holds ${now} MiB: ${words.join(', ')}`);
    hold(
      !stage.long || now - (half[name] ?? 0) <= growthMiBMax,
      `${name} grew over the last half: ${words.join(', ')}`,
    );
  }
  return words.join(', ');
}

function mebibytes(stage: Stage): Record<string, number> {
  return ofEach(stage, (pid) => {
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1_024);
  });
}

function ofEach(stage: Stage, read: (pid: number) => number): Record<string, number> {
  const running = Object.entries(stage.dev.pids).filter(([, pid]) => pid !== null) as [string, number][];
  return Object.fromEntries(running.map(([name, pid]) => [name, read(pid)]));
}

async function arrived(stage: Stage, name: string, count: number): Promise<void> {
  for (const until = Date.now() + 300_000; ;) {
    if ((await stage.receivers.counts({ target: 'webhook', name })).ids >= count) return;
    if (Date.now() > until) throw new Error(`not all of ${count} arrived within five minutes`);
    await pause(200);
  }
}

const perSecond = 200;
const p50MsMax = 10;

async function latency(stage: Stage): Promise<string> {
  const seconds = stage.long ? 30 : 2;
  const trial = await Trial.open(stage, 'latency', { limits: { maxConcurrent: 16 } });
  const bare = await bareMs(stage, seconds);
  const took = await publishedMs(stage, trial, seconds);
  const words = `${perSecond}/s for ${seconds} s: publish to receiver p50 ${ms(quantile(took, 0.5))}, p99 ${ms(quantile(took, 0.99))}; a bare POST p50 ${ms(quantile(bare, 0.5))}, p99 ${ms(quantile(bare, 0.99))}`;
  hold(!stage.long || quantile(took, 0.5) <= p50MsMax, words);
  return words;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** From the call of the publisher to the moment that the receiver notes; both by the clock of this machine, to a millisecond. */
async function publishedMs(stage: Stage, trial: Trial, seconds: number): Promise<number[]> {
  const publisher = await Publisher.open(stage.dev, stage.api);
  const begun = new Map<number, number>();
  try {
    await publisher.publish({ type: trial.name, way: 'jetstream', perSecond, from: -200, to: 0 }, nothingPublished());
    await publisher.publish(
      {
        type: trial.name,
        way: (n) => (begun.set(n, Date.now()), 'jetstream'),
        perSecond,
        from: 0,
        to: seconds * perSecond,
      },
      nothingPublished(),
    );
  } finally {
    await publisher.close();
  }
  await arrived(stage, trial.name, seconds * perSecond + 200);
  const items = await stage.receivers.received({ target: 'webhook', name: trial.name, limit: 100_000 });
  return items.flatMap(({ body, at }) => {
    const from = begun.get((JSON.parse(body) as { n: number }).n);
    return from === undefined ? [] : [Date.parse(at) - from];
  });
}

/** The same number of bytes to the same receiver at the same pace, without any record. */
async function bareMs(stage: Stage, seconds: number): Promise<number[]> {
  const pool = new Pool(stage.dev.receiversUrl, { connections: 16 });
  const took: number[] = [];
  const begun = performance.now();
  const pending: Promise<void>[] = [];
  for (let n = 0; n < seconds * perSecond; n += 1) {
    const early = begun + (n / perSecond) * 1_000 - performance.now();
    if (early > 1) await pause(early);
    pending.push(post(pool, n).then((one) => void took.push(one)));
  }
  await Promise.all(pending);
  await pool.close();
  return took;
}

async function post(pool: Pool, n: number): Promise<number> {
  const begun = performance.now();
  const response = await pool.request({
    path: '/webhook/bare',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"n":${n},"text":"${'waybill '.repeat(120)}"}`,
  });
  await response.body.dump();
  return performance.now() - begun;
}
