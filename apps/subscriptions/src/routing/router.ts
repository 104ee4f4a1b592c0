import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask, AskFailed } from '@waybill/bus/ask';
import { followLog } from '@waybill/bus/follow-log';
import { noTenant, rpcSubject } from '@waybill/contracts/subjects';
import type { EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { LogMirror } from '@waybill/service-kit/log-mirror';
import type { DataSource } from 'typeorm';
import type { RoutingState } from '../read/routing-state.js';
import { foldRegistry, KnownRegistry, type RegistryFact } from './known-registry.js';
import { compileKey } from './key-template.js';
import { RouteTable } from './route-table.js';
import { TypeRules } from './type-rules.js';

export interface RouterParts {
  readonly nc: NatsConnection;
  readonly eventLog: EventLog;
  readonly database: DataSource;
  readonly log: Log;
  readonly builtInTypes: Iterable<{ readonly type: string; readonly schema: Record<string, unknown> }>;
  readonly state: RoutingState;
  /** Any secret of this deployment; tenant keys are derived from it. */
  readonly macSecret: Buffer;
}

const registryLog = 'registry-0';
/** Registry's log is read within milliseconds. */
const newTenantWaitMs = 1_000;

/** What this copy knows in memory: every subscription, every tenant, every type; kept up by following the two logs. */
export class Router {
  private readonly stopping = new AbortController();
  private running: Promise<unknown>[] = [];

  private constructor(
    private readonly parts: RouterParts,
    readonly table: RouteTable,
    readonly types: TypeRules,
    readonly registry: KnownRegistry,
    private readonly mirror: LogMirror<RegistryFact>,
  ) {}

  static async open(parts: RouterParts): Promise<Router> {
    const types = new TypeRules(parts.builtInTypes, parts.log);
    const registry = new KnownRegistry(types);
    const mirror = await LogMirror.open<RegistryFact>({
      database: parts.database,
      log: registryLog,
      fold: foldRegistry,
      changed: registry.changed,
    });
    registry.attach(mirror);
    const table = new RouteTable(compileKey);
    const { rows, position } = await parts.state.loadAll();
    table.load(rows, position);
    const router = new Router(parts, table, types, registry, mirror);
    router.running = [router.followOwnLog(), router.followRegistry()];
    return router;
  }

  get eventLog(): EventLog {
    return this.parts.eventLog;
  }

  /** The key of a tenant's HMACs: equal payloads of two tenants have different ones. */
  tenantKey(tenant: string): KeyObject {
    return createSecretKey(createHmac('sha256', this.parts.macSecret).update(`tenant\0${tenant}`).digest());
  }

  /**
   * Reads on until registry's newest event is known here; answers whether it is. False when registry is down, or when its log arrives late
   * (the broker has just come back): what is unknown here may be there all the same.
   */
  async catchUpWithRegistry(timeoutMs: number): Promise<boolean> {
    try {
      const { position } = await ask<{ position: number }>(
        this.parts.nc,
        rpcSubject('registry', noTenant, 'log.head'),
        {},
        { timeoutMs },
      );
      return await this.registry.reached(position, timeoutMs);
    } catch (error) {
      this.parts.log.debug({ err: error }, 'registry.not-asked');
      return false;
    }
  }

  /**
   * Whether there is such a tenant: as is known here once registry's newest event is, or by registry's own word where its log arrives late.
   * Rejects with `AskFailed` when registry does not answer, for then nobody knows.
   */
  async isTenant(tenant: string): Promise<boolean> {
    if (this.registry.hasTenant(tenant)) return true;
    if (await this.catchUpWithRegistry(newTenantWaitMs)) return this.registry.hasTenant(tenant);
    try {
      await ask(this.parts.nc, rpcSubject('registry', noTenant, 'tenants.get'), { id: tenant });
      return true;
    } catch (error) {
      if (error instanceof AskFailed && error.problem.status === 404) return false;
      throw error;
    }
  }

  /** Asks registry itself. Rejects with `AskFailed`: registry's own problem, or that it does not answer. */
  async askForConnector(tenant: string, id: string): Promise<void> {
    await ask(this.parts.nc, rpcSubject('registry', tenant, 'connectors.get'), { id });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private async followOwnLog(): Promise<void> {
    const { signal } = this.stopping;
    for await (const events of this.parts.eventLog.tail({ after: this.table.position, batchMax: 1_000, signal })) {
      this.table.apply(events);
    }
  }

  private followRegistry(): Promise<void> {
    return followLog({
      nc: this.parts.nc,
      log: registryLog,
      after: this.mirror.after,
      onBatch: this.mirror.take,
      batchMax: 500,
      signal: this.stopping.signal,
      onFault: (error) => this.parts.log.warn({ err: error, log: registryLog }, 'follow.fault'),
    });
  }
}
