import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import type { Connector, ConnectorHealth, ConnectorsHealth } from '@waybill/contracts/http/connectors';
import { rpcSubject } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';

/** Whoever looks at a connector does not wait longer for how it is doing. */
const askTimeoutMs = 500;
/** A delivery service that did not answer is not asked again for so long. */
const leaveAloneMs = 2_000;

const wellHealth: ConnectorHealth = { failingSince: null, because: null, pausedUntil: null };

/**
 * Asks delivery how the connectors of a tenant are doing. Registry works without it: while delivery does not answer, what it said last
 * is shown, and a connector that nothing was said of is shown as healthy.
 */
export class ConnectorsHealthOf {
  private readonly last = new Map<string, ReadonlyMap<string, ConnectorHealth>>();
  private askAgainMs = 0;

  constructor(
    private readonly nats: NatsConnection,
    private readonly log: Log,
  ) {}

  /** By connector id; those that are well are not in it. */
  async tenant(tenant: string): Promise<ReadonlyMap<string, ConnectorHealth>> {
    if (Date.now() < this.askAgainMs) return this.last.get(tenant) ?? new Map();
    try {
      const subject = rpcSubject('delivery', tenant, 'connectors.health');
      const { items } = await ask<ConnectorsHealth>(this.nats, subject, {}, { timeoutMs: askTimeoutMs });
      const health = new Map(
        items.map(({ connectorId, failingSince, because, pausedUntil }) => [
          connectorId,
          { failingSince, because, pausedUntil },
        ]),
      );
      this.last.set(tenant, health);
      return health;
    } catch (error) {
      this.askAgainMs = Date.now() + leaveAloneMs;
      this.log.info({ err: error, tenant }, 'connectors-health.not-known');
      return this.last.get(tenant) ?? new Map();
    }
  }

  /** The connector with its health as it is now. */
  async shown<Shown extends Connector>(connector: Shown): Promise<Shown> {
    return withHealth(connector, await this.tenant(connector.tenant));
  }
}

/** A disabled connector is no longer failing, whatever it did before. */
export function withHealth<Shown extends Connector>(
  connector: Shown,
  known: ReadonlyMap<string, ConnectorHealth>,
): Shown {
  const health = (connector.enabled && known.get(connector.id)) || wellHealth;
  const status = connector.enabled && health.failingSince !== null ? 'failing' : connector.status;
  return { ...connector, status, health };
}
