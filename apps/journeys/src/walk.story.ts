import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notificationSubject } from '@waybill/contracts/subjects';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { ReceivedItem } from '@waybill/receivers/client';
import { NatsText } from './nats-text.js';
import type { Stage } from './stage.js';
import { eventually, hold, pause, type Promised, same, type Story } from './story.js';
import { identity } from './walk-identity.js';
import { spelling } from './walk-spelling.js';
import { arriveWaitMs, nonEmpty } from './walk-ways.js';

/** One notification by every way there is, from the publisher's bytes to the target's. */
export const walk: Story = {
  name: 'walk',
  about: 'a publisher without any library sends an incident; it arrives at a webhook and in a mailbox',
  tell: (stage) => {
    const incident = incidentOf(stage);
    return [
      ...arrival(stage, incident),
      ...told(stage, incident),
      ...pythonExample(stage),
      ...identity(stage),
      ...spelling(stage),
    ];
  },
};

/** Long enough for a second copy to come, had one been sent: the first retry waits 5 s. */
const onceWaitMs = 6_000;

/** What this story publishes, and how it looks for it. */
interface Incident {
  readonly mark: string;
  readonly summary: string;
  readonly payload: string;
  webhooks(): Promise<ReceivedItem[]>;
  mails(): Promise<ReceivedItem[]>;
}

function incidentOf(stage: Stage): Incident {
  const mark = `walk-${Date.now()}`;
  const summary = `Brute force "${mark}" — café`;
  const payload = JSON.stringify({
    incidentId: mark,
    humanFriendlyId: 'INC-1',
    incident: { summary, description: 'line one\nline two', recommendations: 'Block it' },
  });
  const arrived = async (target: string, name: string): Promise<ReceivedItem[]> =>
    (await stage.receivers.received({ target, name })).filter(({ body, subject = '' }) =>
      `${body}${subject}`.includes(mark),
    );
  return {
    mark,
    summary,
    payload,
    webhooks: () => arrived('webhook', 'example'),
    mails: () => arrived('email', 'soc@example.com'),
  };
}

function arrival(stage: Stage, { mark, summary, payload, webhooks, mails }: Incident): Promised[] {
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
  ];
}

function told(stage: Stage, { webhooks, mails }: Incident): Promised[] {
  return [
    {
      says: 'GET /v1/deliveries tells both deliveries, delivered in one attempt each',
      holds: async () => {
        const items = await eventually('two deliveries', arriveWaitMs, async () => {
          const { items: found } = await stage.api.get<{ items: Delivery[] }>('/v1/deliveries?type=incident&limit=2');
          return found.length === 2 && found.every(({ status }) => status === 'delivered') ? found : null;
        });
        same(new Set(items.map(({ notificationId }) => notificationId)).size, 1, 'notifications');
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
        await pause(onceWaitMs);
        const counts = [(await webhooks()).length, (await mails()).length];
        same(counts, [1, 1], 'arrivals');
        return `1 call and 1 mail after ${onceWaitMs / 1_000} s`;
      },
    },
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
