import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same, type Story } from '../story.js';

/** What was done is done again out of the logs alone, after everything that made it was changed. */
export const replay: Story = {
  name: 'replay',
  about: 'requests and decisions of the past are made again from the logs, after connectors and rules were changed',
  tell: (stage) => {
    const sent: Sent[] = [];
    return [
      {
        says: 'the request of every attempt is made again, byte for byte, for eight targets, json and jq, after template and connector were changed or deleted',
        holds: () => bytesAgain(stage, sent),
      },
      {
        says: 'so is a retry, and a redelivery of the same bytes, of a template that was changed in between',
        holds: () => retryAgain(stage),
      },
      decisionsAgain(stage),
    ];
  },
};

interface Given {
  readonly config: object;
  readonly secrets: Readonly<Record<string, string>>;
  /** A jq template that the target takes; `now` is the moment of the attempt. */
  readonly jq: string;
}

interface Sent {
  readonly name: string;
  readonly connectorId: string;
  readonly deliveryId: string;
}

const agent = { email: 'agent@example.com', apiToken: 'good-token' };
/** A ticket that says when it was rendered, below the member that the target wants. */
const ticket = (member: string): string => `{${member}: {summary: .incident.summary, description: "at \\(now)"}}`;
const teamsFlow =
  '/teams/powerautomate/automations/direct/workflows/flow-1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=waybill-dev-signature';

const givens = (receivers: string, smtpUrl: string): Record<string, Given> => ({
  webhook: { config: { url: `${receivers}/webhook/replay` }, secrets: {}, jq: '{at: now, n: .number}' },
  slack: {
    config: {},
    secrets: { url: `${receivers}/slack/services/T000/B077/known-token` },
    jq: '{text: "at \\(now)"}',
  },
  teams: { config: {}, secrets: { url: receivers + teamsFlow }, jq: '{text: "at \\(now)"}' },
  pagerduty: {
    config: { baseUrl: `${receivers}/pagerduty` },
    secrets: { routingKey: '0123456789abcdef0123456789abcdef' },
    jq: '{payload: {summary: "at \\(now)", source: "replay", severity: "error"}}',
  },
  jira: {
    config: { baseUrl: `${receivers}/jira`, deployment: 'cloud', projectKey: 'OPS' },
    secrets: agent,
    jq: ticket('fields'),
  },
  'jira-service-management': {
    config: { baseUrl: `${receivers}/jsm`, serviceDeskId: '10', requestTypeId: '25' },
    secrets: agent,
    jq: ticket('requestFieldValues'),
  },
  servicenow: {
    config: { baseUrl: `${receivers}/servicenow` },
    secrets: { username: 'admin', password: 'good-password' },
    jq: '{short_description: "at \\(now)"}',
  },
  email: {
    config: { to: ['replay@example.com'], subject: '{{incident.summary}}', smtpUrl },
    secrets: {},
    jq: '{subject: "at \\(now)", markdown: "**now**"}',
  },
});

const endedWithinMs = 30_000;
const other = { format: 'json', body: '{"changed":"{{incident.summary}}"}' };

interface Connector {
  readonly id: string;
  readonly version: number;
}
interface Replayed {
  readonly attempt: number;
  readonly same: boolean;
  readonly connectorVersion: number;
  readonly notes: readonly string[];
}

