import { Refused } from '@waybill/decider/decider';
import type { DeliveryCommand } from '@waybill/delivery/decide';
import { type EventLog, type RecordedEvent, shredded } from '@waybill/event-log/log';
import { logTime } from '@waybill/event-log/log-time';
import { openKeptAttempt, type KeptRendering } from './out/kept-attempt.js';
import { decideFor, type Job, stateOf, streamOf } from './work/job.js';

/** Attempts of several redeliveries: three or four events each. */
const streamEventsMax = 2_000;

/** Loads, decides and appends for commands that a person gives; the engine does the same for its own. */
export class HandleDelivery {
  constructor(private readonly eventLog: EventLog) {}

  /** The moment of a command that is given now. */
  get now(): string {
    return logTime(this.eventLog);
  }

  eventsOf(deliveryId: string): Promise<RecordedEvent[]> {
    return this.eventLog.readStream(streamOf(deliveryId), { limit: streamEventsMax });
  }

  /** Appends what the command leads to and answers the position of the last event; 404 for another tenant's delivery. */
  async change(tenant: string, deliveryId: string, command: DeliveryCommand, actor: string): Promise<number> {
    const events = await this.eventsOf(deliveryId);
    const job = jobFrom(deliveryId, events);
    if (job === null || job.tenant !== tenant) throw new Refused('delivery_unknown', 'There is no such delivery.');
    if (command.type === 'Redeliver' && command.mode === 'same-bytes' && isShredded(events)) {
      throw new Refused('payload_shredded', 'The bytes of this delivery were shredded; nothing can send them again.');
    }
    const decision = decideFor(job, command, actor);
    if (decision === null) return events.at(-1)?.position ?? 0;
    const result = await this.eventLog.append({ streams: [decision.append] });
    return result.events.at(-1)?.position ?? 0;
  }
}

/** A delivery as its stream says, ready for the engine; null when there is none. */
export function jobFrom(deliveryId: string, events: readonly RecordedEvent[]): Job | null {
  const state = stateOf(events);
  const last = events.at(-1);
  if (state.status === 'none' || last === undefined) return null;
  return {
    deliveryId,
    tenant: last.tenant,
    connectorId: state.accepted.connectorId,
    notificationId: state.accepted.notificationId,
    traceparent: last.meta.traceparent,
    state,
    version: last.version,
    connector: null,
    notification: null,
    rendered: renderingOf(events),
    remembered: null,
  };
}

/**
 * What was rendered last: the bytes that a retry and a redelivery in the mode `same-bytes` send. Null where a redelivery asked for it to be
 * rendered again and nothing was since.
 */
function renderingOf(events: readonly RecordedEvent[]): KeptRendering | null {
  for (const event of events.toReversed()) {
    if (event.type === 'RedeliveryRequested' && event.data['mode'] === 'render-again') return null;
    if (typeof event.sealed !== 'string') continue;
    const { rendered } = openKeptAttempt(event.sealed);
    if (rendered) return rendered;
  }
  return null;
}

/** Whether something of a delivery can no longer be read. */
export function isShredded(events: readonly RecordedEvent[]): boolean {
  return events.some((event) => event.sealed === shredded);
}
