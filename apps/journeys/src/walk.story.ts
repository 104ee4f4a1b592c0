import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notificationSubject, publishSubject } from '@waybill/contracts/subjects';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { NatsText } from './nats-text.js';
import type { Stage } from './stage.js';
import { eventually, hold, type Promised, same, type Story } from './story.js';

/** One notification by every way there is, from the publisher's bytes to the target's. */
export const walk: Story = {
  name: 'walk',
  about: 'a publisher without any library sends an incident; it arrives at a webhook and in a mailbox',
  tell: (stage) => [...arrival(stage), ...identity(stage), ...spelling(stage)],
};

const arriveWaitMs = 15_000;
/** Long enough for a second copy to come, had one been sent: the first retry waits 5 s. */
const onceWaitMs = 6_000;

function arrival(stage: Stage): Promised[] {
  const mark = `walk-${Date.now()}`;
  const summary = `Brute force "${mark}" — café`;
  const payload = JSON.stringify({
    incidentId: mark,
    humanFriendlyId: 'INC-1',
    incident: { summary, description: 'line one\nline two', recommendations: 'Block it' },
  });
  const ofThis = <T extends { body: string; raw?: string; subject?: string }>(items: readonly T[]): T[] =>
    items.filter((item) => `${item.body}${item.subject ?? ''}`.includes(mark));
  const webhooks = async () => ofThis(await stage.receivers.received({ target: 'webhook', name: 'example' }));
  const mails = async () => ofThis(await stage.receivers.received({ target: 'email', name: 'soc@example.com' }));
  let notificationId = '';
  return [
    {
      says: 'ten lines of plain text over a socket are enough to publish, and the broker acknowledges',
      holds: async () => {
        const client = await NatsText.open(stage.dev.natsUrl);
        const ack = await client.request(notificationSubject(stage.dev.tenant, 'incident'), payload);
        client.close();
        hold(ack.includes('"stream":"WAYBILL_NOTIFICATIONS_default"'), `the broker said ${ack}`);
        return ack.trim();
      },
    },
    {
      says: 'it arrives at the webhook as the rendered JSON of the default template',
      holds: async () => {
        const [call] = await eventually('the call', arriveWaitMs, async () => nonEmpty(await webhooks()));
        const body = JSON.parse(call?.body ?? '{}') as Record<string, unknown>;
        same(
          [body['summary'], body['long_incident_id'], body['short_incident_id']],
          [summary, mark, 'INC-1'],
          'the body',
        );
        same(call?.headers['content-type'], 'application/json', 'its content type');
        return `${call?.body.length ?? 0} bytes, webhook-id ${call?.headers['webhook-id'] ?? 'missing'}`;
      },
    },
    {
      says: 'it arrives in the mailbox as a mail with subject and text',
      holds: async () => {
        const [mail] = await eventually('the mail', arriveWaitMs, async () => nonEmpty(await mails()));
        hold(mail?.subject === `Incident: ${summary}`, `the subject is ${mail?.subject ?? 'missing'}`);
        hold((mail?.text ?? '').includes('Block it'), `the text is ${mail?.text ?? 'missing'}`);
        return `subject ${JSON.stringify(mail?.subject)}`;
      },
    },
    {
      says: 'GET /v1/deliveries tells both deliveries, delivered in one attempt each',
      holds: async () => {
        const items = await eventually('two deliveries', arriveWaitMs, async () => {
          const { items: found } = await stage.api.get<{ items: Delivery[] }>('/v1/deliveries?type=incident&limit=2');
          return found.length === 2 && found.every(({ status }) => status === 'delivered') ? found : null;
        });
        notificationId = items[0]?.notificationId ?? '';
        same(
          items.map((item) => item.notificationId === notificationId),
          [true, true],
          'of one notification',
        );
        const full = await Promise.all(items.map(({ id }) => stage.api.get<Delivery>(`/v1/deliveries/${id}`)));
        same(
          full.map(({ attempts }) => attempts?.map(({ outcome }) => outcome)),
          [['accepted'], ['accepted']],
          'attempts',
        );
        return full.map(({ id, log }) => `${id}: ${(log ?? []).map(({ type }) => type).join(' → ')}`).join('; ');
      },
    },
    {
      says: 'it arrives once at each, also seconds later',
      holds: async () => {
        await new Promise((resolve) => setTimeout(resolve, onceWaitMs));
        const counts = [(await webhooks()).length, (await mails()).length];
        same(counts, [1, 1], 'arrivals');
        return `1 call and 1 mail after ${onceWaitMs / 1_000} s`;
      },
    },
    ...pythonExample(stage),
  ];
}

