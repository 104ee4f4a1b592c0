import type { LogEvent } from '@waybill/contracts/log-event';
import type { StreamAppend } from '@waybill/event-log/log';
import { stepsAtOnceMin } from '../work/small-steps.js';
import { deliveriesPerAppend } from './accept-pace.js';
import { type Accepted, type Begun, OpenRouting, type OpenRoutingParts } from './open-routing.js';

/** A fan-out to more goes in parts, each an append of its own. */
export const deliveriesPerWhole = deliveriesPerAppend.most;
/** A part of a fan-out to connectors most of which are not known to be well: what follows from these comes all at once, and is then no more than this. */
export const deliveriesPerPart = stepsAtOnceMin;
/** What goes into one append: whole notifications of all tenants, or a part of a large one. */
export interface Taken {
  readonly accepted: readonly Accepted[];
  readonly closings: readonly StreamAppend[];
  /** The log that is read, and from where to where this append moves the place in it; to where it was while something before is open. */
  readonly source: { readonly log: string; readonly epoch: number };
  readonly from: number;
  readonly to: number;
  readonly tenants: ReadonlySet<string>;
}

interface Open {
  readonly position: number;
  /** Null when all of it has been taken. */
  event: LogEvent | null;
  /** Made when its turn comes; null before, after, and for what is no notification. */
  routing: OpenRouting | null;
  /** The append with which all of it was taken, while that is under way and does not move the place. */
  standing: Taken | null;
}

/** Gathers what goes into one append. */
interface Into {
  readonly accepted: Accepted[];
  readonly closings: StreamAppend[];
  readonly tenants: Set<string>;
  readonly ended: Open[];
}

/**
 * What was read from the routing log and is not accepted yet, in one line a tenant. Appends take from the lines turn by turn, so that a
 * notification to a thousand connectors holds up nobody but its own tenant; within a tenant the order of the log stays, which is what the order
 * of a correlation key rests on. The place in the log moves on as far as everything before it is accepted.
 */
export class RoutedLines {
  /** In order of position; of the first something is still to be written. */
  private readonly open: Open[] = [];
  /** By tenant; the order of insertion is the order of the turns. A line that is empty is not here. */
  private readonly lines = new Map<string, Open[]>();
  /** Tenants in appends under way that do not move the place: nothing refuses what comes behind such an append when it fails. */
  private readonly busy = new Set<string>();
  /** Attempts that begin in appends under way, by connector. */
  private readonly begun: Begun = new Map();
  private source = { log: '', epoch: 0 };
  private count = 0;
  private bytesHeld = 0;
  private isLargeNext = false;

  constructor(private position: number) {}

  /** Events of which something is still to be taken. */
  get size(): number {
    return this.count;
  }

  /** What the payloads of these take. */
  get bytes(): number {
    return this.bytesHeld;
  }

  add(event: LogEvent): void {
    const { position, tenant, log, epoch } = event;
    if (this.source.log !== log || this.source.epoch !== epoch) this.source = { log, epoch };
    const one: Open = { position, event, routing: null, standing: null };
    this.open.push(one);
    this.count += 1;
    this.bytesHeld += bytesOf(event);
    const line = this.lines.get(tenant);
    if (line === undefined) this.lines.set(tenant, [one]);
    else line.push(one);
  }

  /**
   * Decides what the next append holds: about `count` deliveries; null while there is nothing that may be taken. Leaves out whom
   * `unwellTenant` may answer.
   */
  take(count: number, parts: OpenRoutingParts): Taken | null {
    const into: Into = { accepted: [], closings: [], tenants: new Set(), ended: [] };
    const free = this.free();
    const large = (): void => this.takeLarge(free, count, into, parts);
    const whole = (): void => this.takeWhole(free, count, into, parts);
    // Turn and turn about, so that neither the large ones nor the others wait for the end of the others.
    for (const some of this.isLargeNext ? [large, whole] : [whole, large]) if (into.tenants.size === 0) some();
    this.isLargeNext = !this.isLargeNext;
    return this.taken(into);
  }

  /** A tenant whose turn it is with a part of a fan-out to connectors most of which are not known to be well; null where there is none. */
  unwellTenant(parts: OpenRoutingParts): string | null {
    return this.free().find((tenant) => this.sizeOf(tenant, parts) === 'unwell') ?? null;
  }

  /** Decides the next part of such a fan-out; null when there is none any more. */
  takePart(tenant: string, parts: OpenRoutingParts): Taken | null {
    const into: Into = { accepted: [], closings: [], tenants: new Set(), ended: [] };
    if (!this.busy.has(tenant) && this.sizeOf(tenant, parts) === 'unwell')
      this.part(tenant, deliveriesPerPart, into, parts);
    return this.taken(into);
  }

  /** It is on the record. */
  written(taken: Taken): void {
    for (const { begins, job } of taken.accepted)
      if (begins) this.begun.set(job.connectorId, (this.begun.get(job.connectorId) ?? 1) - 1);
    if (taken.to > taken.from) return;
    for (const tenant of taken.tenants) this.busy.delete(tenant);
    for (const one of this.open) if (one.standing === taken) one.standing = null;
  }

