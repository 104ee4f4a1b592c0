import type { SealedTable } from '@waybill/service-kit/rewrap';
import type { SealedSecrets, SecretPlace } from '@waybill/service-kit/secret-box';
import type { DataSource } from 'typeorm';

/** Two administrators on one connector at the same moment; more tries than people. */
const triesMax = 20;

/**
 * The sealed secrets of connectors, beside the log: a set is written BEFORE the event that refers to it,
 * so that a crash in between leaves a set that nobody uses, never an event whose secrets are missing.
 * A version is given out once: two writers at the same moment get two versions, and the log decides which one counts.
 */
export class SealedSets implements SealedTable {
  constructor(private readonly database: DataSource) {}

  /** Seals a set under the next free version and answers that version. */
  async write(tenant: string, connectorId: string, seal: (secretVersion: number) => SealedSecrets): Promise<number> {
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const [row] = await this.database.query<{ next: number }[]>(nextSql, [connectorId]);
      const next = row?.next ?? 1;
      const written = await this.database.query<unknown[]>(insertSql, [
        connectorId,
        next,
        tenant,
        JSON.stringify(seal(next)),
      ]);
      if (written.length > 0) return next;
    }
    throw new Error(`no free secret version for ${connectorId} after ${triesMax} tries`);
  }

  /** The set of one version; null for one that was never written or belongs to another tenant. */
  async read(tenant: string, connectorId: string, secretVersion: number): Promise<SealedSecrets | null> {
    const [row] = await this.database.query<{ secrets: SealedSecrets }[]>(readSql, [
      connectorId,
      secretVersion,
      tenant,
    ]);
    return row?.secrets ?? null;
  }

  /** For `rewrapSets`. */
  async stale(currentKek: string, limit: number) {
    const rows = await this.database.query<StaleSet[]>(staleSql, [currentKek, limit]);
    return rows.map(({ connector_id: connectorId, secret_version: secretVersion, tenant, secrets }) => ({
      place: { tenant, connectorId, secretVersion },
      sealed: secrets,
    }));
  }

  /** For `rewrapSets`: the only change that a set ever sees. */
  async replace({ connectorId, secretVersion }: SecretPlace, sealed: SealedSecrets): Promise<void> {
    await this.database.query(rewrapSql, [connectorId, secretVersion, JSON.stringify(sealed)]);
  }
}

interface StaleSet {
  readonly connector_id: string;
  readonly secret_version: number;
  readonly tenant: string;
  readonly secrets: SealedSecrets;
}

const nextSql = 'select coalesce(max(secret_version), 0) + 1 as next from sealed_secrets where connector_id = $1';
const insertSql = `
  insert into sealed_secrets (connector_id, secret_version, tenant, secrets) values ($1, $2, $3, $4)
  on conflict do nothing returning secret_version`;
const readSql = 'select secrets from sealed_secrets where connector_id = $1 and secret_version = $2 and tenant = $3';
const staleSql = `select connector_id, secret_version, tenant, secrets from sealed_secrets where secrets->>'kek' <> $1 limit $2`;
const rewrapSql = 'update sealed_secrets set secrets = $3 where connector_id = $1 and secret_version = $2';