/** docs/nats/publish.py uses nothing but Python's standard library; a machine without Python has nothing to run it with. */
function pythonExample(stage: Stage): Promised[] {
  const python = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'python3'))
    .find((path) => existsSync(path));
  if (python === undefined) return [];
  return [
    {
      says: 'the Python example of the documentation publishes and prints its receipt',
      holds: async () => {
        const mark = `python-${Date.now()}`;
        const args = [
          join('docs', 'nats', 'publish.py'),
          stage.dev.natsUrl,
          stage.dev.tenant,
          'incident',
          JSON.stringify({ incident: { summary: mark } }),
        ];
        const { stdout, stderr, status } = spawnSync(python, args, { encoding: 'utf8', timeout: arriveWaitMs });
        hold(status === 0 && stdout.includes('"duplicate":false'), `exit ${String(status)}: ${stdout}${stderr}`);
        await eventually('its call', arriveWaitMs, async () =>
          nonEmpty(
            (await stage.receivers.received({ target: 'webhook', name: 'example' })).filter(({ body }) =>
              body.includes(mark),
            ),
          ),
        );
        return stdout.trim();
      },
    },
  ];
}

function identity(stage: Stage): Promised[] {
  const type = `walk-identity-${Date.now()}`;
  const arrived = async (n: number) =>
    eventually(`number ${n}`, arriveWaitMs, async () =>
      nonEmpty(
        (await stage.receivers.received({ target: 'webhook', name: type })).filter(({ body }) => body === `{"n":${n}}`),
      ),
    );
  const publish = (client: NatsText, body: string) => client.request(publishSubject(stage.dev.tenant), body);
  const withClient = async (url: string, act: (client: NatsText) => Promise<string>): Promise<string> => {
    const client = await NatsText.open(url);
    return act(client).finally(() => client.close());
  };
  return [
    {
      says: 'a structured CloudEvent is taken as its data',
      holds: async () => {
        await simpleSink(stage, type, '{"n":{{n}}}');
        return withClient(stage.dev.natsUrl, async (client) => {
          const event = { specversion: '1.0', type: 'com.example.seen', source: '/walk', id: 'ce-1', data: { n: 1 } };
          await client.request(notificationSubject(stage.dev.tenant, type), JSON.stringify(event));
          await arrived(1);
          return foundAs(stage, type, ['/walk', 'ce-1']);
        });
      },
    },
    {
      says: 'a binary CloudEvent is taken by its headers',
      holds: () =>
        withClient(stage.dev.natsUrl, async (client) => {
          await client.request(notificationSubject(stage.dev.tenant, type), '{"n":2}', {
            'ce-specversion': '1.0',
            'ce-type': 'com.example.seen',
            'ce-source': '/walk',
            'ce-id': 'ce-2',
          });
          await arrived(2);
          return foundAs(stage, type, ['/walk', 'ce-2']);
        }),
    },
    {
      says: 'a request is answered with a receipt; its repeat is a duplicate with the same receipt; other content under that id is a conflict',
      holds: () =>
        withClient(stage.dev.natsUrl, async (client) => {
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
          await arrived(3);
          return JSON.stringify(first);
        }),
    },
    {
      says: 'HTTP publishes the same way, and both ways share one identity',
      holds: async () => {
        const body = { type, source: 'walk', id: 'h-4', payload: { n: 4 } };
        const first = await stage.api.call('POST', '/v1/notifications', body);
        const again = await withClient(stage.dev.natsUrl, (client) => publish(client, JSON.stringify(body)));
        same([first.status, first.json['duplicate'], ok(again)['duplicate']], [202, false, true], 'answers');
        await arrived(4);
        const { items } = await stage.api.get<{ items: Delivery[] }>(`/v1/deliveries?type=${type}`);
        same(items.length, 4, 'deliveries of four notifications and three repeats');
        return `202 ${first.text.trim()}`;
      },
    },
  ];
}

