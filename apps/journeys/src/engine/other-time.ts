import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inOtherTime } from '@waybill/testkit/other-time';
import { eventsOf, headOf } from '../log-events.js';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised } from '../story.js';
import { Trial } from './trial.js';

/** Point 1 again, where the machines of two copies of delivery do not agree what time it is. */
export function otherTime(stage: Stage): readonly Promised[] {
  const shifts = stage.long ? [hourMs, -hourMs, 5 * minuteMs, -5 * minuteMs] : [-hourMs];
  return shifts.map((aheadMs) => ({
    says: `1 a second copy whose wall clock is ${Math.abs(aheadMs) / minuteMs} minutes ${aheadMs < 0 ? 'behind' : 'ahead'} tries nothing too early, too late or twice`,
    holds: () => besideShifted(stage, aheadMs),
  }));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const copy = 'delivery-shifted';
const plannedMs = 1_000;
/** The jitter of the plan, a fifth. */
const earliestMs = plannedMs * 0.8;
/** And what a machine with other things to do may be late. */
const latestMs = plannedMs * 1.2 + 8_000;
/** Answers that the receiver refuses with. */
const failures = 6;

type Came = Awaited<ReturnType<Trial['received']>>[number];

async function besideShifted(stage: Stage, aheadMs: number): Promise<string> {
  const count = stage.long ? 1_000 : 80;
  const from = await headOf(stage, 'delivery-0');
  // What is due is anybody's, what comes belongs to whoever reads the routing: the shifted copy, because it is there first.
  await stage.stop('delivery');
  const shifted = startShifted(stage, aheadMs);
  try {
    await eventually('the shifted copy answers', 30_000, async () =>
      (await stage.api.call('GET', '/v1/deliveries?limit=1')).status === 200 ? true : null,
    );
    const other = stage.start('delivery');
    const trial = await Trial.open(stage, 'other-time', { limits: { retryDelaysSeconds: [0, 1, 1, 1] } });
    // Never three refusals in a row: its circuit would open, and what is due would wait for that.
    const refused = [{ times: 8 }, { status: 500, times: 2 }];
    await trial.script([...refused, ...refused, ...refused]);
    await Promise.all([other, trial.publishAll(0, count / 2)]);
    // For the other copy these would be over before the one that is behind has begun them.
    await trial.script([{ delayMs: 2_500, times: 4 }]);
    await trial.publishAll(count / 2, count);
    const delivered = await trial.settled(count, 'delivered', 60_000);
    const byId = Map.groupBy(await trial.received(), ({ headers }) => headers['webhook-id'] ?? '');
    hold(byId.size === count && delivered.length === count, `${byId.size} arrived, ${delivered.length} are delivered`);
    const gaps = [...byId.values()].flatMap(gapsOf);
    hold(gaps.length >= failures, `${gaps.length} were tried again, of at least ${failures}`);
    for (const gap of gaps)
      hold(gap >= earliestMs && gap <= latestMs, `${plannedMs} ms were planned, ${gap} ms were seen`);
    const begun = await eventsOf(stage, 'delivery-0', 'AttemptStarted', from);
    const own = begun.filter(
      ({ actor, stream }) => actor.endsWith(`:${copy}`) && byId.has(stream.slice('delivery-'.length)),
    );
    hold(own.length > 0, 'the shifted copy began nothing');
    return `${count} deliveries, ${own.length} of ${count + gaps.length} attempts by the shifted copy; ${gaps.length} retries, after ${Math.min(...gaps)} to ${Math.max(...gaps)} ms of ${plannedMs} planned; none came twice`;
  } finally {
    const gone = once(shifted, 'exit');
    if (shifted.exitCode === null) {
      shifted.kill('SIGTERM');
      await gone;
    }
  }
}

/** One more copy beside those of the stack, with the same environment but for its name and its time. */
function startShifted(stage: Stage, aheadMs: number): ChildProcess {
  const environment = join(stage.dataDir, 'env', 'delivery.env');
  const program = join('apps', 'delivery', 'dist', 'main.js');
  return spawn(process.execPath, ['--env-file', environment, ...inOtherTime(aheadMs), program], {
    env: { PATH: process.env['PATH'], WAYBILL_COPY: copy, WAYBILL_OPS_PORT: '0' },
    stdio: 'ignore',
  });
}

/** From each refusal of a delivery to the next time it came, by the receiver's clock. Nothing comes again that was taken. */
function gapsOf(items: readonly Came[]): number[] {
  return items.slice(1).map(({ at, headers }, n) => {
    const before = items[n];
    hold(before?.status === 500, `${headers['webhook-id']} came again after ${String(before?.status)}`);
    return Date.parse(at) - Date.parse(before.at);
  });
}
