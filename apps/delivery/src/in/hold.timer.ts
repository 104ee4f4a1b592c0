import type { Held } from '@waybill/contracts/http/deliveries';
import { noTenant } from '@waybill/contracts/subjects';
import { type OnFailover, reasonToHold } from '@waybill/delivery/hold';
import {
  AppendRejected,
  type EventLog,
  LogUnavailable,
  type NewEvent,
  type RecordedEvent,
} from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { Holds, OpenHold } from '../read/holds.js';
import type { Gate } from '../work/gate.js';

/**
 * All copies are told at once that delivery is held, or released (`besideChannel`), and look when a connection was made anew. So often they look
 * without having heard anything; once a second was a third of what an idle copy took.
 */
export const holdLookMs = 5_000;
/** The newest holds that a delivery is explained by: each is two events, and an operator's work. */
const eventsMax = 400;

export const holdStream = 'hold-delivery';

export interface HoldParts {
  readonly holds: Pick<Holds, 'look' | 'settle' | 'move' | 'told' | 'over'>;
  readonly eventLog: Pick<EventLog, 'append' | 'readStream'>;
  readonly log: Log;
  readonly actor: string;
  readonly onFailover: OnFailover;
  /** Told whenever it changes. */
  readonly turn: (gate: Gate) => void;
}

/**
 * Looks whether the database is the one that delivery worked in last, and whether somebody holds delivery or has released it; puts both on
 * the record. What holds stands beside the log and holds at once; the event comes when the log takes it. A release is over only when it is on
 * the record, so that nothing leaves before the log says who let it.
 */
export class HoldTimer {
  /** Why nothing is sent now, oldest first; empty while deliveries leave. */
  open: readonly OpenHold[] = [];
  /** Holds as the log has them, oldest first. */
  onRecord: readonly Held[] = [];
  private gate: Gate = 'closed';
  private looking: Promise<void> | null = null;
  private isAsked = false;
  private timer: NodeJS.Timeout | null = null;
  private fault = '';
  /** What the log was last compared with. */
  private seen = '';

  constructor(private readonly parts: HoldParts) {}

  /** Resolves after the first look; rejects when that is not possible. */
  async start(): Promise<void> {
    await this.look();
    if (this.gate === 'closed') throw new Error(`delivery cannot look where it is: ${this.fault}`);
    this.timer = setInterval(() => void this.look(), holdLookMs);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
  }

  /** Looks now; resolves when that is over. */
  look(): Promise<void> {
    this.isAsked = true;
    this.looking ??= this.lookWhileAsked().finally(() => (this.looking = null));
    return this.looking;
  }

  /** Looks now where events say that another copy knows of a release already: nothing begins while delivery is held. */
  async learn(events: readonly RecordedEvent[]): Promise<void> {
    const held = this.onRecord.findLast(({ releasedPosition }) => releasedPosition === null);
    if (held !== undefined && events.some((event) => event.type === 'AttemptStarted' && event.position > held.position))
      await this.look();
  }

  /** A connection was made anew, which may lead to another server: nothing leaves before that was looked at. */
  closeUntilLooked(): void {
    if (this.gate === 'open') this.turnTo('closed');
    void this.look();
  }

  private async lookWhileAsked(): Promise<void> {
    while (this.isAsked) {
      this.isAsked = false;
      let gate: Gate = 'closed';
      try {
        gate = await this.lookOnce();
        this.fault = '';
      } catch (error) {
        // Once, not every second: without its database the service says so everywhere.
        const fault = error instanceof Error ? error.message : String(error);
        if (fault !== this.fault) this.parts.log.warn({ err: error }, 'hold.not-looked');
        this.fault = fault;
        if (this.open.length > 0) gate = 'held';
      }
      if (!this.isAsked) this.turnTo(gate);
    }
  }