/** Numbers that lose digits or their form in a double, an order that an object with number-like keys would change, blanks. */
const spelled =
  '{ "z":1.50,"a": 1594153092.2202642, "10":1e2,"2":12345678901234567890,"t":"12345678901234567890 \\u00e9","deep":{"y":-0.0,"x":[1.0,2.00]}}';
const spelledCompact =
  '{"z":1.50,"a":1594153092.2202642,"10":1e2,"2":12345678901234567890,"t":"12345678901234567890 é","deep":{"y":-0.0,"x":[1.0,2.00]}}';
const spelledTemplate = '{"b":{{z}},"a":{{a}},"big":{{2}},"text":"{{2}} and {{t}}","exp":{{10}},"deep":{{deep}}}';
const spelledWanted =
  '{"b":1.50,"a":1594153092.2202642,"big":12345678901234567890,"text":"12345678901234567890 and 12345678901234567890 é","exp":1e2,"deep":{"y":-0.0,"x":[1.0,2.00]}}';

function spelling(stage: Stage): Promised[] {
  const type = `walk-spelling-${Date.now()}`;
  const compact = (text: string): string =>
    text.replaceAll('\\u00e9', 'é').replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '');
  return (['jetstream', 'http'] as const).map((way) => ({
    says: `numbers keep their spelling and keys their order from the ${way === 'http' ? 'HTTP' : 'NATS'} publish to the target`,
    holds: async () => {
      if (way === 'jetstream') await simpleSink(stage, type, spelledTemplate);
      const before = (await stage.receivers.received({ target: 'webhook', name: type })).length;
      const published =
        way === 'jetstream'
          ? await overText(stage, type, spelled)
          : (await stage.api.call('POST', '/v1/notifications', `{"type":"${type}","payload":${spelled}}`)).text;
      const items = await eventually('the call', arriveWaitMs, async () => {
        const found = await stage.receivers.received({ target: 'webhook', name: type });
        return found.length > before ? found : null;
      });
      same(items.at(-1)?.body, spelledWanted, 'the body at the target');
      const [newest] = await stage.api.all<{ id: string }>(`/v1/notifications?type=${type}`);
      const { text } = await stage.api.call('GET', `/v1/notifications/${newest?.id ?? ''}`);
      hold(
        compact(text).includes(`"payload":${spelledCompact}`),
        `the record does not show the payload as it was published: ${text.slice(0, 400)} (${published})`,
      );
      return spelledWanted;
    },
  }));
}

async function overText(stage: Stage, type: string, body: string): Promise<string> {
  const client = await NatsText.open(stage.dev.natsUrl);
  return client.request(notificationSubject(stage.dev.tenant, type), body).finally(() => client.close());
}

async function simpleSink(stage: Stage, type: string, template: string): Promise<void> {
  const { id } = await stage.api.post<{ id: string }>('/v1/connectors', {
    name: type,
    target: 'webhook',
    config: { url: `${stage.dev.receiversUrl}/webhook/${type}`, method: 'POST' },
    templates: { [type]: { format: 'json', body: template } },
  });
  await stage.api.post('/v1/subscriptions', { name: type, connectorIds: [id], types: [type] });
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

const nonEmpty = <T>(items: T[]): T[] | null => (items.length > 0 ? items : null);
