import type { Stage } from '../stage.js';
import { eventually, hold, pause, type Promised } from '../story.js';
import { gapMs, type Shown, Trial } from './trial.js';

/** Point 1: when something is tried again, and who may write what came of it. */
export function retry(stage: Stage): readonly Promised[] {
  return [
    {
      says: '1 a delivery is tried again by the plan: 5 s later within a fifth, then half a minute',
      besideOthers: true,
      holds: () => byThePlan(stage),
    },
    {
      says: '1 a connector may have a plan of its own, met to a second, and its end is a dead letter with the target’s words',
      besideOthers: true,
      holds: () => byItsOwnPlan(stage),
    },
    {
      says: '1 Retry-After is believed as seconds and as a date, capped at a day, and ignored where it is garbage',
      besideOthers: true,
      holds: () => retryAfter(stage),
    },
    { says: '1 due times outlive the service: a retry comes at its time after a restart', holds: () => restart(stage) },
    // Eleven seconds of waiting for a deadline, of which apps/delivery/src/copies.int.spec.ts proves as much with two copies of its own.
    ...(stage.long
      ? [
          {
            says: '1 a copy that was frozen past its deadline writes nothing: its outcome is refused, and that is logged',
            holds: () => staleWrite(stage),
          },
        ]
      : []),
  ];
}

/** design.md section 5. */
const plannedSeconds = [0, 5, 30];
const jitter = 0.2;
/** A due time is met to this: the look at the due table, the append, and a machine that others use too. */
const lateMsMax = 1_500;

async function byThePlan(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'plan');
  await trial.script([{ status: 500, times: 2 }]);
  const id = await trial.publish(1);
  const wanted = stage.long ? 3 : 2;
  const { attempts, nextAttemptAt } = await trial.delivery(
    id,
    `tried ${wanted} times`,
    (delivery) => delivery.attempts.filter(({ finishedAt }) => finishedAt !== null).length === wanted,
    60_000,
  );
  const gaps = attempts.slice(1).map((attempt, at) => {
    const before = attempts[at]?.finishedAt;
    return Date.parse(attempt.startedAt) - Date.parse(before ?? '');
  });
  gaps.forEach((gap, at) => within(gap, (plannedSeconds[at + 1] ?? 0) * 1_000));
  if (nextAttemptAt !== null) {
    const next = Date.parse(nextAttemptAt) - Date.parse(attempts.at(-1)?.finishedAt ?? '');
    within(next, (plannedSeconds[wanted] ?? 0) * 1_000, 0);
    gaps.push(next);
  }
  return `planned ${plannedSeconds.slice(1).join(' s, ')} s; seen ${gaps.map((gap) => `${(gap / 1_000).toFixed(2)} s`).join(', ')}`;
}

function within(foundMs: number, plannedMs: number, lateMs = lateMsMax): void {
  hold(
    foundMs >= plannedMs * (1 - jitter) - 50 && foundMs <= plannedMs * (1 + jitter) + lateMs + 50,
    `${plannedMs} ms were planned, ${foundMs} ms were seen`,
  );
}

async function byItsOwnPlan(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'own-plan', { limits: { retryDelaysSeconds: [0, 1, 2] } });
  const words = 'The cellar is flooded.';
  await trial.script([{ status: 503, body: words, times: 3 }]);
  const id = await trial.publish(1);
  const end = await trial.until(id, 'dead-lettered');
  hold(end.attempts.length === 3, `${end.attempts.length} attempts, not 3`);
  hold(end.reason === 'attempts_exhausted', `the reason is ${String(end.reason)}`);
  const told = end.attempts.map(({ response }) => (response as { body?: string } | null)?.body);
  hold(
    told.every((body) => body === words),
    `the target's words became ${JSON.stringify(told)}`,
  );
  within(gapMs(end, 1), 1_000);
  within(gapMs(end, 2), 2_000);
  return `gaps ${gapMs(end, 1)} ms and ${gapMs(end, 2)} ms; ${end.reason}: ${words}`;
}

interface Form {
  readonly header: () => string;
  /** Seconds after the answer; null: as the connector's own plan says. */
  readonly waits: number | 'the date' | null;
}

const planSeconds = 2;
const dayS = 86_400;
const forms: Readonly<Record<string, Form>> = {
  seconds: { header: () => '4', waits: 4 },
  'seconds with a fraction': { header: () => '3.5', waits: 3.5 },
  'a date': { header: () => new Date(Date.now() + 20_000).toUTCString(), waits: 'the date' },
  'a date in the past': { header: () => 'Sun, 06 Nov 1994 08:49:37 GMT', waits: null },
  'sooner than the plan': { header: () => '0', waits: null },
  'a word': { header: () => 'soon', waits: null },
  'a negative number': { header: () => '-30', waits: null },
  'a number with a unit': { header: () => '30s', waits: null },
  'a hostile number': { header: () => '99999999999999999999', waits: dayS },
  'a hostile date': { header: () => 'Fri, 31 Dec 9999 23:59:59 GMT', waits: dayS },
};

