import type { LogEvent } from '@waybill/contracts/log-event';
import {
  type DerivedKeys,
  type NotificationRouted,
  openSealedNotification,
} from '@waybill/contracts/log/subscriptions';
import type { EventLog, StreamAppend } from '@waybill/event-log/log';
import { deliveryIdOf } from '@waybill/service-kit/ids';
import type { Log } from '@waybill/service-kit/logger';
import type { Connector, Connectors } from '../work/connectors.js';
import type { Correlate } from '../work/correlate.js';
import type { Engine } from '../work/engine.js';
import { advance, type Decision, decideFor, type Job, type JobNotification } from '../work/job.js';
import type { Parked } from '../work/parked.js';
import type { ConnectorsKnown } from './connectors-known.js';

/** Deliveries that are accepted in one append: two events each, half a group of the log. What stands behind them waits for the whole append. */
const deliveriesPerAppend = 125;
/**
 * While one append is being written the next is laid out and waits for its group: the cursor says that it stands behind the first, and is
 * refused with it. With one at a time the log took 2,200 deliveries/s at fan-out 1, with two 2,500 (`bench --smoke`, twice each).
 */
const appendsAtOnce = 2;

export interface RoutedParts {
  readonly eventLog: EventLog;
  readonly connectors: Connectors;
  readonly connectorsKnown: ConnectorsKnown;
  readonly engine: Engine;
  readonly log: Log;
  readonly actor: string;
  readonly correlate: Correlate;
  readonly parked: Parked;
  /** Told when deliveries were accepted that wait for their turn in the due table, with the position of the last event. */
  readonly turnsTo: (position: number) => void;
}

/** Where the log of subscriptions has been read to; moved in the same transaction as what follows from it. */
export interface Place {
  position: number;
}

interface Accepted {
  readonly job: Job;
  /** The first attempt begins in the same append. */
  readonly begins: boolean;
  readonly connector: Connector | undefined;
  readonly decision: Decision;
}

/** Attempts that begin in appends under way, by connector: the engine hears of them when they are written. */
type Begun = Map<string, number>;

/**
 * Makes one delivery per (notification, subscription, connector) of every routing decision, and begins the first attempt in the same
 * append where the connector has room. Only the holder of the reader's lease calls this; the cursor in the append is the fence.
 */
export async function takeRouted(
  events: LogEvent[],
  place: Place,
  fence: { lease: string; epoch: number },
  parts: RoutedParts,
): Promise<void> {
  await parts.connectorsKnown.of(events);
  const begun: Begun = new Map();
  const underWay: Promise<void>[] = [];
  let from = place.position;
  try {
    while (events.length > 0) {
      if (underWay.length >= appendsAtOnce) await underWay.shift();
      const batch = acceptSome(events, begun, parts);
      const writing = write(batch, from, place, fence, parts).finally(() => forget(batch, begun));
      // It may fail before anybody awaits it.
      writing.catch(() => undefined);
      underWay.push(writing);
      from = batch.last.position;
    }
  } finally {
    // Also where the first was refused: whoever asks for the cursor next must find nothing under way.
    await Promise.allSettled(underWay);
  }
  await Promise.all(underWay);
}

async function write(
  { accepted, closings, last }: Batch,
  from: number,
  place: Place,
  fence: { lease: string; epoch: number },
  parts: RoutedParts,
): Promise<void> {
  const result = await parts.eventLog.append({
    streams: [
      ...accepted.map(({ decision }): StreamAppend => ({ ...decision.append, onConflict: 'skip' })),
      ...closings.values(),
    ],
    cursor: { source: last.log, sourceEpoch: last.epoch, from, to: last.position },
    fence,
  });
  place.position = last.position;
  let turns = false;
  for (const [index, { job, connector, decision }] of accepted.entries()) {
    // A delivery that exists was accepted before: the same routing decision came twice.
    if (result.streams[index]?.written !== true) continue;
    advance(job, decision);
    if (job.state.status === 'suppressed' || connector?.state !== 'enabled') continue;
    if (!isCorrelated(job)) parts.engine.offer(job, connector);
    else {
      turns = true;
      if (job.notification !== null) parts.parked.park(job.deliveryId, job.notification);
    }
  }
  if (turns) parts.turnsTo(result.headPosition);
}

interface Batch {
  readonly accepted: Accepted[];
  /** By stream. */
  readonly closings: ReadonlyMap<string, StreamAppend>;
  /** The last event that was taken. */
  readonly last: LogEvent;
}

/**
 * Takes whole notifications out of the events until an append is full; a single one may have a larger fan-out and then goes alone. What is
 * taken is let go of: a batch of large fan-out is under way for a second, and the garbage collector would carry all of it along.
 */
function acceptSome(events: LogEvent[], begun: Begun, parts: RoutedParts): Batch {
  const accepted: Accepted[] = [];
  const closings = new Map<string, StreamAppend>();
  let taken = 0;
  let last = events[0] as LogEvent;
  while (taken < events.length && (taken === 0 || accepted.length < deliveriesPerAppend)) {
    const event = events[taken] as LogEvent;
    // A closing cancels what stands before it in this log: what was routed after it goes into the next append.
    if (closings.size > 0 && event.type === 'NotificationRouted') break;
    last = event;
    taken += 1;
    if (event.type === 'NotificationRouted') accept(event, accepted, begun, parts);
    else if (event.type === 'SubscriptionDeleted' || event.type === 'SubscriptionDisabled')
      close(event, closings, parts.actor);
  }
  events.splice(0, taken);
  return { accepted, closings, last };
}

