import type { LogEvent } from '@waybill/contracts/log-event';
import {
  type DerivedKeys,
  type NotificationRouted,
  openSealedNotification,
} from '@waybill/contracts/log/subscriptions';
import { deliveryIdOf } from '@waybill/service-kit/ids';
import type { Log } from '@waybill/service-kit/logger';
import type { Connector, Connectors } from '../work/connectors.js';
import type { Correlate } from '../work/correlate.js';
import type { Engine } from '../work/engine.js';
import { type Decision, decideFor, type Job, type JobNotification } from '../work/job.js';

export interface OpenRoutingParts {
  readonly connectors: Pick<Connectors, 'get'>;
  readonly engine: Pick<Engine, 'roomToBegin' | 'plan' | 'healths' | 'nowMs'>;
  readonly actor: string;
  readonly correlate: Pick<Correlate, 'macOf'>;
  readonly log: Pick<Log, 'error'>;
}

/** Attempts that begin in appends under way, by connector: the engine hears of them when they are written. */
export type Begun = Map<string, number>;

export interface Accepted {
  readonly job: Job;
  /** The first attempt begins in the same append. */
  readonly begins: boolean;
  readonly connector: Connector | undefined;
  readonly decision: Decision;
}

interface Pair {
  readonly subscriptionId: string;
  readonly connectorId: string;
  /** Until when the subscription holds back; null for what it chose. */
  readonly heldUntil: string | null;
}

/**
 * A routing decision on its way in: one delivery for each connector it names, made when its turn comes, so that a large one may take several.
 * One that does not say whom it chose throws: there is no delivery that could say what is missing, so reading stops there and says so
 * (`follow.fault`) until a version comes that can read it, rather than losing it.
 */
export class OpenRouting {
  private readonly pairs: readonly Pair[];
  private next = 0;
  private readonly routed: NotificationRouted;
  /** Opened with the first delivery; what was shredded has none. */
  private opened: ReturnType<typeof openSealedNotification> | null = null;
  private readonly shared = new Map<string | null, JobNotification>();

  constructor(private readonly event: LogEvent) {
    this.routed = event.data as unknown as NotificationRouted;
    this.pairs = pairsOf(this.routed);
  }

  /** Deliveries that are still to be made. */
  get left(): number {
    return this.pairs.length - this.next;
  }

  get isBegun(): boolean {
    return this.next > 0;
  }

  /** The connectors of the next deliveries, at most `count`. */
  ahead(count: number): readonly string[] {
    return this.pairs.slice(this.next, this.next + count).map(({ connectorId }) => connectorId);
  }

  /** Decides up to `count` deliveries more; `begun` counts the attempts that begin with them. */
  accept(count: number, begun: Begun, parts: OpenRoutingParts): Accepted[] {
    const end = Math.min(this.pairs.length, this.next + count);
    const accepted: Accepted[] = [];
    for (; this.next < end; this.next += 1) {
      const one = this.acceptOne(this.pairs[this.next] as Pair, begun, parts);
      if (one !== null) accepted.push(one);
    }
    return accepted;
  }

  /** A fault of our own with one pair would come again whenever it is read, and stop the reading for everybody: it ends this delivery alone. */
  private acceptOne(pair: Pair, begun: Begun, parts: OpenRoutingParts): Accepted | null {
    const { subscriptionId, connectorId } = pair;
    const used = begun.get(connectorId);
    const job = jobOf(this.event, this.routed, connectorId, subscriptionId);
    try {
      // What was sealed may be no notification: that is a fault like any other, and the facts that the delivery ends with stand beside it.
      return this.decide(pair, { ...job, notification: this.notificationOf(subscriptionId) }, begun, parts);
    } catch (error) {
      parts.log.error({ err: error, deliveryId: job.deliveryId }, 'delivery.defect');
      if (used === undefined) begun.delete(connectorId);
      else begun.set(connectorId, used);
      const decision = defective(job, acceptedData(this.event, this.routed, job, subscriptionId), parts);
      return decision && { job, begins: false, connector: parts.connectors.get(connectorId), decision };
    }
  }

