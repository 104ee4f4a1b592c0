import { createHash, type KeyObject } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamMessage } from '@waybill/bus/stream-message';
import { takeWork } from '@waybill/bus/work-queue';
import type { NotificationRefused, NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { notificationStream, parseNotificationSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { encodeTypeId } from '@waybill/decider/type-id';
import {
  AppendInvalid,
  AppendRejected,
  AppendTooLarge,
  type EventLog,
  type RecordedEvent,
  type StreamResult,
} from '@waybill/event-log/log';
import type { Lease } from '@waybill/event-log/leases';
import { logTime } from '@waybill/event-log/log-time';
import type { Log } from '@waybill/service-kit/logger';
import { Overloaded } from '@waybill/service-kit/problems';
import { type Decided, type DecidingWith, decideOne, refuse } from '../routing/decide-notification.js';
import { type Incoming, type Notification, payloadMac, readIncoming } from '../routing/incoming.js';
import type { RouteTable } from '../routing/route-table.js';
import type { TypeRules } from '../routing/type-rules.js';
import { publishRefusal } from '../out/refusals.js';
import { IntakePace } from './intake-pace.js';
import { intakeBatchMax, IntakeQueue } from './intake-queue.js';
import { IntakeWindows, type IntakeWindowsParts } from './intake-windows.js';

/** Requests that wait for their commit; beyond this a publisher is told to come back, before memory grows. */
export const intakeQueueMax = 2_000;

export interface IntakeParts extends IntakeWindowsParts {
  readonly tenant: string;
  readonly nc: NatsConnection;
  readonly eventLog: EventLog;
  readonly table: RouteTable;
  readonly types: TypeRules;
  readonly tenantKey: KeyObject;
  readonly log: Log;
  /** Resolves when nearly everything that was routed has been carried on, or cannot be for now. */
  readonly carried: () => Promise<void>;
}

export type Settled =
  | {
      readonly kind: 'recorded';
      readonly notificationId: string;
      readonly position: number;
      readonly duplicate: boolean;
    }
  | { readonly kind: 'refused'; readonly refused: Refused; readonly data: NotificationRefused };

interface Waiting {
  readonly incoming: Incoming;
  readonly settle: (settled: Settled) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The one place where a tenant's notifications are decided and recorded, one batch after the other, so that suppression and correlation
 * follow the order of the log. Runs while this copy holds the tenant's lease; the append is fenced by it.
 */
export class Intake {
  private readonly queue = new IntakeQueue<Waiting>();
  private readonly pace: IntakePace;
  private readonly windows: IntakeWindows;
  private working = false;
  private toldFault = '';
  private lease: Lease;

  constructor(
    private readonly parts: IntakeParts,
    lease: Lease,
  ) {
    this.lease = lease;
    this.pace = new IntakePace(parts.carried);
    this.windows = new IntakeWindows(parts);
  }

  /** Takes the tenant's stream until the signal aborts; rejects when the open windows cannot be read. */
  async run(signal: AbortSignal): Promise<void> {
    const { parts } = this;
    await this.windows.load();
    await takeWork({
      nc: parts.nc,
      stream: notificationStream(parts.tenant),
      durable: 'intake',
      batchMax: intakeBatchMax,
      signal,
      onBatch: (messages) => this.takeMessages(messages),
      onFault: (error) => this.tell(error),
    });
  }

  /** A stream that is missing is missed every few seconds: the same again is for who looks closely. */
  private tell(error: unknown): void {
    const words = error instanceof Error ? error.message : String(error);
    const level = words === this.toldFault ? 'debug' : 'warn';
    this.toldFault = words;
    this.parts.log[level]({ err: error, tenant: this.parts.tenant }, 'intake.fault');
  }

  renewed(lease: Lease): void {
    this.lease = lease;
  }

  /** The time by the log's clock, for what is received now. */
  get now(): string {
    return logTime(this.parts.eventLog);
  }

  /** Decides and records one notification; resolves after the commit. Refuses to queue more than `intakeQueueMax`. */
  take(incoming: Incoming): Promise<Settled> {
    if (this.queue.requestCount >= intakeQueueMax) throw new Overloaded();
    return new Promise((settle, fail) => {
      this.queue.addRequest({ incoming, settle, fail });
      this.pace.asked();
      if (!this.working) void this.work();
    });
  }

  private async takeMessages(messages: StreamMessage[]): Promise<void> {
    this.toldFault = '';
    await Promise.all(
      messages.map(async (message) => {
        const settled = await this.takeMessage(incomingOf(this.parts.tenant, message));
        // Said before the ack: a crash in between says it twice rather than never.
        if (settled.kind === 'refused') publishRefusal(this.parts.nc, this.parts.tenant, settled.data, settled.refused);
        message.ack();
      }),
    );
  }

  private takeMessage(incoming: Incoming): Promise<Settled> {
    return new Promise((settle, fail) => {
      this.queue.addMessage({ incoming, settle, fail });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // One turn of the event loop, so that all messages of a batch are in the queue.
    await Promise.resolve();
    while (!this.queue.isEmpty) {
      if (this.queue.requestCount === 0) await this.pace.wait();
      const batch = this.queue.next();
      try {
        await this.windows.known;
        await this.record(batch);
        this.windows.sweepWhenDue();
      } catch (error) {
        for (const waiting of batch) waiting.fail(error);
      }
    }
    this.working = false;
  }

  /** Decides a batch and appends it; decides again when a subscription changed in between. */
  private async record(batch: Waiting[]): Promise<void> {
    for (;;) {
      const decided = await this.decideBatch(batch);
      try {
        const result = await this.append(decided);
        this.parts.windows.keep();
        await this.settle(batch, decided, result);
        return;
      } catch (error) {
        this.parts.windows.undo();
        if (error instanceof AppendInvalid) return this.recordApart(batch, error);
        if (!(error instanceof AppendRejected) || error.rejection.kind !== 'condition') throw error;
        await this.parts.table.reached(error.rejection.lastPosition);
      }
    }
  }

  /**
   * No repetition would get these through: half of them may, down to the one that no record can hold. It is refused, or it would come
   * again for ever and keep everything that the tenant publishes waiting behind it.
   */
  private async recordApart(batch: Waiting[], error: AppendInvalid): Promise<void> {
    const [first] = batch;
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await this.record(batch.slice(0, half));
      return this.record(batch.slice(half));
    }
    if (first === undefined || !(error instanceof AppendTooLarge)) throw error;
    const refused = new Refused(
      'routing_too_large',
      'What the subscriptions make of the notification is too long for one record.',
    );
    first.settle(await this.refused(first.incoming, refused, readIncoming(first.incoming)));
  }

  private append(decided: Decided[]): Promise<readonly StreamResult[]> {
    const { tenant, table, eventLog } = this.parts;
    return eventLog
      .append({
        streams: decided.map((one) => one.append),
        conditions: [{ category: 'subscription', tenant, after: table.decidedOn(tenant) }],
        fence: { lease: this.lease.name, epoch: this.lease.epoch },
      })
      .then((result) => result.streams);
  }

  /**
   * A repeat must not open a suppression window a second time, nor may what is refused for its repeated id: where a decision opens one, it is
   * first looked up whether the notification is on the record already, or comes twice in the batch, and if so the batch is decided again
   * without the windows of these.
   */
  private async decideBatch(batch: Waiting[]): Promise<Decided[]> {
    const decided = batch.map(({ incoming }) => decideOne(incoming, this.using));
    const openers = decided.filter((one) => one.kind === 'routed' && one.data.opened.length > 0);
    if (openers.length === 0) return decided;
    const known = await this.parts.eventLog.readStreams(openers.map((one) => one.append.stream));
    const seen = new Set<string>(known.keys());
    const repeats = new Set(decided.filter((one) => one.kind === 'routed' && !isFirst(seen, one.append.stream)));
    if (repeats.size === 0) return decided;
    this.parts.windows.undo();
    const withoutWindows: DecidingWith = { ...this.using, windows: this.parts.windows.frozen() };
    return decided.map((one) => decideOne(one.incoming, repeats.has(one) ? withoutWindows : this.using));
  }

  private get using(): DecidingWith {
    const { table, windows, types, tenantKey, log } = this.parts;
    return { table, windows, types, tenantKey, newRefusalId: refusalIdOf, log };
  }

  private async settle(batch: Waiting[], decided: Decided[], results: readonly StreamResult[]): Promise<void> {
    const repeats = decided.filter((one, index) => one.kind === 'routed' && results[index]?.written === false);
    const known =
      repeats.length === 0
        ? new Map<string, RecordedEvent[]>()
        : await this.parts.eventLog.readStreams(repeats.map((one) => one.append.stream));
    for (const [index, one] of decided.entries()) {
      const waiting = batch[index] as Waiting;
      const result = results[index] as StreamResult;
      if (one.kind === 'refused') {
        waiting.settle({
          kind: 'refused',
          refused: new Refused(one.data.code, one.data.detail, one.data.pointer ?? undefined),
          data: one.data,
        });
      } else if (result.written) {
        const { notificationId } = one.notification;
        waiting.settle({ kind: 'recorded', notificationId, position: result.positions[0] ?? 0, duplicate: false });
      } else waiting.settle(await this.repeat(one, known.get(one.append.stream)?.[0]));
    }
  }

  /** The same (tenant, source, id) again: the same payload is the same notification, another one is refused and that is recorded. */
  private async repeat(one: Extract<Decided, { kind: 'routed' }>, first: RecordedEvent | undefined): Promise<Settled> {
    const before = first?.data as NotificationRouted | undefined;
    const { notification, incoming } = one;
    if (
      before?.payloadMac === payloadMac(this.parts.tenantKey, notification.payloadText) &&
      before.type === notification.facts.type
    ) {
      return {
        kind: 'recorded',
        notificationId: notification.notificationId,
        position: first?.position ?? 0,
        duplicate: true,
      };
    }
    const refused = new Refused(
      'notification_conflict',
      'This id of this source was published before with another payload or type.',
    );
    return this.refused(incoming, refused, notification);
  }

  /** Puts a refusal on the record. */
  private async refused(incoming: Incoming, refused: Refused, notification?: Notification): Promise<Settled> {
    const record = refuse(incoming, refused, refusalIdOf(incoming), notification);
    await this.parts.eventLog.append({
      streams: [record.append],
      fence: { lease: this.lease.name, epoch: this.lease.epoch },
    });
    return { kind: 'refused', refused, data: record.data };
  }
}

function isFirst(seen: Set<string>, stream: string): boolean {
  const before = seen.size;
  return seen.add(stream).size > before;
}

/** Checks one notification as the intake would, without recording anything; throws `Refused`. */
export function validateIncoming(incoming: Incoming, types: TypeRules): void {
  types.check(incoming.tenant, readIncoming(incoming));
}

/** The same for a redelivery of the same message, so that a refusal is on the record once. */
export function refusalIdOf(incoming: Incoming): string {
  const bytes = createHash('sha256').update(`${incoming.tenant}\0${incoming.fallbackId}`).digest().subarray(0, 16);
  return encodeTypeId('ref', bytes);
}

function incomingOf(tenant: string, message: StreamMessage): Incoming {
  const { stream, seq, storedAtNanos } = message;
  return {
    via: 'jetstream',
    tenant,
    type: parseNotificationSubject(message.subject)?.type ?? null,
    subject: message.subject,
    actor: 'publisher',
    body: message.data,
    header: (name) => message.headers?.get(name) ?? '',
    // The stored time and the sequence are the same for a redelivery, and no other message of this or a later stream has both.
    fallbackId: `${stream}-${seq}-${storedAtNanos}`,
    receivedAt: new Date(Math.floor(storedAtNanos / 1e6)).toISOString(),
  };
}