async function retryAfter(stage: Stage): Promise<string> {
  const seen = await Promise.all(
    Object.entries(forms).flatMap(([what, form]) =>
      [429, 503].map(async (status) => {
        const trial = await Trial.open(stage, 'retry-after', { limits: { retryDelaysSeconds: [0, planSeconds] } });
        const header = form.header();
        await trial.script([{ status, headers: { 'Retry-After': header }, times: 1 }]);
        const id = await trial.publish(1);
        const { nextAttemptAt, attempts } = await trial.delivery(id, 'waiting', (one) => one.nextAttemptAt !== null && one.attempts.length > 0 && one.status === 'retrying'); // prettier-ignore
        const answeredMs = Date.parse(attempts[0]?.finishedAt ?? '');
        const waits = (Date.parse(nextAttemptAt ?? '') - answeredMs) / 1_000;
        const wanted =
          form.waits === 'the date' ? (Date.parse(header) - answeredMs) / 1_000 : (form.waits ?? planSeconds);
        // The plan has its jitter; between the answer and the record of its end some milliseconds pass.
        const slack = form.waits === null ? planSeconds * jitter : 0.1;
        hold(Math.abs(waits - wanted) <= slack + 0.01, `${status} with ${what}: ${waits} s, not ${wanted} s`);
        return status === 429 ? `${what} ${waits.toFixed(1)} s` : null;
      }),
    ),
  );
  return seen.filter((one) => one !== null).join('; ');
}

async function restart(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'restart', { limits: { retryDelaysSeconds: [0, 4] } });
  await trial.script([{ status: 500, times: 1 }]);
  const id = await trial.publish(1);
  await trial.until(id, 'retrying');
  await stage.kill('delivery');
  await stage.start('delivery');
  const end = await trial.until(id, 'delivered', 20_000);
  within(gapMs(end, 1), 4_000, 4_000);
  return `planned 4 s, seen ${gapMs(end, 1)} ms with a kill in between`;
}

/** The attempt's own time, the slack for what is not sending, and the grace for a clock that differs (apps/delivery). */
const lostWithinMs = 40_000;

async function staleWrite(stage: Stage): Promise<string> {
  const timeoutMs = 1_000;
  const trial = await Trial.open(stage, 'stale', { limits: { timeoutMs, retryDelaysSeconds: [0, 0] } });
  await trial.script([{ status: 200, delayMs: 500, times: 1 }]);
  await stage.start('delivery', 2);
  const id = await trial.publish(1);
  const under = await trial.until(id, 'attempting');
  const name = await holderOf(stage, under);
  const pid = stage.dev.pids[name] as number;
  const logged = stage.logOf(name);
  process.kill(pid, 'SIGSTOP');
  const begun = performance.now();
  try {
    await eventually('another copy has delivered it', lostWithinMs, async () =>
      (await trial.received()).length > 1 ? true : null,
    );
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const took = performance.now() - begun;
  const end = await trial.until(id, 'delivered');
  await eventually('the refused write is logged', 10_000, async () =>
    stage.logOf(name).slice(logged.length).includes('delivery.stale-write') ? true : null,
  );
  await pause(200);
  const { attempts } = await trial.until(id, 'delivered');
  const outcomes = attempts.map(({ outcome, reason }) => `${outcome}${reason === null ? '' : ` (${reason})`}`);
  hold(outcomes.join() === 'unknown (worker_lost),accepted', `the record says ${outcomes.join(', ')} of ${end.id}`);
  const ids = new Set((await trial.received()).map(({ headers }) => headers['webhook-id']));
  hold(ids.size === 1, `${ids.size} webhook-ids`);
  await stage.stop('delivery', 2);
  return `${name} frozen; taken over after ${(took / 1_000).toFixed(1)} s (timeout ${timeoutMs / 1_000} s); ${outcomes.join(', ')}; its own write refused and logged`;
}

/** Which copy holds the attempt: its name stands as the actor in the log. */
async function holderOf(stage: Stage, delivery: Shown): Promise<string> {
  const { log = [] } = delivery as unknown as { log?: { type: string; position: number }[] };
  const started = log.findLast(({ type }) => type === 'AttemptStarted');
  const { items } = await stage.api.get<{ items: { actor: string }[] }>(
    `/v1/log/delivery-0/events?after=${(started?.position ?? 1) - 1}&limit=1`,
  );
  const actor = items[0]?.actor ?? '';
  const names = Object.keys(stage.dev.pids).filter((name) => name.startsWith('delivery'));
  // The stack names a copy as it names the process.
  for (const name of names) if (actor === `service:delivery:${name}`) return name;
  throw new Error(`no copy is ${actor} of ${names.join(', ')}`);
}
