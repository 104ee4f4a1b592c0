import type { LogEvent } from '@waybill/contracts/log-event';
import type { AppendRequest } from '@waybill/event-log/log';
import type { Lease } from '@waybill/event-log/leases';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { ConnectorHealths } from '../work/connector-healths.js';
import type { Connector } from '../work/connectors.js';
import type { Job } from '../work/job.js';
import { SmallSteps } from '../work/small-steps.js';
import { RoutedConsumer } from './routed.consumer.js';

export const log = 'subscriptions-0';
const at = new Date(Date.UTC(2026, 10, 29)).toISOString();
const plan = {
  attemptId: 'att_1',
  connectorVersion: 1,
  secretVersion: 1,
  startedAt: at,
  deadline: at,
  renderer: 'json@1',
};
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What the routing log says at successive positions. */
export class Routing {
  private position = 0;

  routed(tenant: string, connectors: number, { held = false } = {}): LogEvent {
    const subscriptionId = 'sub_1';
    const connectorIds = Array.from({ length: connectors }, (_, n) => `con_${tenant}_${n}`);
    const id = `ntf_${this.position + 1}`;
    const data = {
      notificationId: id,
      id,
      type: 'incident',
      source: 'soc',
      time: at,
      chosen: held ? [] : [{ subscriptionId, connectorIds }],
      suppressed: held ? [{ subscriptionId, connectorIds, until: at }] : [],
    };
    return this.event(tenant, 'NotificationRouted', `notification-${id}`, data);
  }

  closed(tenant: string, subscriptionId: string): LogEvent {
    return this.event(tenant, 'SubscriptionDisabled', `subscription-${subscriptionId}`, {});
  }

  private event(tenant: string, type: string, stream: string, data: object): LogEvent {
    this.position += 1;
    const place = { log, epoch: 1, position: this.position, eventId: `event ${this.position}`, at };
    return {
      ...place,
      tenant,
      type,
      stream,
      data,
      sealed: '{"payload":{"a":1}}',
      traceparent: null,
    } as unknown as LogEvent;
  }
}

/** A consumer over a log in memory that keeps every append, and holds it until told. */
export class Trial {
  readonly appends: AppendRequest[] = [];
  readonly failures: unknown[] = [];
  /** What was told the operator. */
  readonly faults: unknown[] = [];
  macOf: (connectorId: string) => string | undefined = () => undefined;
  readonly offered: Job[] = [];
  readonly left: Job[] = [];
  hasRoom: (connectorId: string) => boolean = () => true;
  readonly healths = new ConnectorHealths();
  eventLog = new MemoryLog('delivery-0');
  consumer!: RoutedConsumer;
  lease: Lease | null = null;
  private readonly waiting: (() => void)[] = [];
  isHeld = false;
  /** How many attempts of a connector may begin. */
  room = 0;
  /** How fast each connector sends, and how much waits for it. */
  speed = { perMs: 0, waiting: 0 };
  nowMs = 0;
  /** What each append takes. */
  tookMs = 0;
  readonly rests: number[] = [];
  /** Ends the rest under way. */
  wake: () => void = () => undefined;

  static async begin(from = 0, before = new Trial()): Promise<Trial> {
    const trial = before;
    trial.lease ??= (await trial.eventLog.leases.acquire('reader', 'one', 60_000)) as Lease;
    trial.consumer = new RoutedConsumer(
      {
        from,
        fence: () => ({ lease: 'reader', epoch: trial.lease?.epoch ?? 0 }),
        failed: (error) => trial.failures.push(error),
      },
      {
        eventLog: { append: (request) => trial.append(request) },
        connectors: {
          get: (id) => ({ id, tenant: id.split('_')[1], target: 'webhook', state: 'enabled' }) as Connector,
        },
        engine: {
          healths: trial.healths,
          nowMs: () => trial.eventLog.nowMs(),
          roomToBegin: () => trial.room,
          speedOf: () => trial.speed,
          plan: () => plan,
          offer: (job) => trial.hasRoom(job.connectorId) && trial.offered.push(job) > 0,
          steps: new SmallSteps({ nowMs: () => trial.nowMs, rest: (ms) => trial.rest(ms) }),
        },
        actor: 'service:delivery',
        correlate: { macOf: (connector) => trial.macOf(connector.id) },
        log: { error: (...told: unknown[]) => void trial.faults.push(told) },
        connectorsKnown: { of: () => Promise.resolve() },
        parked: { park: () => undefined },
        turnsTo: () => undefined,
        leave: async (jobs) => void trial.left.push(...jobs),
        clock: { nowMs: () => trial.nowMs, rest: (ms) => trial.rest(ms) },
      },
    );
    return trial;
  }

  well(tenant: string, connectors: number): void {
    for (let n = 0; n < connectors; n += 1)
      this.healths.hear({ kind: 'success' }, { connectorId: `con_${tenant}_${n}`, deliveryId: 'dlv_1' }, 0);
  }

  /** Lets the oldest append under way go, and what comes of it come. */
  async next(): Promise<void> {
    this.waiting.shift()?.();
    await turn();
  }

  async settled(): Promise<void> {
    for (let still = 0, before = -1; still < 20; still = this.appends.length === before ? still + 1 : 0) {
      before = this.appends.length;
      await turn();
    }
  }

  /** How many deliveries of which tenants each append held. */
  get held(): string[] {
    return this.appends.map(({ streams }) => {
      const counts = new Map<string, number>();
      for (const { tenant } of streams) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
      return [...counts].map(([tenant, count]) => `${tenant}:${count}`).join(' ');
    });
  }

  get places(): (number | undefined)[] {
    return this.appends.map(({ cursor }) => cursor?.to);
  }

  private async rest(ms: number): Promise<void> {
    this.rests.push(ms);
    await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private async append(request: AppendRequest) {
    this.appends.push(request);
    this.nowMs += this.tookMs;
    if (this.isHeld) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.eventLog.append(request);
  }
}
