import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import type { Connector, ConnectorHealth, ConnectorsHealth, ConnectorsTests } from '@waybill/contracts/http/connectors';
import { rpcSubject } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';

/**
 * Whoever looks at a connector does not wait longer for how it is doing. A delivery that is down is known at once, so this is for one that
 * is busy; with less than a second a connector that has just failed was shown as healthy.
 */
const askTimeoutMs = 1_000;
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
  private askTestsAgainMs = 0;

  constructor(
    private readonly nats: NatsConnection,
    private readonly log: Log,
  ) {}

  /** By connector id; those that are well are not in it. */
  async tenant(tenant: string): Promise<ReadonlyMap<string, ConnectorHealth>> {
    if (performance.now() < this.askAgainMs) return this.last.get(tenant) ?? new Map();
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
      this.askAgainMs = performance.now() + leaveAloneMs;
      this.log.info({ err: error, tenant }, 'connectors-health.not-known');
      return this.last.get(tenant) ?? new Map();
    }
  }

  /** The connector with its health as it is now, and how its last test ended. */
  async shown<Shown extends Connector>(connector: Shown): Promise<Shown> {
    const [tested] = await this.withTests(connector.tenant, [connector]);
    return withHealth(tested ?? connector, await this.tenant(connector.tenant));
  }

  /** The connectors, each with how its last test ended; null where there was none, or while delivery does not answer. */
  async withTests<Shown extends Connector>(tenant: string, connectors: readonly Shown[]): Promise<readonly Shown[]> {
    if (connectors.length === 0 || performance.now() < this.askTestsAgainMs) return connectors;
    try {
      const subject = rpcSubject('delivery', tenant, 'connectors.tests');
      const input = { ids: connectors.map(({ id }) => id) };
      const { items } = await ask<ConnectorsTests>(this.nats, subject, input, { timeoutMs: askTimeoutMs });
      const tests = new Map(items.map(({ connectorId, ...lastTest }) => [connectorId, lastTest]));
      return connectors.map((connector) => ({ ...connector, lastTest: tests.get(connector.id) ?? null }));
    } catch (error) {
      this.askTestsAgainMs = performance.now() + leaveAloneMs;
      this.log.info({ err: error, tenant }, 'connectors-tests.not-known');
      return connectors;
    }
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
