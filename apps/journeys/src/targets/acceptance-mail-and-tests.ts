import { incidentText } from '@waybill/testkit/documented-templates';
import { sparePorts, type Stage } from '../stage.js';
import { hold, type Promised, same } from '../story.js';
import { jq, json, sent, withDesk } from './acceptance-documented.js';
import type { Desk } from './desk.js';

/** A8 and A9: the mail, and the test that passes errors through. */
export function mailAndTests(stage: Stage): readonly Promised[] {
  return [
    {
      says: 'A8 e-mail: subject, Markdown, link; nothing injected; sent without recommendations',
      holds: () => withDesk(stage, a8),
    },
    { says: 'A9 a test passes the error through unchanged and stores nothing', holds: () => withDesk(stage, a9) },
    {
      says: 'A9 a template with a fault is refused with its place, and the target is never called',
      holds: () => withDesk(stage, faults),
    },
  ];
}

const incident = JSON.parse(incidentText) as Readonly<Record<string, unknown>> & { incident: object };

async function a8(desk: Desk): Promise<string> {
  const subject = '[{{incident_threat_rating}}] {{incident.summary}} ({{humanFriendlyId}}) {{extra.location_ip}}';
  const mail = async (payload: unknown) => {
    const to = `sec@${desk.word('a8')}.example.test`;
    return sent(
      desk,
      { target: 'email', config: { to: [to], subject } },
      'incident',
      JSON.stringify(payload),
      'email',
      (item) => item.name === to,
    );
  };
  const first = await mail(incident);
  same(first.subject, '[Medium] Brute force attempt from 1.2.3.4 (ww1k39) 192.0.2.1 192.0.2.25', 'Subject');
  for (const part of [
    'Brute force attempt from 1.2.3.4',
    '<strong>Attack Detail</strong>',
    '&amp; clean it',
    'https://console.alertlogic.com/fake/incident/url',
  ]) {
    hold(first.html?.includes(part) === true, `the HTML lacks ${part}: ${first.html}`);
  }
  const { recommendations: _left, ...less } = incident.incident as { recommendations: string };
  const second = await mail({ ...incident, incident: less });
  same(second.verdict, 'accepted', 'the mail without recommendations');
  const third = await mail({
    ...incident,
    incident: { ...incident.incident, summary: 'a\r\nBcc: thief@example.com\r\n\r\nbody' },
  });
  same(
    [third.verdict, third.headers['bcc'] ?? null, third.recipients?.length],
    ['accepted', null, 1],
    'a summary with line ends',
  );
  const to = `test@${desk.word('a8')}.example.test`;
  await desk.stage.api.post('/v1/connectors/test', {
    connector: { name: 'x', target: 'email', config: { to: [to], subject } },
    type: 'incident',
  });
  const [test] = await desk.stage.receivers.waitFor({ target: 'email', name: to }, 1, 10_000);
  same(test?.subject, 'Waybill Incident Report', 'the subject of a test');
  return `subject and HTML as documented; line ends stay in the subject: ${JSON.stringify(third.subject)}; a test has its fixed subject`;
}

