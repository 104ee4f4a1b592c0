import type { Api } from '../api.js';
import { sparePorts, type Stage } from '../stage.js';
import { eventually, hold, pause, type Promised } from '../story.js';
import { openBlackHole } from './black-hole.js';
import { median, quantile, tenantOf, Trial } from './trial.js';

interface Size {
  readonly dead: number;
  readonly healthy: number;
  readonly runs: number;
  readonly seconds: number;
}

/** Each healthy tenant publishes so often. */
const perTenantPerSecond = 1;
const connectorsOfOne = 50;
const healthyShareMax = 1.2;
const healthyExtraMs = 10;
/** The short form runs beside other tests on a machine of two cores: it shows the course, the long form holds the figure. */
const shortExtraMs = 250;

/** F-19: a tenant with a thousand connectors to hosts that are not there, beside tenants whose targets are well. */
export function deadHosts(stage: Stage): Promised {
  const size: Size = stage.long
    ? { dead: 1_000, healthy: 99, runs: 5, seconds: 10 }
    : { dead: 50, healthy: 9, runs: 1, seconds: 2 };
  return {
    says: `2 ${size.dead} connectors on dead hosts: the p99 of ${size.healthy} healthy tenants stays within 1.2x or 10 ms of that without them`,
    holds: () => beside(stage, size),
  };
}

async function beside(stage: Stage, size: Size): Promise<string> {
  const blackHole = await openBlackHole(sparePorts.first);
  try {
    const dead = await DeadTenant.open(stage, size.dead);
    const healthy = await Promise.all(
      Array.from({ length: size.healthy }, async (_, at) =>
        Trial.open(stage, `healthy-${at}`, { api: await tenantOf(stage, `healthy-${at}-${Date.now().toString(36)}`) }),
      ),
    );
    await measure(stage, healthy, 0, 2);
    const [alone, besides]: [number[][], number[][]] = [[], []];
    // Without them first: after that their retries go on for days, and would be in both figures.
    for (let run = 1; run <= size.runs; run += 1) alone.push(await measure(stage, healthy, run, size.seconds));
    const stop = dead.publishing();
    await pause(1_000);
    for (let run = 1; run <= size.runs; run += 1)
      besides.push(await measure(stage, healthy, size.runs + run, size.seconds));
    await stop();
    const attempts = await dead.over();
    const [before, during] = [alone, besides].map((runs) => median(runs.map((took) => quantile(took, 0.99)))) as [number, number]; // prettier-ignore
    const extra = stage.long ? healthyExtraMs : shortExtraMs;
    hold(
      during <= Math.max(before * healthyShareMax, before + extra),
      `p99 ${before} ms without the dead ones, ${during} ms with them (each run: ${p99s(alone)}; ${p99s(besides)})`,
    );
    const words = (runs: number[][]): string => `p50 ${median(runs.flat())} ms, p99 of each run ${p99s(runs)} ms`;
    return `without: ${words(alone)}; with ${size.dead} dead (${attempts} deliveries to them): ${words(besides)}; ${alone.flat().length + besides.flat().length} healthy deliveries`;
  } finally {
    blackHole();
  }
}

const p99s = (runs: readonly number[][]): string => runs.map((took) => quantile(took, 0.99)).join(', ');

/** Every healthy tenant publishes evenly; answers the milliseconds from the call to the arrival at the receiver. */
async function measure(stage: Stage, trials: readonly Trial[], round: number, seconds: number): Promise<number[]> {
  const sent = new Map<string, number>();
  const count = seconds * perTenantPerSecond;
  const begun = performance.now();
  const spacingMs = 1_000 / (trials.length * perTenantPerSecond);
  const pending: Promise<unknown>[] = [];
  for (let at = 0; at < count * trials.length; at += 1) {
    const early = begun + at * spacingMs - performance.now();
    if (early > 1) await pause(early);
    const trial = trials[at % trials.length] as Trial;
    const n = round * 10_000 + Math.floor(at / trials.length);
    sent.set(`${trial.name} ${n}`, Date.now());
    pending.push(trial.publish(n));
  }
  await Promise.all(pending);
  return eventually('every healthy delivery has arrived', 30_000, async () => {
    const items = await stage.receivers.received({ target: 'webhook', limit: 100_000 });
    const took = items.flatMap(({ name, body, at }) => {
      const begunMs = sent.get(`${name} ${(JSON.parse(body) as { n: number }).n}`);
      return begunMs === undefined ? [] : [Date.parse(at) - begunMs];
    });
    if (took.length < sent.size) return null;
    await stage.receivers.clear();
    return took;
  });
}

/** A tenant whose every connector leads nowhere: half of the hosts refuse, half swallow what comes. */
class DeadTenant {
  private published = 0;

  private constructor(
    private readonly api: Api,
    private readonly connectorIds: readonly string[],
  ) {}

  static async open(stage: Stage, count: number): Promise<DeadTenant> {
    const api = await tenantOf(stage, `dead-${Date.now().toString(36)}`);
    const ids: string[] = [];
    const make = async (from: number, step: number): Promise<void> => {
      for (let at = from; at < count; at += step) {
        const port = at % 2 === 0 ? sparePorts.first : sparePorts.last;
        const { id } = await api.post<{ id: string }>('/v1/connectors', {
          name: `dead ${at}`,
          target: 'webhook',
          config: { url: `http://127.9.${at >> 8}.${at & 255 || 255}:${port}/`, method: 'POST' },
          limits: { timeoutMs: 5_000 },
        });
        ids.push(id);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, from) => make(from, 8)));
    for (let at = 0; at < ids.length; at += connectorsOfOne) {
      await api.post('/v1/subscriptions', {
        name: `dead ${at}`,
        connectorIds: ids.slice(at, at + connectorsOfOne),
        types: ['dead'],
      });
    }
    return new DeadTenant(api, ids);
  }

  /** Publishes to all of them every few seconds until it is stopped. */
  publishing(): () => Promise<void> {
    let isOver = false;
    const run = async (): Promise<void> => {
      while (!isOver) {
        await this.api.post('/v1/notifications', { type: 'dead', payload: { n: this.published } });
        this.published += 1;
        for (let waited = 0; waited < 4_000 && !isOver; waited += 100) await pause(100);
      }
    };
    const running = run();
    return async () => {
      isOver = true;
      await running;
    };
  }

  /** Ends what waits; answers how many deliveries there were. */
  async over(): Promise<number> {
    const end = async (from: number, step: number): Promise<void> => {
      for (let at = from; at < this.connectorIds.length; at += step)
        await this.api.post(`/v1/connectors/${this.connectorIds[at]}/disable`, { reason: 'the story is over' });
    };
    await Promise.all(Array.from({ length: 8 }, (_, from) => end(from, 8)));
    return this.published * this.connectorIds.length;
  }
}
