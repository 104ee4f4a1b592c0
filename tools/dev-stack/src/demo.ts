import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { publishOverNats } from './publish.js';
import { waitForReceived } from './received.js';
import type { DevContent } from './dev-file.js';
import { waybillApi } from './waybill-api.js';

/** `npm run demo`: on a running stack, publishes one incident and shows it arriving at the stand-in of Slack. */
const name = 'Demonstration: Slack';
const receiveWaitMs = 30_000;

async function demonstrate(): Promise<void> {
  const dev = readDevFile();
  const api = waybillApi(dev.httpUrl, dev.adminKey);
  const connectors = await api.get<{ items: { id: string; name: string }[] }>('/v1/connectors?target=slack&limit=200');
  let connector = connectors.items.find((one) => one.name === name)?.id;
  if (connector === undefined) {
    const url = `${dev.receiversUrl}/slack/services/T00000000/B00000000/demonstration`;
    connector = (
      await api.post<{ id: string }>('/v1/connectors', { name, target: 'slack', config: {}, secrets: { url } })
    ).id;
    await api.post('/v1/subscriptions', { name, connectorIds: [connector], types: ['incident'] });
    console.log(`made a Slack connector (${connector}) and a subscription to incidents`);
  }
  const { sample } = await api.get<{ sample: Record<string, unknown> }>('/v1/notification-types/incident');
  const since = new Date().toISOString();
  const began = performance.now();
  await publishOverNats(dev.natsUrl, dev.tenant, 'incident', sample);
  console.log('published an incident to NATS');
  const received = await waitForReceived(dev.receiversUrl, { target: 'slack', since }, receiveWaitMs);
  if (received === null)
    throw new Error(
      `nothing arrived at Slack's stand-in within ${receiveWaitMs / 1000} s; see ${dev.httpUrl} for the delivery`,
    );
  console.log(`it arrived at Slack's stand-in after ${Math.round(performance.now() - began)} ms:\n`);
  console.log(JSON.stringify(typeof received.body === 'string' ? JSON.parse(received.body) : received.body, null, 2));
  console.log(`\nthe delivery's timeline: ${dev.httpUrl}/ (Deliveries)`);
}

function readDevFile(): DevContent {
  const file = join(resolve(process.env['WAYBILL_DATA_DIR'] || '.waybill'), 'dev.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DevContent;
  } catch {
    throw new Error(`no stack has written ${file}; start one with npm start`);
  }
}

try {
  await demonstrate();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