  private decide(pair: Pair, job: Job, begun: Begun, parts: OpenRoutingParts): Accepted | null {
    const { subscriptionId, connectorId, heldUntil } = pair;
    const connector = parts.connectors.get(connectorId);
    const correlationMac =
      connector && job.notification ? parts.correlate.macOf(connector, job.notification) : undefined;
    const delivery = { ...acceptedData(this.event, this.routed, job, subscriptionId), correlationMac };
    if (heldUntil !== null) {
      const by = { reason: 'suppression_window', until: heldUntil } as const;
      // What a subscription held back is a delivery that has ended so, to be found with all others; nothing is begun.
      const decision = decideFor(job, { type: 'SuppressDelivery', delivery, by }, parts.actor);
      return decision && { job, begins: false, connector, decision };
    }
    // What has a key takes its turn after the earlier deliveries of the same thing; the due table knows whose turn it is.
    const mayBegin = connector?.state === 'enabled' && correlationMac === undefined;
    const plan = mayBegin ? planWithin(connector, begun, parts.engine) : null;
    const decision = decideFor(job, { type: 'AcceptDelivery', delivery, begin: plan }, parts.actor);
    return decision && { job, begins: plan !== null, connector, decision };
  }

  /** The fan-out shares one object per correlation key, so that the payload is parsed once. */
  private notificationOf(subscriptionId: string): JobNotification | null {
    const { sealed } = this.event;
    if (sealed === null) return null;
    this.opened ??= openSealedNotification(sealed);
    const { payloadText, keys }: { payloadText: string; keys: DerivedKeys | null } = this.opened;
    const correlationKey = keys?.correlation[subscriptionId] ?? null;
    const known = this.shared.get(correlationKey);
    if (known) return known;
    const { id, type, source, time } = this.routed;
    const notification = { facts: { id, type, source, time }, payloadText, correlationKey };
    this.shared.set(correlationKey, notification);
    return notification;
  }
}

/** It was accepted, and it ends at once: with the reason that every fault of our own has. */
function defective(
  job: Job,
  delivery: ReturnType<typeof acceptedData>,
  { actor, engine }: OpenRoutingParts,
): Decision | null {
  const accepted = decideFor(job, { type: 'AcceptDelivery', delivery, begin: null }, actor);
  if (accepted === null) return null;
  const then: Job = { ...job, state: accepted.after, version: accepted.events.length };
  const now = new Date(engine.nowMs()).toISOString();
  const ended = decideFor(then, { type: 'GiveUp', reason: 'internal_error', now }, actor);
  if (ended === null) return accepted;
  const append = { ...accepted.append, events: [...accepted.append.events, ...ended.append.events] };
  return { append, events: [...accepted.events, ...ended.events], after: ended.after };
}

function pairsOf({ chosen, suppressed }: NotificationRouted): Pair[] {
  const pairs: Pair[] = [];
  for (const { subscriptionId, connectorIds } of chosen)
    for (const connectorId of connectorIds) pairs.push({ subscriptionId, connectorId, heldUntil: null });
  for (const { subscriptionId, connectorIds = [], until } of suppressed)
    for (const connectorId of connectorIds) pairs.push({ subscriptionId, connectorId, heldUntil: until });
  return pairs;
}

function planWithin(connector: Connector, begun: Begun, engine: OpenRoutingParts['engine']) {
  const used = begun.get(connector.id) ?? 0;
  if (used >= engine.roomToBegin(connector)) return null;
  begun.set(connector.id, used + 1);
  return engine.plan(connector);
}

function jobOf(event: LogEvent, routed: NotificationRouted, connectorId: string, subscriptionId: string): Job {
  return {
    deliveryId: deliveryIdOf(Date.parse(event.at), routed.notificationId, subscriptionId, connectorId),
    tenant: event.tenant,
    connectorId,
    notificationId: routed.notificationId,
    traceparent: event.traceparent ?? undefined,
    state: { status: 'none' },
    version: 0,
    connector: null,
    notification: null,
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
