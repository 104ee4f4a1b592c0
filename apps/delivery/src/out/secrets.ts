import type { NatsConnection } from '@nats-io/transport-node';
import { ask, AskFailed } from '@waybill/bus/ask';
import { rpcSubject } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';
import { type SealedSecrets, type SecretBox, SecretBoxFault } from '@waybill/service-kit/secret-box';
import type { Connector } from '../work/connectors.js';
import type { StoredSets } from './stored-sets.js';

type Values = Readonly<Record<string, string>>;

/** Opened sets in memory; one connector has one or two. */
const openedMax = 5_000;

/** The values of connectors' secrets: sealed in this service's own table, so that it sends with registry down, opened only in memory. */
export class Secrets {
  private readonly opened = new Map<string, Values>();

  constructor(
    private readonly parts: {
      readonly nc: NatsConnection;
      readonly sets: StoredSets;
      readonly box: SecretBox;
      readonly log: Log;
    },
  ) {}

  /**
   * The values at the version the connector names; null while they cannot be had: neither this service has the set nor registry answers,
   * or it does not open. The operator is told of the latter, because only he can mend it, and the delivery waits.
   */
  async of(connector: Connector): Promise<Values | null> {
    if (connector.secretVersion === 0) return {};
    const key = `${connector.id} ${connector.secretVersion}`;
    const known = this.opened.get(key);
    if (known) return known;
    const stored = await this.parts.sets.read(placeOf(connector));
    const values =
      (stored && this.open(connector, stored)) ?? this.open(connector, await this.fetched(connector, stored));
    if (values === null) return null;
    if (this.opened.size >= openedMax) this.opened.delete(this.opened.keys().next().value as string);
    this.opened.set(key, values);
    return values;
  }

  /** Fetches a set before it is needed: a connector that was saved while registry is up works when registry is down. */
  async prefetch(connector: Connector): Promise<void> {
    if (connector.state !== 'deleted') await this.of(connector);
  }

  private open(connector: Connector, sealed: SealedSecrets | null): Values | null {
    if (sealed === null) return null;
    try {
      return this.parts.box.open(sealed, placeOf(connector));
    } catch (error) {
      if (!(error instanceof SecretBoxFault)) throw error;
      this.parts.log.error(
        { connectorId: connector.id, secretVersion: connector.secretVersion, code: error.code },
        error.event,
      );
      return null;
    }
  }

  /** From registry; what is kept here already is replaced by it only where it opens and that does not. */
  private async fetched(connector: Connector, stored: SealedSecrets | null): Promise<SealedSecrets | null> {
    const { nc, sets, log } = this.parts;
    const { id: connectorId, secretVersion, tenant } = connector;
    try {
      const subject = rpcSubject('registry', tenant, 'connectors.sealed-secrets');
      const { sealed } = await ask<{ sealed: SealedSecrets | null }>(nc, subject, { connectorId, secretVersion });
      if (sealed === null) return null;
      if (stored === null || this.open(connector, sealed) !== null) await sets.write(placeOf(connector), sealed);
      return sealed;
    } catch (error) {
      if (!(error instanceof AskFailed)) throw error;
      log.warn({ err: error, connectorId }, 'secrets.not-fetched');
      return null;
    }
  }
}

const placeOf = ({ tenant, id, secretVersion }: Connector) => ({ tenant, connectorId: id, secretVersion });
