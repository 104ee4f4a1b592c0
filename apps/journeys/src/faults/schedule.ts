import { crashPostgres, postgresProcesses } from '../postgres-processes.js';
import { type Service, services, type Stage } from '../stage.js';
import { pause } from '../story.js';

/** Uniform in [0, 1). */
export type Random = () => number;

export type FaultKind =
  | 'service killed'
  | 'service restarted'
  | 'service frozen'
  | 'PostgreSQL crashed'
  | 'PostgreSQL frozen'
  | 'broker killed'
  | 'broker frozen';

export interface Fault {
  readonly kind: FaultKind;
  /** Whose, where it is one of a service. */
  readonly service: Service;
  /** Since the beginning; faults overlap where the one before lasts longer. */
  readonly atMs: number;
  /** How long it lasts; a crash of PostgreSQL lasts as long as its recovery. */
  readonly forMs: number;
}

/** How often each is drawn: what costs the most to come back from is drawn least. */
const weights: Readonly<Record<FaultKind, number>> = {
  'service killed': 5,
  'service restarted': 2,
  'service frozen': 3,
  'PostgreSQL crashed': 2,
  'PostgreSQL frozen': 2,
  'broker killed': 2,
  'broker frozen': 2,
};

/** Longer than a lease (see `WAYBILL_LEASE_MS`): who wakes up afterwards has lost what it held. */
const frozenMsMax = { short: 4_000, long: 20_000 };
const downMsMax = 2_000;
/**
 * From one to the next. A freeze of the long form lasts ten seconds, and publishing needs four of those that may be frozen: with one every two and
 * a half seconds nobody could publish for minutes, and what was tried was the publisher's patience.
 */
const gapMs = { short: { least: 1_000, most: 4_000 }, long: { least: 2_000, most: 12_000 } };

/** mulberry32: 32 bits of state are enough for a schedule, and the same seed makes the same one on every machine. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function drawSchedule(random: Random, seconds: number, isLong: boolean): Fault[] {
  const schedule: Fault[] = [];
  const form = isLong ? 'long' : 'short';
  const { least, most } = gapMs[form];
  for (let atMs = 1_000; atMs < seconds * 1_000; atMs += least + random() * (most - least)) {
    const kind = drawn(random);
    const service = services[Math.floor(random() * services.length)] ?? 'delivery';
    const mostMs = kind.endsWith('frozen') ? frozenMsMax[form] : downMsMax;
    schedule.push({ kind, service, atMs, forMs: 100 + random() * mostMs });
  }
  return schedule;
}

function drawn(random: Random): FaultKind {
  const kinds = Object.entries(weights) as [FaultKind, number][];
  let rest = random() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return 'service killed';
}

/** Plays a schedule. Faults of one victim follow each other, those of different ones overlap; resolves when all are over and mended. */
export async function disturb(stage: Stage, schedule: readonly Fault[]): Promise<void> {
  const begun = performance.now();
  const lines = new Map<string, Promise<void>>();
  for (const fault of schedule) {
    const early = fault.atMs - (performance.now() - begun);
    if (early > 0) await pause(early);
    const victim = victimOf(fault);
    const line = (lines.get(victim) ?? Promise.resolve()).then(() => play(stage, fault));
    // Told where all lines are waited for.
    line.catch(() => undefined);
    lines.set(victim, line);
  }
  await Promise.all(lines.values());
}

function victimOf({ kind, service }: Fault): string {
  if (kind.startsWith('PostgreSQL')) return 'PostgreSQL';
  return kind.startsWith('broker') ? 'broker' : service;
}

async function play(stage: Stage, { kind, service, forMs }: Fault): Promise<void> {
  switch (kind) {
    case 'service killed':
      await stage.kill(service);
      await pause(forMs);
      return void (await stage.start(service));
    case 'service restarted':
      await stage.stop(service);
      await pause(forMs);
      return void (await stage.start(service));
    case 'service frozen':
      return frozen([stage.dev.pids[service] ?? 0], forMs);
    case 'PostgreSQL crashed':
      return void crashPostgres(stage);
    case 'PostgreSQL frozen':
      return frozen(postgresProcesses(stage), forMs);
    case 'broker killed':
      await stage.killNats();
      await pause(forMs);
      return void (await stage.start('nats'));
    case 'broker frozen':
      return frozen([stage.serverPid('nats')], forMs);
  }
}

async function frozen(pids: readonly number[], forMs: number): Promise<void> {
  const stopped = pids.filter((pid) => pid > 0 && signalled(pid, 'SIGSTOP'));
  try {
    await pause(forMs);
  } finally {
    for (const pid of stopped) signalled(pid, 'SIGCONT');
  }
}

/** False for a process that has ended meanwhile. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
