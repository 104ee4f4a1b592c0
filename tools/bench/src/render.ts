import { incidentType } from '@waybill/contracts/notification-types/incident';
import { JqPool } from '@waybill/service-kit/jq/jq-pool';
import { jqBench, renderBench } from '@waybill/template/render-bench';

/** How many renderings a second one process makes, by format; prints one JSON line each. Nothing else may run on the machine meanwhile. */
export async function runRenderBench(): Promise<void> {
  const incidentText = JSON.stringify(incidentType.sample);
  const nowMs = (): number => performance.now();
  const say = (what: string, figures: object): void => console.log(JSON.stringify({ what, ...figures }));
  say('json, one thread', renderBench(incidentText, nowMs));
  const pool = await JqPool.start();
  try {
    say('jq, one program, 2 threads', await jqBench(pool, incidentText, nowMs, { renders: 20_000 }));
    say('jq, 500 programs in turn, 2 threads', await jqBench(pool, incidentText, nowMs, { programs: 500 }));
    say('jq, one after the other', await jqBench(pool, incidentText, nowMs, { renders: 1000, atOnce: 1 }));
    say(
      'jq, 500 programs in turn, one after the other',
      await jqBench(pool, incidentText, nowMs, { renders: 1000, programs: 500, atOnce: 1 }),
    );
  } finally {
    await pool.close();
  }
}
