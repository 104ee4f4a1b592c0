import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { followLog } from '@waybill/bus/follow-log';
import type { Lease, Leases } from '@waybill/event-log/leases';
import type { LogCursor } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { Engine } from '../work/engine.js';
import { registryReadMsMax } from './registry-reader.js';
import { RoutedConsumer, type RoutedParts } from './routed.consumer.js';

export const routingLog = 'subscriptions-0';
const leaseName = `reader:${routingLog}`;
const batchMax = 500;
const pauseAfterFaultMs = 500;

export interface ReaderParts extends RoutedParts {
  readonly engine: Engine;
  readonly log: Log;
  readonly nc: NatsConnection;
  readonly leases: Leases;
  readonly cursorOf: (log: string) => Promise<LogCursor | null>;
  readonly copy: string;
  readonly leaseMs: number;
  /** Resolves when registry's log was read as far as it goes now, or after so long. */
  readonly registryRead: (withinMs: number) => Promise<unknown>;
  /** Lets go of deliveries that another copy is to send. */
  readonly release: (deliveryIds: readonly string[]) => Promise<void>;
}

/** Reads the log of subscriptions while this copy holds the reader's lease; the other copies wait for it and send what is due. */
export class RoutedReader {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ReaderParts) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const lease = await this.parts.leases.acquire(leaseName, this.parts.copy, this.parts.leaseMs);
        if (lease !== null) await this.readWith(lease);
      } catch (error) {
        this.parts.log.warn({ err: error }, 'reader.fault');
      }
      await delay(this.parts.leaseMs / 4, undefined, { signal }).catch(() => undefined);
    }
  }

  private async readWith(first: Lease): Promise<void> {
    const { parts } = this;
    const held = { lease: first };
    const lost = new AbortController();
    const renewing = this.renew(held, lost);
    parts.log.info({ lease: leaseName, epoch: first.epoch }, 'reader.taken');
    parts.engine.pace(true);
    while (!lost.signal.aborted) {
      await this.follow(held, lost.signal);
      if (!lost.signal.aborted)
        await delay(pauseAfterFaultMs, undefined, { signal: lost.signal }).catch(() => undefined);
    }
    await parts
      .release(parts.engine.pace(false))
      .catch((error: unknown) => parts.log.warn({ err: error }, 'reader.fault'));
    await renewing;
    await parts.leases.release(held.lease);
    parts.log.info({ lease: leaseName }, 'reader.let-go');
  }

  /** Reads until the lease is lost or an append did not come about; then everything begins anew at the place that is on the record. */
  private async follow(held: { readonly lease: Lease }, lost: AbortSignal): Promise<void> {
    const { parts } = this;
    const broken = new AbortController();
    let consumer: RoutedConsumer | null = null;
    const onFault = (error: unknown): void => parts.log.warn({ err: error, log: routingLog }, 'follow.fault');
    const begin = async (): Promise<number> => {
      await consumer?.stop();
      // A connector that was closed and enabled again while nobody read: what is accepted now must stand behind its closing.
      await parts.registryRead(registryReadMsMax);
      const from = (await parts.cursorOf(routingLog))?.position ?? 0;
      const fence = () => ({ lease: leaseName, epoch: held.lease.epoch });
      const failed = (error: unknown): void => (onFault(error), broken.abort());
      consumer = new RoutedConsumer({ from, fence, failed }, parts);
      return from;
    };
    // What was read ahead may take minutes to accept: whoever has the lease now reads it again.
    const stop = (): void => void consumer?.stop();
    lost.addEventListener('abort', stop, { once: true });
    await followLog({
      nc: parts.nc,
      log: routingLog,
      after: begin,
      onBatch: async (events) => consumer?.take(events),
      batchMax,
      signal: AbortSignal.any([lost, broken.signal]),
      onFault,
    });
    lost.removeEventListener('abort', stop);
    await (consumer as RoutedConsumer | null)?.stop();
  }

  private async renew(held: { lease: Lease }, lost: AbortController): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && !lost.signal.aborted) {
      await delay(this.parts.leaseMs / 4, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const renewed = await this.parts.leases.renew(held.lease, this.parts.leaseMs).catch(() => null);
      if (renewed === null) break;
      held.lease = renewed;
    }
    lost.abort();
  }
}
