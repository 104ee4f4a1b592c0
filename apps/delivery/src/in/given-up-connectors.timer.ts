import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask, AskFailed } from '@waybill/bus/ask';
import { publishSubject, rpcSubject } from '@waybill/contracts/subjects';
import type { EventLog } from '@waybill/event-log/log';
import type { Leases } from '@waybill/event-log/leases';
import type { Log } from '@waybill/service-kit/logger';
import type { HealthRow } from '../read/health-rows.js';
import type { Connectors } from '../work/connectors.js';
import type { News } from '../work/news.js';

/** Somebody who waits for it sees it in a second; registry that is away is asked again as often. */
const lookEveryMs = 1_000;
/** Where nothing was given up it is looked at so often, unless the log moves. */
const idleLookMs = 10_000;
/** One copy asks at a time; another takes over when it dies. */
const leaseName = 'given-up-connectors';
const leaseMs = 10_000;

export const disabledNotificationType = 'waybill.connector.disabled';

export interface GivenUpParts {
  readonly nc: NatsConnection;
  readonly eventLog: EventLog;
  readonly leases: Leases;
  readonly connectors: Connectors;
  readonly health: () => Promise<HealthRow[]>;
  readonly news: News;
  readonly log: Log;
  readonly copy: string;
}

/**
 * Has connectors disabled that were given up (410, or five failing days), and tells the tenant with a notification. What the event says
 * is carried out at least once: registry takes a second disabling for the same event for none, also where somebody has enabled the connector
 * in between, and the notification's id is derived from the event.
 */
export class GivenUpConnectorsTimer {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: GivenUpParts) {}

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
      const { mark } = this.parts.news;
      const isQuiet = await this.look().catch((error: unknown) =>
        this.parts.log.warn({ err: error }, 'given-up.waits'),
      );
      if (isQuiet === true) await this.parts.news.wait(mark, { beatMs: lookEveryMs, atMostMs: idleLookMs, signal });
      else await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers whether there was nothing to do. */
  private async look(): Promise<boolean> {
    const rows = (await this.parts.health()).filter(({ givenUp }) => givenUp !== null);
    if (rows.length === 0) return true;
    const { leases, copy } = this.parts;
    const lease = await leases.acquire(leaseName, copy, leaseMs);
    if (lease === null) return false;
    try {
      // One that cannot be disabled now is no reason to leave the others, of other tenants too, as they are.
      for (const row of rows)
        await this.disable(row).catch((error: unknown) =>
          this.parts.log.warn({ err: error, connectorId: row.connectorId }, 'given-up.waits'),
        );
    } finally {
      await leases.release(lease);
    }
    return false;
  }

  private async disable(row: HealthRow): Promise<void> {
    const { connectorId, tenant, givenUp: reason } = row;
    const { eventLog, log } = this.parts;
    const actor = 'service:delivery';
    await this.askRegistry(row, { 'Waybill-Actor': actor });
    await this.notify(row, { 'Waybill-Actor': actor });
    const event = { type: 'ConnectorDisableAsked', schemaVersion: 1, data: { connectorId, reason }, meta: { actor } };
    await eventLog.append({
      streams: [{ stream: `connectorhealth-${connectorId}`, tenant, expected: 'any', events: [event] }],
    });
    log.warn({ connectorId, reason, because: row.because }, 'connector.disabled');
  }

  private async askRegistry(
    { connectorId, tenant, givenUp, givenUpPosition }: HealthRow,
    headers: Record<string, string>,
  ): Promise<void> {
    try {
      await ask(
        this.parts.nc,
        rpcSubject('registry', tenant, 'connectors.disable'),
        { id: connectorId, reason: givenUp, givenUpPosition },
        { headers },
      );
    } catch (error) {
      // It was deleted in the meantime: nothing is left to disable.
      if (error instanceof AskFailed && (error.problem.status === 404 || error.problem.status === 410)) return;
      throw error;
    }
  }

  /** Where the tenant's own rules refuse the notification that is on record, and asking again would be refused again. */
  private async notify(row: HealthRow, headers: Record<string, string>): Promise<void> {
    const { connectorId, tenant } = row;
    const id = `${connectorId}:${row.givenUpPosition}`;
    const notification = { type: disabledNotificationType, source: 'waybill', id, payload: this.payloadOf(row) };
    try {
      await ask(this.parts.nc, publishSubject(tenant), notification, { headers });
    } catch (error) {
      if (!(error instanceof AskFailed) || !isRefusal(error.problem.status)) throw error;
      this.parts.log.warn({ err: error, connectorId }, 'given-up.not-told');
    }
  }

  private payloadOf({ connectorId, givenUp, because, failingSinceMs }: HealthRow): object {
    const connector = this.parts.connectors.get(connectorId);
    return {
      connectorId,
      name: connector?.name ?? null,
      target: connector?.target ?? null,
      reason: givenUp,
      because,
      failingSince: failingSinceMs === null ? null : new Date(failingSinceMs).toISOString(),
    };
  }
}

/** A refusal of what was asked; 429 only of the moment. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;
