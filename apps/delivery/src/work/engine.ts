import type { AttemptPlan } from '@waybill/delivery/delivery';
import type { EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { Carried } from '../out/carry-out.js';
import { attemptPlan } from './attempt-plan.js';
import type { Connector, Connectors } from './connectors.js';
import { isCorrelated, isYoung, type Job } from './job.js';
import { ConnectorHealths } from './connector-healths.js';
import { FairShare } from './fair-share.js';
import type { Gate } from './gate.js';
import { InHand } from './in-hand.js';
import { Lane, laneWaitingMax } from './lane.js';
import type { Leave } from './leave.js';
import { OpenClosings } from './open-closings.js';
import { endReasonOf, heardOf, ownFault, type UnsentReason } from './outcome-commands.js';
import { SmallSteps } from './small-steps.js';
import { Writing } from './writing.js';

/** What a closing ends is written so much at a time: what others have to write goes in between. */
const endedAtOnce = 500;
/** What has begun and waits for a slot is looked at so often. */
const giveBackLookMs = 1_000;
/** A timer never sleeps longer than this: the clock of the database may be set. */
const pumpLaterMsMax = 60_000;

export interface EngineParts {
  readonly eventLog: EventLog;
  readonly connectors: Connectors;
  readonly log: Log;
  readonly actor: string;
  /** Renders, sends and says what came of it; never throws for what a target or a template can do. */
  readonly carryOut: (job: Job, connector: Connector) => Promise<Carried>;
  readonly leave: Leave;
  /** An attempt of a delivery that others may wait for has been recorded. */
  readonly turnIsOver: () => void;
}

/** Sends deliveries: one lane a connector, each with its own slots, so that a slow or dead target delays nobody else. */
export class Engine {
  private readonly lanes = new Map<string, Lane>();
  private readonly inHand = new InHand();
  private readonly places = new FairShare<Lane>();
  readonly closings = new OpenClosings();
  readonly healths = new ConnectorHealths();
  private draining = false;
  /** Whether this copy sends for connectors with a rate; see `pace`. */
  private paces = false;
  private gate: Gate = 'open';
  private underWay = 0;
  private drained: (() => void) | null = null;
  private readonly writing: Writing;
  /** Everything that is done for connectors that are not known to be well, over all of them. */
  readonly steps = new SmallSteps();

  constructor(private readonly parts: EngineParts) {
    this.writing = new Writing(parts, this.healths, this.steps);
  }

  /** The time by the log's clock: what is planned, and every moment before which something may not be, is by it. */
  nowMs(): number {
    return this.parts.eventLog.nowMs();
  }

  /** What an attempt is pinned to that begins now. */
  plan(connector: Connector): AttemptPlan {
    return attemptPlan(connector, this.nowMs());
  }

  /** How many attempts of a connector may begin in the append that accepts them. */
  roomToBegin(connector: Connector): number {
    const nowMs = this.nowMs();
    return this.draining || this.gate !== 'open' || this.closings.has(connector.id) || this.isPacedElsewhere(connector)
      ? 0
      : this.laneOf(connector).roomToBegin(this.healths.slots(connector, nowMs), nowMs);
  }

  /** How fast deliveries of a connector leave at present, and how many wait to begin. */
  speedOf(connectorId: string): { perMs: number; waiting: number } {
    const lane = this.lanes.get(connectorId);
    return { perMs: lane?.perMs(this.nowMs()) ?? 0, waiting: lane?.waitingCount ?? 0 };
  }

  /** How many more deliveries of a connector this copy can hold: of one that is shut the next, or it would fill the memory in which all wait. */
  roomToWait(connectorId: string): number {
    const connector = this.parts.connectors.get(connectorId);
    if (this.draining || this.isHeld || this.isPacedElsewhere(connector)) return 0;
    const most = this.healths.isShut(connectorId, this.nowMs()) ? 1 : laneWaitingMax;
    const own = most - (this.lanes.get(connectorId)?.waitingCount ?? 0);
    return Math.min(own, this.inHand.roomOf(connector?.tenant ?? ''));
  }

  /**
   * How many more are worth fetching for it: none while nothing of it may start and something waits here to be the next to start. The others
   * stay in the due table, where each of them would be looked at again and again.
   */
  roomToFetch(connectorId: string): number {
    const isShut =
      this.healths.closedUntilMs(connectorId) > this.nowMs() && (this.lanes.get(connectorId)?.waitingCount ?? 0) > 0;
    return isShut ? 0 : this.roomToWait(connectorId);
  }

  holds(deliveryId: string): boolean {
    return this.inHand.has(deliveryId);
  }

  /** Ids of what waits in memory: their leases must be kept. */
  held(): string[] {
    return this.inHand.ids;
  }

  /** Takes a delivery: one that has begun is sent as soon as a slot is free, another one begins first. False when there is no room. */
  offer(job: Job, connector: Connector): boolean {
    if (this.inHand.has(job.deliveryId)) return true;
    const hasBegun = job.state.status === 'attempting';
    if (!hasBegun && this.roomToWait(job.connectorId) <= 0) return false;
    const lane = this.laneOf(connector);
    this.inHand.add(job);
    if (hasBegun) {
      job.connector = connector;
      lane.begun.push(job);
      lane.spend(1, this.nowMs());
    } else lane.wait(job);
    this.pump(lane);
    return true;
  }

  /** Ends a delivery whose connector does not exist; one that was routed a moment ago waits for registry's log. */
  async cancelUnlessYoung(job: Job): Promise<void> {
    if (!isYoung(job, this.nowMs())) await this.end(job, endReasonOf(undefined));
  }

  /**
   * One copy of all keeps the rates, or N copies would send N times as much: the one that reads the routing log, because it has the first
   * attempts. Told with false it lets go what waits for such connectors, and answers what that was.
   */
  pace(paces: boolean): string[] {
    this.paces = paces;
    if (paces) return [];
    const paced = [...this.lanes.values()].filter(({ connector }) => this.isPacedElsewhere(connector));
    return this.letGo(paced.flatMap((lane) => lane.clearWaiting()));
  }

  private isPacedElsewhere(connector: Connector | undefined): boolean {
    return !this.paces && (connector?.limits.maxPerSecond ?? null) !== null;
  }

  private letGo(jobs: readonly Job[]): string[] {
    for (const job of jobs) this.inHand.delete(job);
    return jobs.map(({ deliveryId }) => deliveryId);
  }

  get isHeld(): boolean {
    return this.gate === 'held';
  }

  /** Lets attempts leave or not. What is under way comes to its end; what is held goes back to the due table, and takes no room here. */
  turn(gate: Gate): void {
    this.gate = gate;
    for (const lane of [...this.lanes.values()]) this.pump(lane);
  }

  /** From now on no attempt begins, whoever still brings work. */
  beginNoMore(): void {
    this.draining = true;
  }

  /** Starts nothing new, says of what has begun and not left that it did not, and waits for what is under way. Answers what it lets go. */
  async drain(): Promise<string[]> {
    this.beginNoMore();
    const left: string[] = [];
    for (const lane of this.lanes.values()) {
      if (lane.timer !== null) clearTimeout(lane.timer);
      left.push(...this.letGo(lane.clearWaiting()));
      for (const job of lane.begun.splice(0)) void this.track(this.giveBack(job, 'worker_stopped', 0));
    }
    if (this.underWay > 0) await new Promise<void>((resolve) => (this.drained = resolve));
    return left;
  }

  private laneOf(connector: Connector): Lane {
    let lane = this.lanes.get(connector.id);
    if (lane === undefined) {
      lane = new Lane(connector);
      this.lanes.set(connector.id, lane);
    }
    lane.connector = connector;
    return lane;
  }

  private pump(lane: Lane): void {
    const nowMs = this.nowMs();
    if (this.isHeld) this.putBack(lane);
    const slots = this.gate === 'open' ? this.healths.slots(lane.connector, nowMs) : 0;
    while (lane.begun.length > 0 && lane.inFlight < slots && this.places.take(lane)) {
      const job = lane.begun.shift() as Job;
      lane.inFlight += 1;
      void this.track(this.carry(lane, job));
    }
    const room =
      this.draining || this.closings.has(lane.connector.id)
        ? 0
        : Math.min(lane.roomToBegin(slots, nowMs), lane.waitingCount);
    if (room > 0) {
      const jobs = lane.takeWaiting(room, nowMs);
      lane.beginning += jobs.length;
      for (const job of jobs) void this.track(this.begin(lane, job));
    }
    if (lane.begun.length > 0 || lane.waitingCount > 0) this.pumpLater(lane, nowMs);
    else if (lane.isIdle(nowMs)) this.lanes.delete(lane.connector.id);
  }

  private putBack(lane: Lane): void {
    for (const job of lane.begun.splice(0)) void this.track(this.giveBack(job, 'delivery_held', 0));
    const waiting = lane.clearWaiting();
    if (waiting.length > 0) this.leave(waiting);
  }

  /** What waits for a moment and not for an answer is looked at again when the moment has come. */
  private pumpLater(lane: Lane, nowMs: number): void {
    const closedMs = this.healths.closedUntilMs(lane.connector.id) - nowMs;
    const waitMs = Math.max(closedMs, lane.begun.length > 0 ? giveBackLookMs : lane.msToToken(nowMs));
    if (waitMs <= 0 || lane.timer !== null || this.draining) return;
    const timer = setTimeout(
      () => {
        lane.timer = null;
        this.giveBackLate(lane, 0);
        this.pump(lane);
      },
      Math.min(waitMs, pumpLaterMsMax),
    );
    lane.timer = timer.unref();
  }

  /** Nothing starts for a while, because the target asked for quiet or hangs: what has begun and could not leave in time is given back. */
  closed(connectorId: string): void {
    const lane = this.lanes.get(connectorId);
    if (lane !== undefined) this.giveBackLate(lane, this.healths.closedUntilMs(connectorId) - this.nowMs());
  }

  /**
   * What begun ahead of a target that became slow, or waits for `closedMs` more, would pass its deadline here and count as lost. Of a target
   * that is cut off all goes back: one probe at a time leaves, and the others would be unknown after a crash.
   */
  private giveBackLate(lane: Lane, closedMs: number): void {
    const isCutOff = closedMs > 0 && this.healths.isCutOff(lane.connector.id);
    const late = isCutOff ? lane.begun.splice(0) : lane.takeLate(this.nowMs() + Math.max(0, closedMs));
    for (const job of late)
      void this.track(
        closedMs > 0 ? this.giveBack(job, 'connector_paused', closedMs) : this.giveBack(job, 'connector_slow', 0),
      );
  }

  /** The connector was changed, disabled or deleted: what was known against it is forgotten, what waits for it no longer does so here. */
  changed(connector: Connector): void {
    this.healths.forget(connector.id);
    const lane = this.lanes.get(connector.id);
    if (lane === undefined) return;
    lane.connector = connector;
    this.goOn(lane);
  }

  /** Ids of what waits to begin. */
  waiting(connectorId: string): string[] {
    return this.lanes.get(connectorId)?.waiting.map(({ deliveryId }) => deliveryId) ?? [];
  }

  /** What a closing ends of what waits here is known, with the reason by delivery; the others go on. */
  closingKnown(connectorId: string, reasons: ReadonlyMap<string, string>): void {
    this.closings.end(connectorId);
    const lane = this.lanes.get(connectorId);
    if (lane === undefined) return;
    this.endWaiting(lane, reasons);
    this.goOn(lane);
  }

  /** What came behind a closing may be of a connector that was enabled again, and this copy the last to hear of it: the due table sees to that. */
  private goOn(lane: Lane): void {
    const { id, state } = lane.connector;
    if (state !== 'enabled' && !this.closings.has(id)) this.leave(lane.clearWaiting());
    this.pump(lane);
  }

  private leave(jobs: readonly Job[]): void {
    this.letGo(jobs);
    void this.track(this.parts.leave(jobs));
  }

  /** Ends what waits here and is to end, with the reason by delivery; what is under way ends with its attempt. */
  endWaitingOf(reasons: ReadonlyMap<string, string>): void {
    for (const lane of this.lanes.values()) this.endWaiting(lane, reasons);
  }

  private endWaiting(lane: Lane, reasons: ReadonlyMap<string, string>): void {
    const ending = lane.clearWaiting(({ deliveryId }) => reasons.has(deliveryId));
    void this.track(this.endAll(ending, reasons));
  }

  private async endAll(jobs: readonly Job[], reasons: ReadonlyMap<string, string>): Promise<void> {
    const endOne = (job: Job): Promise<void> =>
      this.end(job, reasons.get(job.deliveryId) ?? '').finally(() => this.inHand.delete(job));
    for (let at = 0; at < jobs.length; at += endedAtOnce)
      await Promise.all(jobs.slice(at, at + endedAtOnce).map(endOne));
  }

  /** The attempt is on the record before anything leaves. */
  private async begin(lane: Lane, job: Job): Promise<void> {
    try {
      const connector = this.parts.connectors.get(job.connectorId);
      // A connector that was created a moment ago may not have arrived here yet: the due table brings the delivery again.
      if (connector === undefined && isYoung(job, this.nowMs())) return void this.inHand.delete(job);
      if (connector === undefined) await this.end(job, endReasonOf(connector));
      else if (connector.state !== 'enabled') return this.leave([job]);
      else if (await this.writing.begin(job, connector)) {
        // Nobody would look at it again: what waits here for a slot at the end would be lost with the process.
        if (this.draining) return void (await this.giveBack(job, 'worker_stopped', 0));
        job.connector = connector;
        lane.begun.push(job);
        if (this.healths.closedUntilMs(connector.id) > this.nowMs()) this.closed(connector.id);
        return;
      }
      this.inHand.delete(job);
    } finally {
      lane.beginning -= 1;
      this.pump(lane);
    }
  }

  private async carry(lane: Lane, job: Job): Promise<void> {
    const connector = job.connector as Connector;
    const carried = await this.parts.carryOut(job, connector).catch((error: unknown) => this.defect(job, error));
    // The slot belongs to the target, not to the log: the next request leaves while this outcome is being written.
    lane.inFlight -= 1;
    this.places.release(lane);
    lane.finished(this.nowMs());
    this.hear(job, carried);
    // The place goes to whose turn it is; while there are enough, that is this lane.
    const next = this.places.next();
    if (next !== null) this.pump(next);
    if (next !== lane) this.pump(lane);
    await this.writing.outcome(job, connector, carried);
    this.inHand.delete(job);
    if (isCorrelated(job)) this.parts.turnIsOver();
  }

  private hear(job: Job, carried: Carried): void {
    const nowMs = this.nowMs();
    const heard = heardOf(carried, nowMs);
    // What an answer to the connector as it was says is held against nobody: it was changed since.
    if (heard === null || this.parts.connectors.get(job.connectorId)?.version !== job.connector?.version) return;
    const news = this.healths.hear(heard, job, nowMs);
    if (this.healths.isShut(job.connectorId, nowMs)) this.leaveAllButOne(job.connectorId);
    if (this.healths.closedUntilMs(job.connectorId) > nowMs) this.closed(job.connectorId);
    if (news.length > 0) void this.track(this.writing.tell(job, news));
  }

  /** What waits for a target that is shut takes no room from those that are well; one stays, to be the next. */
  private leaveAllButOne(connectorId: string): void {
    const lane = this.lanes.get(connectorId);
    if (lane === undefined || lane.waitingCount <= 1) return;
    const [next, ...others] = lane.clearWaiting();
    if (next !== undefined) lane.wait(next);
    this.leave(others);
  }

  /** Our own fault would fail every attempt in the same way: the delivery ends at once, and the stack is in the log. */
  private defect(job: Job, error: unknown): Carried {
    this.parts.log.error({ err: error, deliveryId: job.deliveryId }, 'delivery.defect');
    return ownFault;
  }

  private async giveBack(job: Job, reason: UnsentReason, afterMs: number): Promise<void> {
    if (job.state.status !== 'attempting') return;
    await this.writing.giveBack(job, reason, afterMs);
    this.inHand.delete(job);
  }

  /** Ends a delivery that waits, with the reason. */
  end(job: Job, reason: string): Promise<void> {
    return this.writing.end(job, reason);
  }

  private async track(work: Promise<void>): Promise<void> {
    this.underWay += 1;
    try {
      await work;
    } catch (error) {
      this.parts.log.error({ err: error }, 'delivery.defect');
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) this.drained?.();
    }
  }
}
