import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import type { AttemptPlan } from '@waybill/delivery/delivery';
import { AppendRejected, type EventLog } from '@waybill/event-log/log';
import { newId } from '@waybill/service-kit/ids';
import type { Log } from '@waybill/service-kit/logger';
import type { Carried } from '../out/carry-out.js';
import { rendererVersion } from '../out/render-body.js';
import type { Connector, Connectors } from './connectors.js';
import { advance, type Decision, decideFor, type Job } from './job.js';
import { Lane, laneWaitingMax } from './lane.js';

/** Jobs in memory over all lanes; beyond this new ones wait in the due table only. */
export const jobsMax = 50_000;
/** UTF-16 units of the payloads that wait in memory; about twice as many bytes. */
export const payloadLengthMax = 32 * 1024 * 1024;
/** Added to the target's own time: rendering, waiting for a slot, several requests of one attempt. */
const deadlineSlackMs = 15_000;

export interface EngineParts {
  readonly eventLog: EventLog;
  readonly connectors: Connectors;
  readonly log: Log;
  readonly actor: string;
  /** Renders, sends and says what came of it; never throws for what a target or a template can do. */
  readonly carryOut: (job: Job, connector: Connector) => Promise<Carried>;
}

/** Sends deliveries: one lane a connector, each with its own slots, so that a slow or dead target delays nobody else. */
export class Engine {
  private readonly lanes = new Map<string, Lane>();
  private readonly inHand = new Map<string, Job>();
  private draining = false;
  private payloadLength = 0;
  private underWay = 0;
  private drained: (() => void) | null = null;

  constructor(private readonly parts: EngineParts) {}

  /** What an attempt that begins now is pinned to. */
  plan(connector: Connector, nowMs: number): AttemptPlan {
    return {
      attemptId: newId('att'),
      connectorVersion: connector.version,
      secretVersion: connector.secretVersion,
      renderer: rendererVersion,
      startedAt: new Date(nowMs).toISOString(),
      deadline: new Date(nowMs + connector.limits.timeoutMs + deadlineSlackMs).toISOString(),
    };
  }

  /** How many attempts of a connector may begin in the append that accepts them. */
  roomToBegin(connector: Connector, nowMs: number): number {
    return this.draining ? 0 : this.laneOf(connector).roomToBegin(nowMs);
  }

  /** How many more deliveries of a connector this copy can hold. */
  roomToWait(connectorId: string): number {
    if (this.draining) return 0;
    return Math.min(laneWaitingMax - (this.lanes.get(connectorId)?.waiting.length ?? 0), jobsMax - this.inHand.size);
  }

  holds(deliveryId: string): boolean {
    return this.inHand.has(deliveryId);
  }

  /** Ids of what waits in memory: their leases must be kept. */
  held(): string[] {
    return [...this.inHand.keys()];
  }

  /** Takes a delivery: one that has begun is sent as soon as a slot is free, another one begins first. False when there is no room. */
  offer(job: Job, connector: Connector): boolean {
    if (this.inHand.has(job.deliveryId)) return true;
    const hasBegun = job.state.status === 'attempting';
    if (!hasBegun && this.roomToWait(job.connectorId) <= 0) return false;
    const lane = this.laneOf(connector);
    this.remember(job);
    if (hasBegun) {
      job.connector = connector;
      lane.begun.push(job);
    } else lane.waiting.push(job);
    this.pump(lane);
    return true;
  }

  /** Ends a delivery whose connector does not exist; one that was routed a moment ago waits for registry's log. */
  async cancelUnlessYoung(job: Job): Promise<void> {
    if (!isYoung(job)) await this.cancel(job, 'connector_unknown');
  }

  /** Starts nothing new, says of what has begun and not left that it did not, and waits for what is under way. */
  async drain(): Promise<void> {
    this.draining = true;
    for (const lane of this.lanes.values()) {
      for (const job of lane.waiting.splice(0)) this.forget(job);
      for (const job of lane.begun.splice(0)) void this.track(this.giveBack(job));
    }
    if (this.underWay > 0) await new Promise<void>((resolve) => (this.drained = resolve));
  }

  /** What waits takes its payload along while there is room for it; otherwise it fetches it when its turn comes. */
  private remember(job: Job): void {
    const length = job.notification?.payloadText.length ?? 0;
    if (this.payloadLength + length > payloadLengthMax) job.notification = null;
    else this.payloadLength += length;
    this.inHand.set(job.deliveryId, job);
  }

  private forget(job: Job): void {
    if (!this.inHand.delete(job.deliveryId)) return;
    this.payloadLength -= job.notification?.payloadText.length ?? 0;
  }

  private laneOf(connector: Connector): Lane {
    let lane = this.lanes.get(connector.id);
    if (lane === undefined) {
      lane = new Lane(connector.id, connector.limits.maxConcurrent);
      this.lanes.set(connector.id, lane);
    }
    lane.maxConcurrent = connector.limits.maxConcurrent;
    return lane;
  }

