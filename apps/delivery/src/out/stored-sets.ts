import type { SealedTable } from '@waybill/service-kit/rewrap';
import type { SealedSecrets, SecretPlace } from '@waybill/service-kit/secret-box';
import type { DataSource } from 'typeorm';

/** The sealed sets that this service keeps, so that it sends with registry down; the tenant of each is that of its connector. */
export class StoredSets implements SealedTable {
  constructor(private readonly database: DataSource) {}

  async read({ connectorId, secretVersion }: SecretPlace): Promise<SealedSecrets | null> {
    const [row] = await this.database.query<{ sealed: SealedSecrets }[]>(
      'select sealed from sealed_secrets where connector_id = $1 and secret_version = $2',
      [connectorId, secretVersion],
    );
    return row?.sealed ?? null;
  }

  async write({ connectorId, secretVersion }: SecretPlace, sealed: SealedSecrets): Promise<void> {
    await this.database.query(
      `insert into sealed_secrets (connector_id, secret_version, sealed) values ($1, $2, $3)
       on conflict (connector_id, secret_version) do update set sealed = excluded.sealed`,
      [connectorId, secretVersion, JSON.stringify(sealed)],
    );
  }

  async stale(currentKek: string, limit: number) {
    const rows = await this.database.query<StaleRow[]>(staleSql, [currentKek, limit]);
    return rows.map(({ connector_id: connectorId, secret_version: secretVersion, tenant, sealed }) => ({
      place: { tenant, connectorId, secretVersion },
      sealed,
    }));
  }

  replace(place: SecretPlace, sealed: SealedSecrets): Promise<void> {
    return this.write(place, sealed);
  }
}

interface StaleRow {
  readonly connector_id: string;
  readonly secret_version: number;
  readonly tenant: string;
  readonly sealed: SealedSecrets;
}

const staleSql = `
  select s.connector_id, s.secret_version, m.tenant, s.sealed
  from sealed_secrets s join mirrored_streams m on m.log = 'registry-0' and m.stream = 'connector-' || s.connector_id
  where s.sealed->>'kek' <> $1 order by s.connector_id, s.secret_version limit $2`;