/** What waits for the subscription is to be cancelled: the read model of this log finds it, whichever copy holds it. */
function close(event: LogEvent, closings: Map<string, StreamAppend>, actor: string): void {
  const subscriptionId = event.stream.slice('subscription-'.length);
  const reason = event.type === 'SubscriptionDeleted' ? 'subscription_deleted' : 'subscription_disabled';
  const stream = `closing-${subscriptionId}`;
  const before = closings.get(stream)?.events ?? [];
  const closed = {
    type: 'SubscriptionClosed',
    schemaVersion: 1,
    data: { subscriptionId, reason },
    meta: { actor, causationId: event.eventId },
  };
  closings.set(stream, { stream, tenant: event.tenant, expected: 'any', events: [...before, closed] });
}

function accept(event: LogEvent, into: Accepted[], begun: Begun, parts: RoutedParts): void {
  const routed = event.data as unknown as NotificationRouted;
  if (routed.chosen.length === 0 && routed.suppressed.length === 0) return;
  const opened = event.sealed === null ? null : openSealedNotification(event.sealed);
  const shared = new Map<string | null, JobNotification>();
  for (const { subscriptionId, connectorIds } of routed.chosen) {
    const notification = opened && notificationOf(routed, opened.payloadText, opened.keys, subscriptionId, shared);
    for (const connectorId of connectorIds) {
      const connector = parts.connectors.get(connectorId);
      const job = jobOf(event, routed, subscriptionId, connectorId, notification);
      const correlationMac = connector && notification ? parts.correlate.macOf(connector, notification) : undefined;
      // What has a key takes its turn after the earlier deliveries of the same thing; the due table knows whose turn it is.
      const mayBegin = connector?.state === 'enabled' && correlationMac === undefined;
      const plan = mayBegin ? planWithin(connector, begun, parts.engine) : null;
      const delivery = { ...acceptedData(event, routed, job, subscriptionId), correlationMac };
      const decision = decideFor(job, { type: 'AcceptDelivery', delivery, begin: plan }, parts.actor);
      if (decision !== null) into.push({ job, begins: plan !== null, connector, decision });
    }
  }
  for (const held of routed.suppressed) {
    const notification = opened && notificationOf(routed, opened.payloadText, opened.keys, held.subscriptionId, shared);
    suppress(event, routed, held, notification, into, parts);
  }
}

/** What a subscription held back is a delivery that has ended so, to be found with all others; nothing is begun. */
function suppress(
  event: LogEvent,
  routed: NotificationRouted,
  { subscriptionId, connectorIds = [], until }: NotificationRouted['suppressed'][number],
  notification: JobNotification | null,
  into: Accepted[],
  parts: RoutedParts,
): void {
  const by = { reason: 'suppression_window', until } as const;
  for (const connectorId of connectorIds) {
    const connector = parts.connectors.get(connectorId);
    const correlationMac = connector && notification ? parts.correlate.macOf(connector, notification) : undefined;
    const job = jobOf(event, routed, subscriptionId, connectorId, notification);
    const delivery = { ...acceptedData(event, routed, job, subscriptionId), correlationMac };
    const decision = decideFor(job, { type: 'SuppressDelivery', delivery, by }, parts.actor);
    if (decision !== null) into.push({ job, begins: false, connector, decision });
  }
}

function forget({ accepted }: Batch, begun: Begun): void {
  for (const { begins, job } of accepted) if (begins) begun.set(job.connectorId, (begun.get(job.connectorId) ?? 0) - 1);
}

function isCorrelated({ state }: Job): boolean {
  return state.status !== 'none' && state.accepted.correlationMac !== undefined;
}

/** The fan-out shares one object per correlation key, so that the payload is parsed once. */
function notificationOf(
  routed: NotificationRouted,
  payloadText: string,
  keys: DerivedKeys | null,
  subscriptionId: string,
  shared: Map<string | null, JobNotification>,
): JobNotification {
  const correlationKey = keys?.correlation[subscriptionId] ?? null;
  const known = shared.get(correlationKey);
  if (known) return known;
  const { id, type, source, time } = routed;
  const notification = { facts: { id, type, source, time }, payloadText, correlationKey };
  shared.set(correlationKey, notification);
  return notification;
}

function planWithin(connector: Connector, begun: Begun, engine: Engine) {
  const nowMs = Date.now();
  const used = begun.get(connector.id) ?? 0;
  if (used >= engine.roomToBegin(connector, nowMs)) return null;
  begun.set(connector.id, used + 1);
  return engine.plan(connector, nowMs);
}

function jobOf(
  event: LogEvent,
  routed: NotificationRouted,
  subscriptionId: string,
  connectorId: string,
  notification: JobNotification | null,
): Job {
  return {
    deliveryId: deliveryIdOf(Date.parse(event.at), routed.notificationId, subscriptionId, connectorId),
    tenant: event.tenant,
    connectorId,
    notificationId: routed.notificationId,
    traceparent: event.traceparent ?? undefined,
    state: { status: 'none' },
    version: 0,
    connector: null,
    notification,
    rendered: null,
    remembered: null,
  };
}

function acceptedData(event: LogEvent, routed: NotificationRouted, job: Job, subscriptionId: string) {
  return {
    deliveryId: job.deliveryId,
    notificationId: routed.notificationId,
    notificationType: routed.type,
    subscriptionId,
    connectorId: job.connectorId,
    routed: { log: event.log, epoch: event.epoch, position: event.position, at: event.at },
  };
}
