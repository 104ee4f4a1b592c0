import type { NatsConnection } from '@nats-io/transport-node';
import { ask, AskFailed } from '@waybill/bus/ask';
import { rpcSubject } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';
import type { SealedSecrets, SecretBox } from '@waybill/service-kit/secret-box';
import type { DataSource } from 'typeorm';
import type { Connector } from '../work/connectors.js';

type Values = Readonly<Record<string, string>>;

/** Opened sets in memory; one connector has one or two. */
const openedMax = 5_000;

/** The values of connectors' secrets: sealed in this service's own table, so that it sends with registry down, opened only in memory. */
export class Secrets {
  private readonly opened = new Map<string, Values>();

  constructor(
    private readonly parts: {
      readonly nc: NatsConnection;
      readonly database: DataSource;
      readonly box: SecretBox;
      readonly log: Log;
    },
  ) {}

  /** The values at the version the connector names; null while neither this service has the set nor registry answers. */
  async of(connector: Connector): Promise<Values | null> {
    if (connector.secretVersion === 0) return {};
    const key = `${connector.id} ${connector.secretVersion}`;
    const known = this.opened.get(key);
    if (known) return known;
    const sealed = (await this.stored(connector)) ?? (await this.fetched(connector));
    if (sealed === null) return null;
    const values = this.parts.box.open(sealed, placeOf(connector));
    if (this.opened.size >= openedMax) this.opened.delete(this.opened.keys().next().value as string);
    this.opened.set(key, values);
    return values;
  }

  /** Fetches a set before it is needed: a connector that was saved while registry is up works when registry is down. */
  async prefetch(connector: Connector): Promise<void> {
    if (connector.state !== 'deleted') await this.of(connector);
  }

  private async stored(connector: Connector): Promise<SealedSecrets | null> {
    const rows = await this.parts.database.query<{ sealed: SealedSecrets }[]>(
      'select sealed from sealed_secrets where connector_id = $1 and secret_version = $2',
      [connector.id, connector.secretVersion],
    );
    return rows[0]?.sealed ?? null;
  }

  private async fetched(connector: Connector): Promise<SealedSecrets | null> {
    const { nc, database, log } = this.parts;
    const { id: connectorId, secretVersion, tenant } = connector;
    try {
      const subject = rpcSubject('registry', tenant, 'connectors.sealed-secrets');
      const { sealed } = await ask<{ sealed: SealedSecrets | null }>(nc, subject, { connectorId, secretVersion });
      if (sealed === null) return null;
      await database.query(
        'insert into sealed_secrets (connector_id, secret_version, sealed) values ($1, $2, $3) on conflict do nothing',
        [connectorId, secretVersion, JSON.stringify(sealed)],
      );
      return sealed;
    } catch (error) {
      if (!(error instanceof AskFailed)) throw error;
      log.warn({ err: error, connectorId }, 'secrets.not-fetched');
      return null;
    }
  }
}

const placeOf = ({ tenant, id, secretVersion }: Connector) => ({ tenant, connectorId: id, secretVersion });