  private taken({ accepted, closings, tenants, ended }: Into): Taken | null {
    const from = this.position;
    this.position = this.moveOn(ended);
    if (tenants.size === 0 && this.position === from) return null;
    const taken: Taken = { accepted, closings, source: this.source, from, to: this.position, tenants };
    if (taken.to > from) return taken;
    for (const tenant of tenants) this.busy.add(tenant);
    for (const one of ended) one.standing = taken;
    return taken;
  }

  private free(): string[] {
    return [...this.lines.keys()].filter((tenant) => !this.busy.has(tenant));
  }

  /** Whether the first event of a tenant goes whole, in large parts, or in small ones. */
  private sizeOf(tenant: string, { engine }: OpenRoutingParts): 'whole' | 'large' | 'unwell' {
    const one = this.lines.get(tenant)?.[0];
    if (one?.event?.type !== 'NotificationRouted') return 'whole';
    const routing = (one.routing ??= new OpenRouting(one.event));
    if (!routing.isBegun && routing.left <= deliveriesPerPart) return 'whole';
    const ahead = routing.ahead(deliveriesPerWhole);
    const unwell = ahead.filter((connectorId) => !engine.healths.isWell(connectorId));
    if (unwell.length * 2 > ahead.length) return 'unwell';
    return routing.isBegun || routing.left > deliveriesPerWhole ? 'large' : 'whole';
  }

  /** Whole events, one of each tenant in turn until the append is full. */
  private takeWhole(free: readonly string[], count: number, into: Into, parts: OpenRoutingParts): void {
    let waiting = free;
    while (waiting.length > 0 && into.accepted.length < count)
      waiting = waiting.filter((tenant) => into.accepted.length < count && this.takeEvent(tenant, into, parts));
  }

  /** Takes the first event of a tenant, if that goes whole. Answers whether there may be another one. */
  private takeEvent(tenant: string, into: Into, parts: OpenRoutingParts): boolean {
    const one = this.lines.get(tenant)?.[0];
    if (!one?.event) return false;
    const { event } = one;
    if (event.type === 'NotificationRouted') {
      // What is accepted after a subscription was closed must stand behind that in the log, or it would be cancelled with the rest.
      if (into.closings.length > 0 || this.sizeOf(tenant, parts) !== 'whole') return false;
      const routing = one.routing as OpenRouting;
      into.accepted.push(...routing.accept(routing.left, this.begun, parts));
    } else if (event.type === 'SubscriptionDeleted' || event.type === 'SubscriptionDisabled')
      into.closings.push(closing(event, parts.actor));
    this.turned(tenant, into);
    this.ended(tenant, one, into);
    return true;
  }

  /** A part of the first fan-out that is too large to go whole and whose connectors are well. */
  private takeLarge(free: readonly string[], count: number, into: Into, parts: OpenRoutingParts): void {
    const tenant = free.find((one) => this.sizeOf(one, parts) === 'large');
    if (tenant !== undefined) this.part(tenant, count, into, parts);
  }

  private part(tenant: string, count: number, into: Into, parts: OpenRoutingParts): void {
    const one = this.lines.get(tenant)?.[0] as Open;
    const routing = one.routing as OpenRouting;
    into.accepted.push(...routing.accept(count, this.begun, parts));
    this.turned(tenant, into);
    if (routing.left === 0) this.ended(tenant, one, into);
  }

  /** Who had a turn goes to the end. */
  private turned(tenant: string, into: Into): void {
    into.tenants.add(tenant);
    const line = this.lines.get(tenant) as Open[];
    if (this.lines.size === 1) return;
    this.lines.delete(tenant);
    this.lines.set(tenant, line);
  }

  /** All of it is taken, and let go of: a payload may be large, and its place is held until everything before it is accepted. */
  private ended(tenant: string, one: Open, into: Into): void {
    if (one.event !== null) this.bytesHeld -= bytesOf(one.event);
    one.event = null;
    one.routing = null;
    into.ended.push(one);
    this.count -= 1;
    const line = this.lines.get(tenant) as Open[];
    line.shift();
    if (line.length === 0) this.lines.delete(tenant);
  }

  /**
   * The place behind all that is written, ends with this append, or ended with one under way that moves the place: when such a one fails,
   * this one is refused with it.
   */
  private moveOn(ended: readonly Open[]): number {
    let to = this.position;
    let count = 0;
    const own = new Set(ended);
    for (const one of this.open) {
      if (one.event !== null || (one.standing !== null && !own.has(one))) break;
      to = one.position;
      count += 1;
    }
    this.open.splice(0, count);
    return to;
  }
}

/** The rest of an event is small beside a payload that is worth counting. */
const bytesOf = ({ sealed }: LogEvent): number => sealed?.length ?? 0;

/**
 * What waits for the subscription is to be cancelled: the read model of this log finds it, whichever copy holds it. The stream is of this
 * closing alone, so that an event that is read again closes nothing a second time.
 */
function closing(event: LogEvent, actor: string): StreamAppend {
  const subscriptionId = event.stream.slice('subscription-'.length);
  const reason = event.type === 'SubscriptionDeleted' ? 'subscription_deleted' : 'subscription_disabled';
  const closed = {
    type: 'SubscriptionClosed',
    schemaVersion: 1,
    data: { subscriptionId, reason },
    meta: { actor, causationId: event.eventId },
  };
  const stream = `closing-${subscriptionId}-${event.epoch}.${event.position}`;
  return { stream, tenant: event.tenant, expected: 'none', events: [closed], onConflict: 'skip' };
}
