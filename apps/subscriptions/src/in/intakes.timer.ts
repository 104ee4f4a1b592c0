import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { oldestWaitingMs } from '@waybill/bus/work-queue';
import { notificationStream, rpcSubject } from '@waybill/contracts/subjects';
import type { Lease, Leases } from '@waybill/event-log/leases';
import type { Log } from '@waybill/service-kit/logger';
import type { RecordedWindow } from '../routing/suppression-windows.js';
import type { Router } from '../routing/router.js';
import { SuppressionWindows } from '../routing/suppression-windows.js';
import { answerForwarded } from './forwarded-publish.js';
import { Intake } from './intake.js';

export interface IntakesParts {
  readonly nc: NatsConnection;
  readonly router: Router;
  readonly leases: Leases;
  /** The windows of a tenant that were open at that time or later, as of the newest event of the log; null: all that are kept. */
  readonly loadWindows: (tenant: string, sinceMs: number | null) => Promise<RecordedWindow[]>;
  /** Resolves when nearly everything that was routed has been carried on, or cannot be for now. */
  readonly carried: () => Promise<void>;
  readonly log: Log;
  readonly copy: string;
  readonly leaseMs: number;
}

interface Held {
  lease: Lease;
  readonly intake: Intake;
  readonly stopping: AbortController;
  readonly running: Promise<void>;
  readonly forwarded: Subscription;
}

/**
 * Holds the intake of as many tenants as it can get: one lease a tenant, so that the tenants spread over the copies and each tenant
 * has exactly one place where its notifications are decided. A copy that dies loses its leases after `leaseMs`.
 */
export class Intakes {
  private readonly held = new Map<string, Held>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;

  constructor(private readonly parts: IntakesParts) {}

  start(): void {
    this.timer = setTimeout(this.look, 0);
  }

  /** Looks for tenants without an intake now instead of at the next turn of the clock. */
  lookSoon(): void {
    if (this.timer === null || this.isLooking) return;
    clearTimeout(this.timer);
    this.look();
  }

  private readonly look = (): void => {
    this.isLooking = true;
    this.looking = this.lookAtAll()
      .catch((error: unknown) => this.parts.log.warn({ err: error }, 'intakes.fault'))
      .finally(() => {
        this.isLooking = false;
        if (this.timer !== null) this.timer = setTimeout(this.look, this.parts.leaseMs / 4);
      });
  };

  /** The intake of a tenant, when this copy holds it. */
  of(tenant: string): Intake | undefined {
    return this.held.get(tenant)?.intake;
  }

  /** Gives every lease back, so that another copy goes on at once. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.looking;
    await Promise.all([...this.held.keys()].map((tenant) => this.letGo(tenant, true)));
  }

  private async lookAtAll(): Promise<void> {
    const { leases, leaseMs, router, copy } = this.parts;
    const renewedAtOnce = await leases.renewAll(
      [...this.held.values()].map(({ lease }) => lease),
      leaseMs,
    );
    for (const tenant of router.registry.allTenants()) {
      const held = this.held.get(tenant);
      if (held === undefined) {
        const lease = await leases.acquire(`intake:${tenant}`, copy, leaseMs);
        if (lease !== null) this.hold(tenant, lease);
        continue;
      }
      const renewed = renewedAtOnce.get(held.lease.name) ?? (await leases.renew(held.lease, leaseMs));
      if (renewed === null) await this.letGo(tenant, false);
      else {
        held.lease = renewed;
        held.intake.renewed(renewed);
      }
    }
  }

  private hold(tenant: string, lease: Lease): void {
    const { nc, router, log } = this.parts;
    const tenantKey = router.tenantKey(tenant);
    const intake = new Intake(
      {
        tenant,
        nc,
        eventLog: router.eventLog,
        table: router.table,
        windows: new SuppressionWindows(tenantKey),
        types: router.types,
        tenantKey,
        log,
        loadWindows: (sinceMs) => this.parts.loadWindows(tenant, sinceMs),
        oldestWaitingMs: () => oldestWaitingMs(nc, notificationStream(tenant)),
        carried: this.parts.carried,
      },
      lease,
    );
    const stopping = new AbortController();
    const running = intake.run(stopping.signal).catch((error: unknown) => {
      log.error({ err: error, tenant }, 'intake.stopped');
      // Without this the lease would be renewed for an intake that does not run.
      void this.letGo(tenant, true);
    });
    const forwarded = answerForwarded(nc, rpcSubject('subscriptions', tenant, 'intake.publish'), tenant, intake);
    this.held.set(tenant, { lease, intake, stopping, running, forwarded });
    log.info({ tenant, epoch: lease.epoch }, 'intake.taken');
  }

  private async letGo(tenant: string, release: boolean): Promise<void> {
    const held = this.held.get(tenant);
    if (held === undefined) return;
    this.held.delete(tenant);
    held.forwarded.unsubscribe();
    held.stopping.abort();
    await held.running;
    const released = release && (await this.giveBack(held.lease));
    this.parts.log.info({ tenant, released }, 'intake.let-go');
  }

  /** Never rejects: an intake stops above all when PostgreSQL goes away, and a lease that is not given back runs out. */
  private async giveBack(lease: Lease): Promise<boolean> {
    return this.parts.leases.release(lease).then(
      () => true,
      (error: unknown) => {
        this.parts.log.warn({ err: error, lease: lease.name }, 'intake.not-given-back');
        return false;
      },
    );
  }
}
