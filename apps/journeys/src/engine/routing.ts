import type { Api } from '../api.js';
import type { Stage } from '../stage.js';
import { hold, type Promised } from '../story.js';
import { routing as acceptance } from '../targets/acceptance-routing.js';
import { median, tenantOf, Trial } from './trial.js';

/** Point 5: who gets what, and at what cost. */
export function routing(stage: Stage): readonly Promised[] {
  const many = stage.long ? 10_000 : 300;
  return [
    ...acceptance(stage)
      .slice(0, 2)
      .map(({ says, holds }) => ({ says: `5 ${says}`, holds })),
    { says: '5 what was suppressed is counted among the figures', holds: () => counted(stage) },
    {
      says: `5 ${many} subscriptions in a tenant cost the router at most 10 % of its speed with 10`,
      holds: () => manySubscriptions(stage, many),
    },
  ];
}

async function counted(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'suppressed', {
    subscription: { suppression: { minutes: 60, key: 'all' } },
  });
  await trial.publishAll(0, 8, 1);
  const { counts } = await stage.api.get<{ counts: Record<string, number> }>(
    `/v1/stats?connectorId=${trial.connectorId}`,
  );
  hold(counts['suppressed'] === 7, `${counts['suppressed']} are counted, not 7`);
  return `8 published within the window: ${counts['suppressed']} suppressed by /v1/stats`;
}

/** Types share the subscriptions evenly: ten each, as in the tenant with ten. */
const ofOneType = 10;
const rounds = 5;

async function manySubscriptions(stage: Stage, many: number): Promise<string> {
  const [few, full] = [await Tenant.open(stage, 'few', ofOneType), await Tenant.open(stage, 'full', many)];
  const speeds: Record<'few' | 'full', number[]> = { few: [], full: [] };
  const count = stage.long ? 3_000 : 300;
  await few.speed(count);
  await full.speed(count);
  for (let round = 0; round < rounds; round += 1) {
    speeds.few.push(await few.speed(count));
    speeds.full.push(await full.speed(count));
  }
  const [before, after] = [median(speeds.few), median(speeds.full)];
  const words = `with ${ofOneType}: ${before} notifications/s (${speeds.few.join(', ')}); with ${many}: ${after}/s (${speeds.full.join(', ')})`;
  // The short form shares its machine with other tests: there it shows the course, the long form holds the figure.
  hold(after >= before * (stage.long ? 0.9 : 0.5), words);
  return `${words}: ${Math.round((after / before) * 100)} %`;
}

/** A tenant of its own, whose subscriptions ask for nothing of what is published: the router looks, and nothing is sent. */
class Tenant {
  private constructor(private readonly api: Api) {}

  static async open(stage: Stage, word: string, subscriptions: number): Promise<Tenant> {
    const api = await tenantOf(stage, `${word}-${Date.now().toString(36)}`);
    const connector = await api.post<{ id: string }>('/v1/connectors', {
      name: 'never',
      target: 'webhook',
      config: { url: `${stage.dev.receiversUrl}/webhook/never`, method: 'POST' },
    });
    let next = 0;
    const make = async (): Promise<void> => {
      for (let at = next; at < subscriptions; at = next) {
        next += 1;
        await api.post('/v1/subscriptions', {
          name: `subscription ${at}`,
          connectorIds: [connector.id],
          types: [`type-${Math.floor(at / ofOneType)}`],
          filter: { '=': [{ source: 'n' }, -1 - at] },
        });
      }
    };
    await Promise.all(Array.from({ length: 16 }, make));
    return new Tenant(api);
  }

  /** Notifications a second from the first request to the last receipt. */
  async speed(count: number): Promise<number> {
    let next = 0;
    const begun = performance.now();
    const one = async (): Promise<void> => {
      for (let n = next; n < count; n = next) {
        next += 1;
        await this.api.post('/v1/notifications', { type: 'type-0', payload: { n } });
      }
    };
    await Promise.all(Array.from({ length: 64 }, one));
    return Math.round((count / (performance.now() - begun)) * 1_000);
  }
}
