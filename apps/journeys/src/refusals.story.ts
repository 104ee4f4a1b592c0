import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { notificationSubject, publishSubject, refusedSubject } from '@waybill/contracts/subjects';
import { type HeardMessage, NatsText } from './nats-text.js';
import { services, type Stage } from './stage.js';
import { eventually, hold, type Promised, same, type Story } from './story.js';

/** Everything that is wrong is said to whoever sent it, is on the record, and stands in nobody's way. */
export const refusals: Story = {
  name: 'refusals',
  about: 'what cannot be taken is refused with a reason, recorded, and the next one goes through',
  tell: (stage) => [
    ...refusedMessages(stage),
    ...unknownTenant(stage),
    ...refusedForms(stage),
    refusingTarget(stage),
    ...services.map((service) => faultyConfiguration(stage, service)),
  ],
};

const arriveWaitMs = 15_000;
/** contract.md section 3: a payload has at most 256 KiB. */
const payloadBytesMax = 262_144;

/** A publish that the broker takes and the intake refuses. `pointer`: where the fault is said to be. */
const wrong: readonly {
  readonly what: string;
  readonly body: string;
  readonly code: string;
  readonly pointer?: string;
}[] = [
  { what: 'a text that is not JSON', body: '{"n":', code: 'json_invalid' },
  {
    what: 'a payload one byte too large',
    body: `{"n":0,"t":"${'x'.repeat(payloadBytesMax + 1 - '{"n":0,"t":""}'.length)}"}`,
    code: 'payload_too_large',
  },
  {
    what: 'a payload that does not fit its strict schema',
    body: '{"n":"seven"}',
    code: 'payload_not_valid',
    pointer: '/n',
  },
  { what: 'a key that appears twice', body: '{"n":1,"n":2}', code: 'json_duplicate_key', pointer: '/n' },
];

interface Heard {
  code: string;
  errors?: { pointer: string }[];
  notification: { id: string | null; source: string | null; type: string | null; subject: string };
}

function refusedMessages(stage: Stage): Promised[] {
  const type = `refusals-${Date.now()}`;
  const open = async (): Promise<void> => {
    const put = await stage.api.call('PUT', `/v1/notification-types/${type}`, {
      title: type,
      strict: true,
      schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
    });
    hold(put.status < 300, `PUT notification type answered ${put.status} ${put.text}`);
    const { id } = await stage.api.post<{ id: string }>('/v1/connectors', {
      name: type,
      target: 'webhook',
      config: { url: `${stage.dev.receiversUrl}/webhook/${type}`, method: 'POST' },
      templates: { [type]: { format: 'json', body: '{"n":{{n}}}' } },
    });
    await stage.api.post('/v1/subscriptions', { name: type, connectorIds: [id], types: [type] });
  };
  return wrong.map(({ what, body, code, pointer }, index) => ({
    says: `${what} is refused as ${code} on the tenant's refused subject and over HTTP, is on the record, and the next one goes through`,
    holds: async () => {
      if (index === 0) await open();
      const { natsUrl, tenant } = stage.dev;

      const head = (await stage.api.get<{ position: number }>('/v1/log/subscriptions-0/head')).position;
      const client = await NatsText.open(natsUrl);
      try {
        await client.subscribe(refusedSubject(tenant));
        const subject = notificationSubject(tenant, type);
        await client.request(subject, body, { 'Waybill-Id': `bad-${index}`, 'Waybill-Source': 'refusals' });
        await client.request(subject, `{"n":${index}}`);
        const heard = problemIn(await client.hears(refusedSubject(tenant), (text) => text.includes(code)));
        same(
          { code: heard.code, ...heard.notification },
          { code, id: `bad-${index}`, source: 'refusals', type, subject },
          'what was heard',
        );
        if (pointer !== undefined) same(heard.errors?.[0]?.pointer, pointer, 'the pointer');
        await numberArrives(stage, type, index);
        const http = await stage.api.call('POST', '/v1/notifications', `{"type":"${type}","payload":${body}}`);
        hold(
          http.status >= 400 && http.status < 500,
          `over HTTP it is answered ${http.status} ${http.text.slice(0, 300)}`,
        );
        const { refusalId = 'nothing' } = http.json as { refusalId?: string };
        const why = await stage.api.call('GET', `/v1/why/${refusalId}`);
        hold(
          why.status === 200 && why.text.includes(code),
          `over HTTP ${http.text.slice(0, 300)}; why ${refusalId} answers ${why.status} ${why.text.slice(0, 300)}`,
        );
        const records = await refusedAfter(stage, head, code);
        hold(records.length > 0, 'no NotificationRefused is on the record');
        return `heard ${heard.code}${pointer === undefined ? '' : ` at ${pointer}`}, HTTP ${http.status}, recorded at ${records.map(({ position }) => position).join(', ')}`;
      } finally {
        client.close();
      }
    },
  }));
}

