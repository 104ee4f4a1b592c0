import { setTimeout as delay } from 'node:timers/promises';
import type { DevContent } from '@waybill/dev-stack/dev-file';
import { waybillApi } from '@waybill/dev-stack/waybill-api';
import { Pool } from 'undici';
import { notificationOfBytes } from './payload.js';
import { publishAll } from './publish-all.js';

export interface WalkFigure {
  readonly fanOut: number;
  readonly notifications: number;
  /** From the first publish to the last arrival at the receiver. */
  readonly seconds: number;
  readonly deliveriesPerSecond: number;
  readonly notificationsPerSecond: number;
}

/** A run that has not arrived by then has failed. */
const arriveWaitMs = 120_000;
/** Asked so often at the end; before, a few times, because each question takes its part of what is measured. */
const askAgainMs = { least: 10, most: 250 };

/**
 * Publishes notifications of about 1 KB over JetStream and waits until the receiver has every delivery: the whole walk, with
 * publisher, broker, database, services and receiver on this machine. `fanOut` connectors take each notification.
 */
export async function measureWalk(dev: DevContent, fanOut: number, notifications: number): Promise<WalkFigure> {
  const type = `bench-${fanOut}-${Date.now()}`;
  const name = `bench-${fanOut}`;
  await subscribe(dev, type, name, fanOut);
  await fetch(`${dev.receiversUrl}/_received`, { method: 'DELETE' });
  const begun = performance.now();
  await publishAll(dev, type, notifications);
  await arrived(dev, notifications * fanOut).catch(async (error: Error) => {
    throw new Error(`${error.message}; ${await statusesNow(dev)}`, { cause: error });
  });
  const seconds = (performance.now() - begun) / 1_000;
  return {
    fanOut,
    notifications,
    seconds,
    deliveriesPerSecond: Math.round((notifications * fanOut) / seconds),
    notificationsPerSecond: Math.round(notifications / seconds),
  };
}

async function subscribe(dev: DevContent, type: string, name: string, fanOut: number): Promise<void> {
  const api = waybillApi(dev.httpUrl, dev.adminKey);
  const connectorIds: string[] = [];
  for (let index = 0; index < fanOut; index += 1) {
    const { id } = await api.post<{ id: string }>('/v1/connectors', {
      name: `${type} ${index}`,
      target: 'webhook',
      config: { url: `${dev.receiversUrl}/webhook/${name}-${index}`, method: 'POST' },
      templates: {
        [type]: { format: 'json', body: '{"id":"{{id}}","summary":"{{summary}}","score":{{score}},"text":"{{text}}"}' },
      },
      limits: { maxConcurrent: 16 },
    });
    connectorIds.push(id);
  }
  await api.post('/v1/subscriptions', { name: type, connectorIds, types: [type] });
}

/** Only what these deliveries are sent to is in the ledger since it was emptied, so that one question counts every name. */
async function arrived(dev: DevContent, wanted: number): Promise<void> {
  const begun = Date.now();
  for (;;) {
    const response = await fetch(`${dev.receiversUrl}/_received/count?target=webhook`);
    const { accepted } = (await response.json()) as { accepted: number };
    if (accepted >= wanted) return;
    const tookMs = Date.now() - begun;
    if (tookMs > arriveWaitMs)
      throw new Error(`only ${accepted} of ${wanted} arrived within ${arriveWaitMs / 1_000} s`);
    const leftMs = accepted === 0 ? Infinity : ((wanted - accepted) / accepted) * tookMs;
    await delay(Math.max(askAgainMs.least, Math.min(askAgainMs.most, leftMs / 4)));
  }
}

/** Where deliveries stand, for whoever asks why they did not arrive. */
async function statusesNow(dev: DevContent): Promise<string> {
  const api = waybillApi(dev.httpUrl, dev.adminKey);
  const { facets } = await api.get<{ facets: { status: unknown } }>('/v1/deliveries/facets');
  return `deliveries by status: ${JSON.stringify(facets.status)}`;
}

/** The floor: one undici loop that posts the same number of bytes to the same receiver and keeps no record at all. */
export async function measureBarePosts(dev: DevContent, count: number): Promise<number> {
  const pool = new Pool(dev.receiversUrl, { connections: 16 });
  const body = notificationOfBytes(0, 1_024);
  const begun = performance.now();
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const response = await pool.request({
        path: '/webhook/bare',
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      await response.body.dump();
    }
  };
  await Promise.all(Array.from({ length: 16 }, loop));
  const seconds = (performance.now() - begun) / 1_000;
  await pool.close();
  return Math.round(count / seconds);
}
