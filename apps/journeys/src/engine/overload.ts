import { readFileSync } from 'node:fs';
import { postgresProcesses } from '../postgres-processes.js';
import { nothingPublished, Publisher } from '../publisher.js';
import type { Stage } from '../stage.js';
import { eventually, hold, pause, type Promised } from '../story.js';
import { Trial } from './trial.js';

/** Point 10: too much, and too little. */
export function overload(stage: Stage): readonly Promised[] {
  return [
    {
      says: '10 a flood over HTTP is answered 202, 429 or 503 with Retry-After; what was taken arrives, and no service grows beyond its bound',
      holds: () => flood(stage),
    },
    { says: '10 the broker away: nothing runs hot, and all goes on by itself', holds: () => brokerAway(stage) },
    { says: '10 PostgreSQL frozen: nothing runs hot, and all goes on by itself', holds: () => databaseFrozen(stage) },
  ];
}

/** Three times as many as the gateway lets in. */
const atOnce = 1_500;
/** Twice what a service may hold at rest: garbage waits for its collection while there is much to do, requests do not wait. */
const floodMiBMax = 500;
const lookEveryMs = 200;

async function flood(stage: Stage): Promise<string> {
  const count = stage.long ? 20_000 : 3_000;
  const trial = await Trial.open(stage, 'flood', { limits: { maxConcurrent: 64 } });
  const before = heaviest(stage);
  let most = before;
  const looking = setInterval(() => (most = Math.max(most, heaviest(stage))), lookEveryMs);
  const statuses = new Map<number, number>();
  const begun = performance.now();
  let unsaid = 0;
  const one = async (n: number): Promise<void> => {
    const { status, headers } = await stage.api.call('POST', '/v1/notifications', { type: trial.name, payload: { n } });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if ((status === 429 || status === 503) && !headers.has('retry-after')) unsaid += 1;
  };
  try {
    for (let from = 0; from < count; from += atOnce)
      await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => one(from + at)));
  } finally {
    clearInterval(looking);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const odd = [...statuses.keys()].filter((status) => ![202, 429, 503].includes(status));
  const words = [...statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
  hold(odd.length === 0, `unexpected answers: ${words}`);
  hold(most <= floodMiBMax, `a service grew to ${most} MiB`);
  hold(unsaid === 0, `${unsaid} said no without Retry-After`);
  const taken = statuses.get(202) ?? 0;
  await eventually(`all ${taken} that were taken have arrived`, 120_000, async () =>
    (await stage.receivers.counts({ target: 'webhook', name: trial.name })).ids >= taken ? true : null,
  );
  return `${count}, ${atOnce} at once: ${words} in ${seconds.toFixed(1)} s, every 202 arrived; heaviest service ${before} MiB before, at most ${most} MiB`;
}

const pids = (stage: Stage): [string, number][] =>
  Object.entries(stage.dev.pids).filter(([, pid]) => pid !== null) as [string, number][];

function heaviest(stage: Stage): number {
  const sizes = pids(stage).map(([, pid]) => {
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1_024);
  });
  return Math.max(...sizes);
}

/** USER_HZ. */
const ticksPerSecond = 100;
/** A loop without a pause would take a whole core. */
const awayCoreShareMax = 0.3;

async function coreShare(stage: Stage, seconds: number): Promise<number> {
  const sum = (): number =>
    pids(stage).reduce((total, [, pid]) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return total + Number(fields[11]) + Number(fields[12]);
    }, 0);
  const before = sum();
  await pause(seconds * 1_000);
  return (sum() - before) / ticksPerSecond / seconds;
}

async function brokerAway(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'broker-away');
  await trial.publishAll(0, 20);
  await stage.stop('nats');
  await pause(1_000);
  const share = await coreShare(stage, stage.long ? 20 : 4);
  const { status, headers } = await stage.api.call('POST', '/v1/notifications', {
    type: trial.name,
    payload: { n: 99 },
  });
  await stage.start('nats');
  const begun = performance.now();
  await goesOn(stage, trial);
  hold(share < awayCoreShareMax, `${(share * 100).toFixed(1)} % of a core while the broker was away`);
  hold(status === 503 && headers.has('retry-after'), `publishing meanwhile was answered ${status}`);
  return `all services ${(share * 100).toFixed(1)} % of a core while it was away; publishing was answered ${status}; back after ${((performance.now() - begun) / 1_000).toFixed(1)} s`;
}

async function databaseFrozen(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'database-away');
  const family = postgresProcesses(stage);
  hold(family.length > 1, 'PostgreSQL was not found');
  for (const pid of family) process.kill(pid, 'SIGSTOP');
  let share: number;
  let answered: string;
  try {
    const asked = performance.now();
    const publishing = stage.api
      .call('POST', '/v1/notifications', { type: trial.name, payload: { n: 1 } })
      .then(({ status, headers }) => {
        hold([503, 504].includes(status) && headers.has('retry-after'), `publishing was answered ${status}, ${headers.has('retry-after') ? 'with' : 'without'} Retry-After`); // prettier-ignore
        return `${status} after ${((performance.now() - asked) / 1_000).toFixed(1)} s`;
      });
    // Said below, where the processes run again.
    publishing.catch(() => undefined);
    share = await coreShare(stage, stage.long ? 20 : 7);
    answered = await Promise.race([publishing, pause(100).then(() => 'nothing yet')]);
  } finally {
    for (const pid of family) process.kill(pid, 'SIGCONT');
  }
  const begun = performance.now();
  await goesOn(stage, trial);
  hold(share < awayCoreShareMax, `${(share * 100).toFixed(1)} % of a core while PostgreSQL was frozen`);
  return `all services ${(share * 100).toFixed(1)} % of a core while it was frozen; publishing was answered ${answered}; back after ${((performance.now() - begun) / 1_000).toFixed(1)} s`;
}

async function goesOn(stage: Stage, trial: Trial): Promise<void> {
  const publisher = await Publisher.open(stage.dev, stage.api);
  const published = nothingPublished();
  try {
    await publisher.publish({ type: trial.name, way: 'http', perSecond: 50, from: 100, to: 150 }, published);
  } finally {
    await publisher.close();
  }
  await eventually('what was published afterwards has arrived', 60_000, async () => {
    const items = await trial.received();
    const seen = new Set(items.map(({ body }) => (JSON.parse(body) as { n: number }).n));
    return [...published.taken].every((n) => seen.has(n)) ? true : null;
  });
}