function unknownTenant(stage: Stage): Promised[] {
  const nobody = 'nobody-here';
  return [
    {
      says: 'a publish to a tenant that does not exist is refused on its refused subject and by request, and so is a key that is none',
      holds: async () => {
        const client = await NatsText.open(stage.adminNatsUrl);
        try {
          await client.subscribe(refusedSubject(nobody));
          client.publish(notificationSubject(nobody, 'incident'), '{"n":1}');
          const heard = problemIn(await client.hears(refusedSubject(nobody)));
          const reply = JSON.parse(
            await client.request(publishSubject(nobody), '{"type":"incident","payload":{"n":1}}'),
          ) as { problem?: Heard };
          same([heard.code, reply.problem?.code], ['tenant_unknown', 'tenant_unknown'], 'codes');
        } finally {
          client.close();
        }
        const foreign = await fetch(`${stage.dev.httpUrl}/v1/notifications`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${stage.dev.adminKey.slice(0, -3)}xyz`,
            'content-type': 'application/json',
          },
          body: '{"type":"incident","payload":{"n":1}}',
        });
        same(foreign.status, 401, 'HTTP with a key that is none');
        return 'tenant_unknown by both ways, 401 over HTTP';
      },
    },
    {
      says: 'a publisher of one tenant cannot publish as another: the broker itself says no',
      holds: async () => {
        const client = await NatsText.open(stage.dev.natsUrl);
        client.publish(notificationSubject(nobody, 'incident'), '{"n":1}');
        const said = await client.hears('never').then(
          () => 'nothing',
          (error: Error) => error.message,
        );
        client.close();
        hold(said.includes('Permissions Violation'), `the broker said ${said}`);
        return said;
      },
    },
  ];
}

function refusedForms(stage: Stage): Promised[] {
  const connector = (template: string) => ({
    name: `form-${Date.now()}`,
    target: 'webhook',
    config: { url: `${stage.dev.receiversUrl}/webhook/form`, method: 'POST' },
    templates: { incident: { format: 'json', body: template } },
  });
  const refused = async (path: string, body: unknown, pointer: string): Promise<string> => {
    const { status, json, text } = await stage.api.call('POST', path, body);
    const errors = json['errors'] as { pointer: string; code: string; line?: number; column?: number }[] | undefined;
    same(status, 422, `the status of ${text.slice(0, 300)}`);
    hold(errors?.some((error) => error.pointer.startsWith(pointer)) === true, `no pointer to ${pointer}: ${text}`);
    return text.trim().slice(0, 300);
  };
  return [
    {
      says: 'a template that does not parse is 422 with a pointer',
      holds: () => refused('/v1/connectors', connector('{"a": {{incident.summary}'), '/templates/incident'),
    },
    {
      says: 'a template that is no JSON is 422 with a pointer',
      holds: () => refused('/v1/connectors', connector('{"a" "b"}'), '/templates/incident'),
    },
    {
      says: 'a filter that does not parse is 422 with a pointer',
      holds: async () => {
        const { items } = await stage.api.get<{ items: { id: string }[] }>('/v1/connectors?limit=1');
        const filter = { and: [{ '=': [{ source: 'a' }, 1] }, { like: [{ source: 'b' }, 'x'] }] };
        return refused(
          '/v1/subscriptions',
          { name: 'bad filter', connectorIds: [items[0]?.id ?? ''], types: ['incident'], filter },
          '/filter/and/1',
        );
      },
    },
    {
      says: 'a field that nobody knows is 422 with a pointer',
      holds: () => refused('/v1/connectors', { ...connector('{}'), colour: 'red' }, '/colour'),
    },
  ];
}

function refusingTarget(stage: Stage): Promised {
  return {
    says: 'a target that refuses: its status, headers and body stand in the delivery as they came, and it is a dead letter',
    holds: async () => {
      const type = `refusing-${Date.now()}`;
      const { receivers, api, dev } = stage;
      const body = '{"error":"sch\u00e9ma <no>",  "field":1.50}\n';
      await receivers.script('webhook', type, [
        { status: 422, headers: { 'content-type': 'application/json; x=1', 'x-why': 'Because' }, body },
      ]);
      const { id } = await api.post<{ id: string }>('/v1/connectors', {
        name: type,
        target: 'webhook',
        config: { url: `${dev.receiversUrl}/webhook/${type}`, method: 'POST' },
      });
      await api.post('/v1/subscriptions', { name: type, connectorIds: [id], types: [type] });
      await api.post('/v1/notifications', { type, payload: { n: 1 } });
      const row = await eventually('its end', arriveWaitMs, async () => {
        const { items } = await api.get<{ items: Delivery[] }>(`/v1/deliveries?connectorId=${id}`);
        return items.find(({ status }) => status === 'dead-lettered') ?? null;
      });
      const { attempts = [], reason } = await api.get<Delivery>(`/v1/deliveries/${row.id}`);
      const response = attempts[0]?.response as
        { status: number; headers: Record<string, string>; body: string } | null | undefined;
      same(
        [response?.status, response?.headers['content-type'], response?.headers['x-why'], response?.body],
        [422, 'application/json; x=1', 'Because', body],
        'the answer in the delivery',
      );
      hold(typeof reason === 'string' && reason !== '', 'the dead letter has no reason');
      return `${row.id} dead-lettered as ${reason}`;
    },
  };
}

const configWaitMs = 5_000;

function faultyConfiguration(stage: Stage, service: string): Promised {
  return {
    says: `${service} with a faulty configuration lists every fault and ends with 1 in under ${configWaitMs / 1_000} s`,
    holds: async () => {
      const given = Object.fromEntries(
        readFileSync(join(stage.dataDir, 'env', `${service}.env`), 'utf8')
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      // One is missing, one has the wrong form, one is out of range, one names a file that is not there.
      const faults = {
        DATABASE_URL: '',
        NATS_URL: 'http://127.0.0.1:1',
        WAYBILL_OPS_PORT: '99999',
        WAYBILL_LOG_LEVEL: 'loud',
        ...('WAYBILL_LOG_KEK_FILE' in given ? { WAYBILL_LOG_KEK_FILE: '/nowhere/kek' } : {}),
      };
      const begun = performance.now();
      const child = spawn(process.execPath, [join('apps', service, 'dist', 'main.js')], {
        env: { ...given, ...faults },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 4 * configWaitMs,
      });
      let said = '';
      for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise((resolve) => child.once('close', (exit, signal) => resolve(exit ?? signal)));
      const tookMs = performance.now() - begun;
      same(code, 1, `the exit code, after\n${said}`);
      hold(tookMs < configWaitMs, `it took ${(tookMs / 1_000).toFixed(1)} s`);
      const unsaid = Object.keys(faults)
        .map((name) => name.replace('_FILE', ''))
        .filter((name) => !said.includes(name));
      hold(unsaid.length === 0, `it did not name ${unsaid.join(', ')}:\n${said}`);
      return `${Object.keys(faults).length} faults listed, exit 1 after ${(tookMs / 1_000).toFixed(1)} s`;
    },
  };
}

const problemIn = ({ body }: HeardMessage): Heard => JSON.parse(body) as Heard;

async function numberArrives(stage: Stage, type: string, n: number): Promise<void> {
  await eventually(`number ${n} behind it`, arriveWaitMs, async () => {
    const items = await stage.receivers.received({ target: 'webhook', name: type });
    return items.some(({ body }) => body === `{"n":${n}}`) ? true : null;
  });
}

async function refusedAfter(stage: Stage, after: number, code: string): Promise<{ position: number }[]> {
  const { items } = await stage.api.get<{ items: { position: number; data: { code: string } }[] }>(
    `/v1/log/subscriptions-0/events?after=${after}&limit=100&type=NotificationRefused`,
  );
  return items.filter(({ data }) => data.code === code);
}
