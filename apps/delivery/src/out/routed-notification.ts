import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import { decodeLogEvent, type LogEvent, sealedAtHeader } from '@waybill/contracts/log-event';
import { type NotificationRouted, openSealedNotification } from '@waybill/contracts/log/subscriptions';
import { logStream, noTenant, rpcSubject } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';
import type { Job, JobNotification } from '../work/job.js';

/**
 * Fetches what was routed for a delivery that did not bring it along (after a restart, or from another copy): from the window of the
 * log of subscriptions, and when that has lost it from subscriptions itself. Null while nobody who has it answers.
 */
export async function fetchNotification(
  job: Job,
  nc: NatsConnection,
  log: Log,
): Promise<JobNotification | 'shredded' | null> {
  if (job.state.status === 'none') throw new Error('a delivery that was never routed');
  const { routed, subscriptionId } = job.state.accepted;
  const event = (await fromWindow(nc, routed.log, routed.position)) ?? (await fromSource(nc, routed.position, log));
  if (event === null) return null;
  if (event.sealed === null) return 'shredded';
  const { id, type, source, time } = event.data as unknown as NotificationRouted;
  const { payloadText, keys } = openSealedNotification(event.sealed);
  return { facts: { id, type, source, time }, payloadText, correlationKey: keys?.correlation[subscriptionId] ?? null };
}

async function fromWindow(nc: NatsConnection, log: string, position: number): Promise<LogEvent | null> {
  try {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const message = await manager.streams.getMessage(logStream(log), { seq: position });
    if (message === null) return null;
    const at = message.header.get(sealedAtHeader);
    return decodeLogEvent(message.data, at === '' ? null : Number(at));
  } catch {
    // Gone from the window, or no window: the source has it.
    return null;
  }
}

async function fromSource(nc: NatsConnection, position: number, log: Log): Promise<LogEvent | null> {
  try {
    const subject = rpcSubject('subscriptions', noTenant, 'log.read');
    const page = await ask<{ events: { text: string; sealedAt: number | null }[] }>(nc, subject, {
      after: position - 1,
      limit: 1,
    });
    const first = page.events[0];
    return first ? decodeLogEvent(first.text, first.sealedAt) : null;
  } catch (error) {
    log.warn({ err: error, position }, 'payload.not-fetched');
    return null;
  }
}
