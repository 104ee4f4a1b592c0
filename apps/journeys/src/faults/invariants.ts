import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { Sink } from '../account.js';
import { keysMax } from '../publisher.js';
import { eventsOf, headOf, type SeenEvent } from '../log-events.js';
import { runRebuild } from '../rebuild.story.js';
import type { Stage } from '../stage.js';
import { hold } from '../story.js';

/** I8: every attempt begins at the time for which it was scheduled or after it, and none after the end of its delivery. */
export async function attemptsInTime(stage: Stage, from: number): Promise<string> {
  const types = ['RetryScheduled', 'AttemptStarted', 'DeliveryDelivered', 'DeliveryDeadLettered', 'DeliveryCancelled'];
  const events = (await Promise.all(types.map((type) => eventsOf(stage, 'delivery-0', type, from)))).flat();
  const streams = Map.groupBy(
    events.sort((one, other) => one.position - other.position),
    ({ stream }) => stream,
  );
  let retries = 0;
  for (const [stream, own] of streams) {
    let due: SeenEvent | null = null;
    let over: SeenEvent | null = null;
    for (const event of own) {
      if (event.type === 'RetryScheduled') due = event;
      else if (event.type !== 'AttemptStarted') over = event;
      else {
        hold(over === null, `${stream} was attempted at ${event.position} after its end at ${over?.position}`);
        const dueAt = due === null ? '' : textOf(due, 'dueAt');
        const startedAt = textOf(event, 'startedAt');
        hold(startedAt >= dueAt, `${stream}: due at ${dueAt}, attempted at ${startedAt}`);
        retries += dueAt === '' ? 0 : 1;
        due = null;
      }
    }
  }
  hold(retries > 0, 'there was no retry: nothing was seen');
  return `${streams.size} deliveries, ${retries} retries, none before its time and none after an end`;
}

const textOf = ({ data }: SeenEvent, member: string): string => (typeof data[member] === 'string' ? data[member] : '');

/** I7: what is about one thing came to the receiver for the first time in the order in which it stands on the log. */
export async function keptInOrder(stage: Stage, sink: Sink, from: number): Promise<string> {
  const [routed, deliveries, ids] = await Promise.all([
    eventsOf(stage, 'subscriptions-0', 'NotificationRouted', from),
    stage.api.all<Delivery>(`/v1/deliveries?connectorId=${sink.connectorId}`),
    stage.receivers.received({ target: 'webhook', name: sink.name }),
  ]);
  const positions = new Map(routed.map(({ position, data }) => [String(data['notificationId']), position]));
  const positionOf = new Map(deliveries.map(({ id, notificationId }) => [id, positions.get(notificationId) ?? 0]));
  const reached = new Map<string, number>();
  const seen = new Set<string>();
  const turned: string[] = [];
  for (const { headers, body } of ids) {
    const id = headers['webhook-id'] ?? '';
    if (seen.has(id)) continue;
    seen.add(id);
    const key = String((JSON.parse(body) as { n: number }).n % keysMax);
    const position = positionOf.get(id) ?? 0;
    if (position < (reached.get(key) ?? 0)) turned.push(`${id} (${position} after ${reached.get(key)})`);
    reached.set(key, Math.max(position, reached.get(key) ?? 0));
  }
  hold(turned.length === 0, `${turned.length} of ${seen.size} came out of order: ${turned.slice(0, 5).join(', ')}`);
  return `${seen.size} deliveries about ${reached.size} things, each in the order of the log`;
}

const logs = ['registry-0', 'subscriptions-0', 'delivery-0'];

/** I5: from the first event to the last, which the notary signs when it is asked for. */
export async function provenLogs(stage: Stage): Promise<string> {
  const told = await Promise.all(
    logs.map(async (log) => {
      const head = await headOf(stage, log);
      let verified = 0;
      for (let from: number | null = 1; from !== null;) {
        const answer: Verdict = await stage.api.post<Verdict>(`/v1/log/${log}/verify`, { from, to: head });
        hold(answer.verified, `${log} is not what was signed: ${JSON.stringify(answer).slice(0, 500)}`);
        verified += answer.events;
        from = answer.nextFrom;
      }
      hold(verified >= head, `${log}: ${verified} events verified of ${head}`);
      return `${log} ${verified}`;
    }),
  );
  return `events verified: ${told.join(', ')}`;
}

interface Verdict {
  readonly verified: boolean;
  readonly events: number;
  readonly nextFrom: number | null;
}

/** I6. */
export async function rebuiltEqual(stage: Stage): Promise<string> {
  const told: string[] = [];
  for (const service of ['registry', 'subscriptions', 'delivery']) told.push(...(await runRebuild(stage, service)));
  return told.join(' ');
}

/** I10: SEC-01 looks everywhere; here the logs alone, in which a fault may say what nothing else does. */
export function noSecretInLogs(stage: Stage, secret: string): string {
  const folder = join(stage.dataDir, 'logs');
  const names = readdirSync(folder);
  let bytes = 0;
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    bytes += text.length;
    hold(!text.includes(secret), `${name} has the secret of a connector`);
  }
  return `${names.length} logs of ${bytes} bytes`;
}
