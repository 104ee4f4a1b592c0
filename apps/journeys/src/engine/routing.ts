import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Delivery, DeliveryFacets } from '@waybill/contracts/http/deliveries';
import type { Stats } from '@waybill/contracts/http/stats';
import { notificationSubject, publishSubject } from '@waybill/contracts/subjects';
import { Api } from '../api.js';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { routing as acceptance } from '../targets/acceptance-routing.js';
import { median, tenantOf, Trial } from './trial.js';

/** Point 5: who gets what, and at what cost. */
export function routing(stage: Stage): readonly Promised[] {
  const many = stage.long ? 10_000 : 300;
  return [
    {
      says: '5 a tenant that was just made publishes at once with the credentials it got, and for nobody else',
      holds: () => newTenant(stage),
    },
    ...acceptance(stage)
      .slice(0, 2)
      .map(({ says, holds }) => ({ says: `5 ${says}`, holds })),
    { says: '5 what was suppressed is found, counted and explained as deliveries', holds: () => suppressed(stage) },
    {
      says: `5 ${many} subscriptions in a tenant cost the router at most 10 % of its speed with 10`,
      holds: () => manySubscriptions(stage, many),
    },
  ];
}

async function suppressed(stage: Stage): Promise<string> {
  const { api } = stage;
  const trial = await Trial.open(stage, 'suppressed', {
    subscription: { suppression: { minutes: 60, key: 'all' } },
  });
  await trial.publishAll(0, 8, 1);
  const about = `connectorId=${trial.connectorId}`;
  const items = await eventually('seven suppressed deliveries', 10_000, async () => {
    const page = await api.get<{ items: Delivery[] }>(`/v1/deliveries?${about}&status=suppressed`);
    return page.items.length === 7 ? page.items : null;
  });
  const by = { subscriptionId: trial.subscriptionId, connectorId: trial.connectorId, reason: 'suppression_window' };
  for (const { subscriptionId, connectorId, reason } of items) same({ subscriptionId, connectorId, reason }, by, 'one of them'); // prettier-ignore
  const { counts } = await api.get<Stats>(`/v1/stats?${about}`);
  const { facets } = await api.get<DeliveryFacets>(`/v1/deliveries/facets?${about}`);
  const facet = facets.status.find(({ value }) => value === 'suppressed')?.count;
  same([counts.suppressed, facet], [7, 7], 'the figures and the facet');
  const why = await api.get<{ words: string }>(`/v1/why/${items[0]?.id}`);
  hold(why.words.includes('suppression_window'), why.words);
  return `8 published within the window: ${items.length} listed, ${counts.suppressed} in the figures, ${facet} in the facet. ${why.words}`;
}

/** So many in the tenant that the other one is compared with. */
const few = 10;
const rounds = 5;

async function manySubscriptions(stage: Stage, many: number): Promise<string> {
  const [calm, full] = [await Tenant.open(stage, 'few', few), await Tenant.open(stage, 'full', many)];
  const speeds: Record<'calm' | 'full', number[]> = { calm: [], full: [] };
  const count = stage.long ? 3_000 : 300;
  await calm.speed(count);
  await full.speed(count);
  for (let round = 0; round < rounds; round += 1) {
    speeds.calm.push(await calm.speed(count));
    speeds.full.push(await full.speed(count));
  }
  const [before, after] = [median(speeds.calm), median(speeds.full)];
  const words = `with ${few}: ${before} notifications/s (${speeds.calm.join(', ')}); with ${many}: ${after}/s (${speeds.full.join(', ')})`;
  // The short form shares its machine with other tests: there it shows the course, the long form holds the figure.
  hold(after >= before * (stage.long ? 0.9 : 0.5), words);
  return `${words}: ${Math.round((after / before) * 100)} %`;
}

/** The ways in which most filters say what they are about; all of them are for the one type that is published. */
const askingForAnother: readonly ((n: number) => Record<string, unknown>)[] = [
  (n) => ({ '=': [{ source: 'n' }, n] }),
  (n) => ({ in: [{ source: 'n' }, [n, n - 1_000_000]] }),
  (n) => ({ and: [{ exists: { source: 'n' } }, { '=': [{ source: 'site.name' }, `site ${n}`] }] }),
  (n) => ({ contains: [{ source: 'tags' }, `tag ${n}`] }),
];

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
          types: ['type-0'],
          filter: askingForAnother[at % askingForAnother.length]?.(-1 - at),
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
        await this.api.post('/v1/notifications', {
          type: 'type-0',
          payload: { n, site: { name: 'ours' }, tags: ['edge', 'core'] },
        });
      }
    };
    await Promise.all(Array.from({ length: 64 }, one));
    return Math.round((count / (performance.now() - begun)) * 1_000);
  }
}

async function newTenant(stage: Stage): Promise<string> {
  const id = `new-${Date.now().toString(36)}`;
  const made = await stage.api.post<{ apiKey: { key: string }; publisher: { natsUrl: string } }>('/v1/tenants', { id, name: id }); // prettier-ignore
  const begun = performance.now();
  const { host, username, password } = new URL(made.publisher.natsUrl);
  const trial = await Trial.open(stage, 'new-tenant', { api: new Api(stage.dev.httpUrl, made.apiKey.key) });
  const nc = await connect({ servers: host, user: username, pass: password });
  try {
    await jetstream(nc).publish(notificationSubject(id, trial.name), '{"n":1}');
    const receipt = await nc.request(publishSubject(id), JSON.stringify({ type: trial.name, payload: { n: 2 } }));
    hold('ok' in receipt.json<object>(), `a request was answered ${receipt.string()}`);
    await eventually('both are at the receiver', 10_000, async () =>
      (await trial.received()).length === 2 ? true : null,
    );
    const tookMs = Math.round(performance.now() - begun);
    const { nextCursor, items } = await stage.api.get<{ items: { id: string }[]; nextCursor: unknown }>('/v1/notifications?limit=1'); // prettier-ignore
    nc.publish(notificationSubject(stage.dev.tenant, trial.name), '{"n":3}');
    await nc.flush();
    const foreign = await nc.request(publishSubject(stage.dev.tenant), '{}', { timeout: 500 }).then((message) => message.string(), String); // prettier-ignore
    hold(/permissions violation|timeout/i.test(foreign), `a request for another tenant was answered ${foreign}`);
    const after = await stage.api.get<{ items: { id: string }[]; nextCursor: unknown }>('/v1/notifications?limit=1');
    same([after.items, after.nextCursor], [items, nextCursor], 'the newest notification of the other tenant');
    return `two notifications at the receiver ${tookMs} ms after the tenant was made; for another tenant: ${foreign.slice(0, 80)}`;
  } finally {
    await nc.close();
  }
}