  private async lookOnce(): Promise<Gate> {
    const { holds } = this.parts;
    let standing = await holds.look();
    if (await this.moved(standing.before, standing.now)) standing = await holds.look();
    const before = this.open;
    this.open = standing.holds;
    if (before.length === 0 && this.open.length > 0) this.parts.log.warn({ holds: this.open }, 'delivery.held');
    // Before it is told: an append may wait for the log, and nothing may leave meanwhile.
    if (this.open.length > 0) this.turnTo('held');
    const seen = JSON.stringify([standing.over, this.open]);
    if (seen !== this.seen && (await this.tell())) this.seen = seen;
    if (before.length > 0 && this.open.length === 0) this.parts.log.warn({ holds: before }, 'delivery.released');
    return this.open.length > 0 ? 'held' : 'open';
  }

  /** Answers whether something was written because of where this is. */
  private async moved(
    before: Parameters<Holds['move']>[0] | null,
    now: Parameters<Holds['move']>[1],
  ): Promise<boolean> {
    const { holds, onFailover, log, actor } = this.parts;
    if (before === null) {
      await holds.settle(now);
      return false;
    }
    const reason = reasonToHold(before, now, onFailover);
    if (reason === null && before.timeline === now.timeline) return false;
    log.warn({ before, now, reason }, 'database.moved');
    await holds.move(before, now, reason, actor);
    return true;
  }

  /** Puts on the record what is not there yet; answers whether all of it is. A log that takes nothing now takes it later: until then it stays held. */
  private async tell(): Promise<boolean> {
    const { holds, eventLog } = this.parts;
    try {
      let events = await eventLog.readStream(holdStream, { backwards: true, limit: eventsMax });
      for (const hold of this.open) {
        const news = eventsOf(hold).filter(({ type }) => !isThere(events, type, hold.id));
        for (const { type, data, actor } of news) {
          const event: NewEvent = { type, schemaVersion: 1, data, meta: { actor } };
          const expected = events[0]?.version ?? 'none';
          const appended = await eventLog.append({
            streams: [{ stream: holdStream, tenant: noTenant, expected, events: [event] }],
          });
          events = [...appended.events.toReversed(), ...events];
        }
        if (!hold.told) await holds.told(hold.id);
        if (hold.releaseAskedAt !== null) await holds.over(hold.id);
      }
      this.open = this.open.filter(({ releaseAskedAt }) => releaseAskedAt === null);
      this.onRecord = recordedHolds(events.toReversed());
      return true;
    } catch (error) {
      // The log is read-only, which it says itself; or another copy was faster, and the next look reads what it wrote.
      if (!(error instanceof AppendRejected) && !(error instanceof LogUnavailable)) throw error;
      if (error instanceof AppendRejected) this.isAsked = true;
      return false;
    }
  }

  private turnTo(gate: Gate): void {
    if (gate === this.gate) return;
    this.gate = gate;
    this.parts.turn(gate);
  }
}

interface Told {
  readonly type: 'DeliveryHeld' | 'DeliveryReleased';
  readonly data: object;
  readonly actor: string;
}

function eventsOf(hold: OpenHold): Told[] {
  const { id: holdId, reason, at, before, after, heldBy, releaseAskedAt, releaseAskedBy } = hold;
  const held: Told = { type: 'DeliveryHeld', data: { holdId, reason, at, before, after }, actor: heldBy };
  if (releaseAskedAt === null) return [held];
  const data = { holdId, reason, heldAt: at, at: releaseAskedAt };
  return [held, { type: 'DeliveryReleased', data, actor: releaseAskedBy ?? heldBy }];
}

function isThere(events: readonly RecordedEvent[], type: string, holdId: string): boolean {
  return events.some((event) => event.type === type && event.data['holdId'] === holdId);
}

/** The holds of a stream, in the order of its events. */
export function recordedHolds(events: readonly RecordedEvent[]): Held[] {
  const holds = new Map<string, Held>();
  for (const { type, position, meta, data } of events) {
    const { holdId, reason, at } = data as { holdId: string; reason: Held['reason']; at: string };
    const hold = holds.get(holdId);
    if (type === 'DeliveryHeld')
      holds.set(holdId, { reason, at, position, releasedAt: null, releasedBy: null, releasedPosition: null });
    else if (hold !== undefined)
      holds.set(holdId, { ...hold, releasedAt: at, releasedBy: meta.actor, releasedPosition: position });
  }
  return [...holds.values()];
}
