import type { Delivery } from '@waybill/contracts/http/deliveries';
import { notificationSubject, publishSubject } from '@waybill/contracts/subjects';
import { NatsText } from './nats-text.js';
import type { Stage } from './stage.js';
import { eventually, hold, pause, type Promised, same } from './story.js';
import { arriveWaitMs, nonEmpty, simpleSink } from './walk-ways.js';

/** Which notification it is, by every way to say so. */
export function identity(stage: Stage): Promised[] {
  const type = `walk-identity-${Date.now()}`;
  return [...cloudEvents(stage, type), ...receipts(stage, type)];
}

async function arrived(stage: Stage, type: string, n: number): Promise<void> {
  await eventually(`number ${n}`, arriveWaitMs, async () => {
    const items = await stage.receivers.received({ target: 'webhook', name: type });
    return nonEmpty(items.filter(({ body }) => body === `{"n":${n}}`));
  });
}

async function withClient(stage: Stage, act: (client: NatsText) => Promise<string>): Promise<string> {
  const client = await NatsText.open(stage.dev.natsUrl);
  return act(client).finally(() => client.close());
}

function cloudEvents(stage: Stage, type: string): Promised[] {
  return [
    {
      says: 'a structured CloudEvent is taken as its data',
      holds: async () => {
        await simpleSink(stage, type, '{"n":{{n}}}');
        return withClient(stage, async (client) => {
          const event = { specversion: '1.0', type: 'com.example.seen', source: '/walk', id: 'ce-1', data: { n: 1 } };
          await client.request(notificationSubject(stage.dev.tenant, type), JSON.stringify(event));
          await arrived(stage, type, 1);
          return foundAs(stage, type, ['/walk', 'ce-1']);
        });
      },
    },
    {
      says: 'a binary CloudEvent is taken by its headers',
      holds: () =>
        withClient(stage, async (client) => {
          await client.request(notificationSubject(stage.dev.tenant, type), '{"n":2}', {
            'ce-specversion': '1.0',
            'ce-type': 'com.example.seen',
            'ce-source': '/walk',
            'ce-id': 'ce-2',
          });
          await arrived(stage, type, 2);
          return foundAs(stage, type, ['/walk', 'ce-2']);
        }),
    },
  ];
}

function receipts(stage: Stage, type: string): Promised[] {
  const publish = (client: NatsText, body: string): Promise<string> =>
    client.request(publishSubject(stage.dev.tenant), body);
  return [
    {
      says: 'a request is answered with a receipt; its repeat is a duplicate with the same receipt; other content under that id is a conflict',
      holds: () =>
        withClient(stage, async (client) => {
          const request = `{"type":"${type}","source":"walk","id":"r-3","payload":{"n":3}}`;
          const first = ok(await publish(client, request));
          const again = ok(await publish(client, request));
          const other = JSON.parse(await publish(client, request.replace('{"n":3}', '{"n":33}'))) as {
            problem?: { code: string };
          };
          same({ ...again, duplicate: null }, { ...first, duplicate: null }, 'the repeat');
          same(
            [first['duplicate'], again['duplicate'], other.problem?.code],
            [false, true, 'notification_conflict'],
            'answers',
          );
          await arrived(stage, type, 3);
          return JSON.stringify(first);
        }),
    },
    {
      says: 'HTTP publishes the same way, and both ways share one identity',
      holds: async () => {
        const body = { type, source: 'walk', id: 'h-4', payload: { n: 4 } };
        const first = await stage.api.call('POST', '/v1/notifications', body);
        const again = await withClient(stage, (client) => publish(client, JSON.stringify(body)));
        same([first.status, first.json['duplicate'], ok(again)['duplicate']], [202, false, true], 'answers');
        await arrived(stage, type, 4);
        const { items } = await stage.api.get<{ items: Delivery[] }>(`/v1/deliveries?type=${type}`);
        same(items.length, 4, 'deliveries of four notifications and three repeats');
        return `202 ${first.text.trim()}`;
      },
    },
    repeatedOverJetStream(stage, type),
  ];
}

/** The broker forgets a name after its window (100 ms, contract.md section 3); the log never does. */
const afterWindowMs = 500;

function repeatedOverJetStream(stage: Stage, type: string): Promised {
  return {
    says: 'what is published over JetStream twice, inside the window and after it, is one notification',
    holds: () =>
      withClient(stage, async (client) => {
        const headers = { 'Nats-Msg-Id': `w-5-${type}`, 'Waybill-Id': 'w-5', 'Waybill-Source': 'walk' };
        const publish = async (): Promise<boolean> =>
          (
            JSON.parse(await client.request(notificationSubject(stage.dev.tenant, type), '{"n":5}', headers)) as {
              duplicate?: boolean;
            }
          ).duplicate === true;
        // At once: the window is shorter than a slow round trip.
        const acks = await Promise.all([publish(), publish()]);
        await pause(afterWindowMs);
        acks.push(await publish());
        // The third is stored by the broker, and known to the log.
        same(acks, [false, true, false], 'whether the broker knew it');
        await arrived(stage, type, 5);
        await pause(afterWindowMs);
        const items = await stage.api.all<{ sourceId: string }>(`/v1/notifications?type=${type}`);
        same(items.filter(({ sourceId }) => sourceId === 'w-5').length, 1, 'notifications of that id');
        const received = await stage.receivers.received({ target: 'webhook', name: type });
        same(received.filter(({ body }) => body === '{"n":5}').length, 1, 'arrivals');
        return 'three publishes, one dropped by the broker, one notification';
      }),
  };
}

async function foundAs(stage: Stage, type: string, [source, id]: [string, string]): Promise<string> {
  const items = await stage.api.all<{ source: string; sourceId: string }>(`/v1/notifications?type=${type}`);
  hold(
    items.some((item) => item.source === source && item.sourceId === id),
    `no notification has the identity ${source} ${id}: ${JSON.stringify(items)}`,
  );
  return `recorded as source ${source}, id ${id}`;
}

function ok(reply: string): Record<string, unknown> {
  const { ok: receipt } = JSON.parse(reply) as { ok?: Record<string, unknown> };
  if (receipt === undefined) throw new Error(`no receipt: ${reply}`);
  return receipt;
}