async function a9(desk: Desk): Promise<string> {
  const { api, receivers } = desk.stage;
  const name = desk.word('a9');
  const body =
    '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}';
  await receivers.script('webhook', name, [{ status: 401, headers: { 'www-authenticate': 'Basic' }, body }]);
  const connector = {
    name,
    target: 'webhook',
    config: { url: `${desk.receiversUrl}/webhook/${name}`, auth: { kind: 'basic', username: 'admin' } },
    secrets: { password: 'testpassword' },
  };
  const before = await api.call('GET', '/v1/connectors?limit=200');
  const answer = await api.call('POST', '/v1/connectors/test', { connector, type: 'incident' });
  const after = await api.call('GET', '/v1/connectors?limit=200');
  const { response, request, timingsMs, outcome } = answer.json as unknown as Tested;
  same(
    [answer.status, outcome, response?.status, response?.body, response?.headers['www-authenticate']],
    [200, 'refused', 401, body, 'Basic'],
    'test',
  );
  hold(!answer.text.includes('testpassword') && !answer.text.includes('YWRtaW46'), 'the credential is in the answer');
  const [item] = await desk.received('webhook', (one) => one.name === name);
  same(request?.body, item?.body, 'the body shown and the body received');
  same(after.text, before.text, 'the list of connectors');
  const secure = (await (await fetch(`${desk.receiversUrl}/_tls`)).json()) as { tlsUrl: string };
  const broken = await api.call('POST', '/v1/connectors/test', {
    connector: { ...connector, config: { url: `${secure.tlsUrl}/webhook/${name}` }, secrets: {} },
    type: 'incident',
  });
  const tls = broken.json as unknown as Tested;
  same(
    [broken.status, tls.response, tls.error?.code],
    [200, null, 'tls_certificate_invalid'],
    'a certificate nobody vouches for',
  );
  const at = async (url: string): Promise<Tested> => {
    const given = { name, target: 'webhook', config: { url } };
    const tested = await api.call('POST', '/v1/connectors/test', { connector: given, type: 'incident' });
    same(tested.status, 200, `a test of ${url}`);
    return tested.json as unknown as Tested;
  };
  const closed = await at(`http://127.0.0.1:${sparePorts.last}/in`);
  const error = { code: 'connect_failed', message: 'No connection (ECONNREFUSED).' };
  same([closed.response, closed.error], [null, error], 'an allowed address where nobody listens');
  // One where somebody listens, one where nobody does, one of the inside: what is not allowed tells nothing of itself.
  const listening = new URL(desk.stage.dev.databaseUrl).port;
  const hidden = [null, { code: 'egress_blocked', message: 'This address is not allowed.' }, noTimings];
  for (const url of [`http://127.0.0.1:${listening}/`, 'http://127.0.0.1:9/', 'http://10.0.0.1/']) {
    const blocked = await at(url);
    same([blocked.response, blocked.error, blocked.timingsMs], hidden, `an address that is not allowed, ${url}`);
  }
  return `401, its header and body byte for byte; phases ${Object.keys(timingsMs).join(' ')}; TLS: "${tls.error?.message}"; nobody listening: "${error.message}"; not allowed, listening or not: "This address is not allowed."`;
}

const noTimings = { dns: 0, connect: 0, tls: 0, firstByte: 0, total: 0 };

interface Tested {
  readonly outcome: string;
  readonly request: { readonly body: string } | null;
  readonly response: {
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly timingsMs: Readonly<Record<string, number>>;
}

async function faults(desk: Desk): Promise<string> {
  const name = desk.word('a9');
  const said: string[] = [];
  const cases: [string, Readonly<Record<string, unknown>>][] = [
    ['json that does not end', json('incident', '{"a": "{{incident.summary"')],
    ['jq that does not parse', jq('incident', '{a: .b +}')],
    ['jq that fails', jq('incident', '"Customer " + .accountId')],
  ];
  for (const [what, templates] of cases) {
    const connector = { name, target: 'webhook', config: { url: `${desk.receiversUrl}/webhook/${name}` }, templates };
    const {
      status,
      json: problem,
      text,
    } = await desk.stage.api.call('POST', '/v1/connectors/test', { connector, type: 'incident' });
    hold(status === 422, `${what}: ${status} ${text}`);
    const [fault] = (problem['errors'] ?? []) as { line?: number; column?: number; message?: string }[];
    hold(
      what.endsWith('fails') || (fault?.line !== undefined && fault.column !== undefined),
      `${what}: no place in ${text}`,
    );
    said.push(
      `${what}: ${fault?.line === undefined ? '' : `line ${fault.line}, column ${fault.column}, `}${fault?.message ?? String(problem['detail'])}`,
    );
  }
  const items = await desk.received('webhook', (one) => one.name === name);
  same(items.length, 0, 'requests');
  return said.join('; ');
}