  private pump(lane: Lane): void {
    while (lane.hasSlot && lane.begun.length > 0) {
      const job = lane.begun.shift() as Job;
      lane.inFlight += 1;
      void this.track(this.carry(lane, job));
    }
    const room = Math.min(lane.roomToBegin(Date.now()), lane.waiting.length);
    if (room > 0 && !this.draining) {
      lane.beginning += room;
      for (const job of lane.waiting.splice(0, room)) void this.track(this.begin(lane, job));
    }
    if (lane.idle) this.lanes.delete(lane.connectorId);
  }

  /** The attempt is on the record before anything leaves. */
  private async begin(lane: Lane, job: Job): Promise<void> {
    try {
      const connector = this.parts.connectors.get(job.connectorId);
      // A connector that was created a moment ago may not have arrived here yet: the due table brings the delivery again.
      if (connector === undefined && isYoung(job)) return void this.forget(job);
      if (connector?.state !== 'enabled') await this.cancel(job, `connector_${connector?.state ?? 'unknown'}`);
      else if (await this.write(job, () => decideFor(job, { type: 'BeginAttempt', plan: this.plan(connector, Date.now()) }, this.parts.actor))) {
        job.connector = connector;
        lane.begun.push(job);
        return;
      }
      this.forget(job);
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
    lane.finished(Date.now());
    this.pump(lane);
    await this.record(job, connector, carried);
    this.forget(job);
  }

  /** Our own fault would fail every attempt in the same way: the delivery ends at once, and the stack is in the log. */
  private defect(job: Job, error: unknown): Carried {
    this.parts.log.error({ err: error, deliveryId: job.deliveryId }, 'delivery.defect');
    return { kind: 'gave-up', reason: 'internal_error', sealedText: '{"request":null,"response":null,"error":{"code":"internal_error","message":""}}' };
  }

  private async record(job: Job, connector: Connector, carried: Carried): Promise<void> {
    const { state } = job;
    if (state.status !== 'attempting') return;
    const command =
      carried.kind === 'gave-up'
        ? ({ type: 'GiveUp', reason: carried.reason, now: new Date().toISOString() } as const)
        : ({
            type: 'RecordOutcome',
            attemptId: state.attempt.attemptId,
            outcome: outcomeOf(carried),
            status: carried.conversation.status,
            timingsMs: carried.conversation.timingsMs,
            notes: carried.conversation.notes,
            allowEntry: carried.conversation.allowEntry ?? undefined,
            now: new Date().toISOString(),
            random: Math.random(),
            retryDelaysSeconds: connector.limits.retryDelaysSeconds,
          } as const);
    await this.write(job, () => decideFor(job, command, this.parts.actor, carried.sealedText));
  }

  /** What has begun here and has not left: nothing can have arrived, so it is refused for now, not unknown. */
  private async giveBack(job: Job): Promise<void> {
    const { state } = job;
    if (state.status !== 'attempting') return;
    const command = {
      type: 'RecordOutcome',
      attemptId: state.attempt.attemptId,
      outcome: { kind: 'refused', retry: 'later', reason: 'worker_stopped' },
      status: null,
      timingsMs: {},
      notes: [],
      now: new Date().toISOString(),
      random: Math.random(),
      retryDelaysSeconds: null,
    } as const;
    await this.write(job, () => decideFor(job, command, this.parts.actor));
    this.forget(job);
  }

  /** Ends a delivery that waits, with the reason. */
  async cancel(job: Job, reason: string): Promise<void> {
    const command = { type: 'CancelDelivery', reason, now: new Date().toISOString() } as const;
    await this.write(job, () => decideFor(job, command, this.parts.actor));
  }

  /**
   * Appends a decision, and tries again for as long as the log is away or overloaded: an outcome that is known must not become unknown.
   * False when another worker has written to the delivery in the meantime: nothing of ours is written, and that is logged.
   */
  private async write(job: Job, decide: () => Decision | null): Promise<boolean> {
    for (;;) {
      try {
        const decision = decide();
        if (decision === null) return false;
        await this.parts.eventLog.append({ streams: [decision.append] });
        advance(job, decision);
        return true;
      } catch (error) {
        if (error instanceof AppendRejected || error instanceof Refused) {
          this.parts.log.warn({ err: error, deliveryId: job.deliveryId }, 'delivery.stale-write');
          return false;
        }
        this.parts.log.warn({ err: error, deliveryId: job.deliveryId }, 'delivery.write-waits');
        await delay(250);
      }
    }
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

/** Registry's log is read within milliseconds; after a minute a connector that is not here does not exist. */
const connectorMayComeMs = 60_000;

function isYoung(job: Job): boolean {
  return job.state.status !== 'none' && Date.now() - Date.parse(job.state.accepted.routed.at) < connectorMayComeMs;
}

function outcomeOf(carried: Extract<Carried, { kind: 'tried' }>) {
  const { outcome } = carried.conversation;
  if (outcome.kind === 'unknown') return { ...outcome, receipt: plainReceipt(outcome.receipt ?? null) };
  if (outcome.kind === 'accepted') return { kind: 'accepted' as const, receipt: plainReceipt(outcome.receipt) };
  const { retry, reason, retryAfterMs } = outcome;
  return { kind: 'refused' as const, retry, reason, retryAfterMs, receipt: plainReceipt(outcome.receipt ?? null) };
}

function plainReceipt(receipt: object | null): Record<string, unknown> | null {
  return receipt === null ? null : { ...receipt };
}
