import { publishOverNats } from './publish.js';
import { waitForReceived } from './received.js';
import type { DevContent } from './dev-file.js';
import { waybillApi, type WaybillApi } from './waybill-api.js';

/** What a fresh data folder begins with: two connectors, a subscription each, and one incident delivered to both. */
export interface Seeded {
  readonly notificationId: string | null;
  /** False where something did not arrive in time; the next start tries again. */
  readonly complete: boolean;
  /** Sentences for people: what has happened. */
  readonly story: readonly string[];
}

const receiveWaitMs = 30_000;

/** Uses the HTTP API and NATS like any user. Can be repeated after a start that was cut short: what exists by name is not made again. */
export async function seedExample(dev: DevContent): Promise<Seeded> {
  const api = waybillApi(dev.httpUrl, dev.adminKey);
  const webhook = await ensureNamed(api, '/v1/connectors', {
    name: 'Example webhook',
    target: 'webhook',
    config: { url: `${dev.receiversUrl}/webhook/example`, method: 'POST' },
  });
  const email = await ensureNamed(api, '/v1/connectors', {
    name: 'Example mailbox',
    target: 'email',
    config: { to: ['soc@example.com'], subject: 'Incident: {{incident.summary}}' },
  });
  await ensureNamed(api, '/v1/subscriptions', {
    name: 'Incidents to the example webhook',
    connectorIds: [webhook],
    types: ['incident'],
  });
  await ensureNamed(api, '/v1/subscriptions', {
    name: 'Incidents to the example mailbox',
    connectorIds: [email],
    types: ['incident'],
  });
  return publishSample(dev, api);
}

async function publishSample(dev: DevContent, api: WaybillApi): Promise<Seeded> {
  const { sample } = await api.get<{ sample: Record<string, unknown> }>('/v1/notification-types/incident');
  const since = new Date().toISOString();
  await publishOverNats(dev.natsUrl, dev.tenant, 'incident', sample);
  const [call, mail] = await Promise.all([
    waitForReceived(dev.receiversUrl, { target: 'webhook', name: 'example', since }, receiveWaitMs),
    waitForReceived(dev.receiversUrl, { target: 'email', since }, receiveWaitMs),
  ]);
  const { items } = await api.get<{ items: { id: string }[] }>('/v1/notifications?limit=1');
  const missing = [...(call === null ? ['the webhook receiver'] : []), ...(mail === null ? ['the mailbox'] : [])];
  const story = [
    'An incident was published to NATS by the tenant "default".',
    missing.length === 0
      ? 'It has arrived at the example webhook and in the example mailbox.'
      : `It has not arrived at ${missing.join(' and ')} within ${receiveWaitMs / 1000} s; look at its timeline and at the logs.`,
  ];
  return { notificationId: items[0]?.id ?? null, complete: missing.length === 0, story };
}

/** The id of what has this name, made when nothing has. */
async function ensureNamed(
  api: WaybillApi,
  path: string,
  wanted: { name: string; [field: string]: unknown },
): Promise<string> {
  const { items } = await api.get<{ items: { id: string; name: string }[] }>(`${path}?limit=200`);
  const found = items.find(({ name }) => name === wanted.name);
  return found?.id ?? (await api.post<{ id: string }>(path, wanted)).id;
}