async function bytesAgain(stage: Stage, sent: Sent[]): Promise<string> {
  const { receiversUrl, smtpUrl } = stage.dev;
  for (const [target, { config, secrets, jq }] of Object.entries(givens(receiversUrl, smtpUrl))) {
    for (const format of ['json', 'jq'] as const) {
      const templates = format === 'jq' ? { incident: { format, body: jq } } : {};
      const name = `${target} ${format}`;
      const done = await send(stage, name, { target, config, secrets, templates }).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`);
      });
      sent.push({ name, ...done });
    }
  }
  for (const [at, { connectorId }] of sent.entries()) {
    const { version } = await stage.api.get<Connector>(`/v1/connectors/${connectorId}`);
    await change(stage, 'PATCH', connectorId, version, { name: 'changed', templates: { incident: other } });
    if (at % 2 === 0) await change(stage, 'DELETE', connectorId, version + 1);
  }
  for (const { name, deliveryId } of sent) {
    const again = await stage.api.get<Replayed>(`/v1/deliveries/${deliveryId}/replay`);
    same([again.same, again.notes], [true, []], name);
  }
  const { code, said } = await waybill(stage, 'replay', '--delivery', sent[0]?.deliveryId ?? '', '--bytes');
  same(code, 0, said);
  return `${sent.length} requests, each with the recorded SHA-256`;
}

async function retryAgain(stage: Stage): Promise<string> {
  const name = `replay-retry-${Date.now()}`;
  await stage.receivers.script('webhook', name, [{ status: 503, times: 1 }]);
  const { connectorId, deliveryId } = await send(
    stage,
    name,
    {
      target: 'webhook',
      config: { url: `${stage.dev.receiversUrl}/webhook/${name}` },
      secrets: {},
      templates: {},
      limits: { retryDelaysSeconds: [0, 3] },
    },
    'retrying',
  );
  const { version } = await stage.api.get<Connector>(`/v1/connectors/${connectorId}`);
  await change(stage, 'PATCH', connectorId, version, { templates: { incident: other } });
  await ended(stage, deliveryId, 'delivered');
  await stage.api.post(`/v1/deliveries/${deliveryId}/redeliver`, { mode: 'same-bytes' });
  const attempts = [1, 2, 3];
  await eventually('the third attempt has ended', endedWithinMs, async () => {
    const { status, attempts: made } = await stage.api.get<{ status: string; attempts: unknown[] }>(
      `/v1/deliveries/${deliveryId}`,
    );
    return status === 'delivered' && made.length === attempts.length ? true : null;
  });
  const versions: number[] = [];
  for (const attempt of attempts) {
    const again = await stage.api.get<Replayed>(`/v1/deliveries/${deliveryId}/replay?attempt=${attempt}`);
    same(again.same, true, `attempt ${attempt}`);
    versions.push(again.connectorVersion);
  }
  hold(new Set(versions).size > 1, 'the connector was not changed between the attempts');
  return `3 attempts on connector versions ${versions.join(', ')}, all of the bytes of the first`;
}

function decisionsAgain(stage: Stage): Promised {
  return {
    says: "every decision is what the rules of its moment said, and today's rules are tried on it as a dry run that shows the difference",
    holds: async () => {
      const since = new Date().toISOString();
      const name = `replay-rules-${Date.now()}`;
      const config = { url: `${stage.dev.receiversUrl}/webhook/${name}` };
      await send(stage, name, { target: 'webhook', config, secrets: {}, templates: {} });
      const then = await decisions(stage, 'then', since);
      same([then.code, then.different], [0, 0], 'the decisions by the rules of then');
      const [subscription] = await stage.api.all<Connector & { name: string }>(`/v1/subscriptions?q=${name}`);
      const { id, version } = subscription as Connector;
      await change(stage, 'PATCH', id, version, { filter: { '=': [{ source: 'mark' }, 'nobody'] } }, 'subscriptions');
      const now = await decisions(stage, 'now', since);
      same([now.code, now.different], [0, 1], 'the decisions by the rules of now');
      same((await decisions(stage, 'then', since)).different, 0, 'the decisions by the rules of then, later');
      return `${then.notifications} notifications: 0 differ by the rules of then, ${now.different} by those of now`;
    },
  };
}

async function decisions(stage: Stage, rules: 'then' | 'now', since: string) {
  const { code, said } = await waybill(stage, 'replay', '--decisions', '--rules', rules, '--since', since, '--json');
  return { code, ...(JSON.parse(said) as { notifications: number; different: number }) };
}

/** Makes a connector with a subscription of its own, publishes to it, and waits for what becomes of the delivery. */
async function send(stage: Stage, name: string, connector: object, status = 'delivered') {
  const mark = `${name}-${Date.now()}`;
  const { id: connectorId } = await stage.api.post<Connector>('/v1/connectors', { name, ...connector });
  const filter = { '=': [{ source: 'mark' }, mark] };
  await stage.api.post('/v1/subscriptions', { name: mark, connectorIds: [connectorId], types: ['incident'], filter });
  const { notificationId } = await stage.api.post<{ notificationId: string }>('/v1/notifications', {
    type: 'incident',
    payload: { mark, number: 1.5, incident: { summary: `Replay of ${name}`, threatRating: 'High' } },
  });
  const deliveryId = await eventually(`${name} has a delivery`, endedWithinMs, async () => {
    const [found] = await stage.api.all<{ id: string }>(
      `/v1/deliveries?notificationId=${notificationId}&connectorId=${connectorId}`,
    );
    return found?.id ?? null;
  });
  await ended(stage, deliveryId, status);
  return { connectorId, deliveryId };
}

async function ended(stage: Stage, deliveryId: string, wanted: string): Promise<void> {
  await eventually(`${deliveryId} is ${wanted}`, endedWithinMs, async () => {
    const { status, reason } = await stage.api.get<{ status: string; reason: string | null }>(
      `/v1/deliveries/${deliveryId}`,
    );
    if (status === 'dead-lettered') throw new Error(`${deliveryId} is a dead letter: ${reason ?? ''}`);
    return status === wanted ? status : null;
  });
}

async function change(
  stage: Stage,
  method: 'PATCH' | 'DELETE',
  id: string,
  version: number,
  body?: object,
  things = 'connectors',
): Promise<void> {
  const { status, text } = await stage.api.call(method, `/v1/${things}/${id}`, body, { 'if-match': `"${version}"` });
  hold(status < 300, `${method} of ${id} answered ${status}: ${text.slice(0, 300)}`);
}

async function waybill(stage: Stage, ...args: string[]): Promise<{ code: number; said: string }> {
  const { httpUrl, adminKey } = stage.dev;
  const child = spawn(process.execPath, [join('apps', 'cli', 'waybill.mjs'), ...args], {
    env: { PATH: process.env['PATH'], WAYBILL_URL: httpUrl, WAYBILL_KEY: adminKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? 1)));
  return { code, said };
}
