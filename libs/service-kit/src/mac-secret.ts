import { randomBytes } from 'node:crypto';
import type { SealedSecrets, SecretBox } from './secret-box.js';
import type { DataSource, QueryRunner } from 'typeorm';
import { grantToApp } from './database.js';

/** What the secret is bound to. */
export const macSecretPlace = { tenant: '_', connectorId: 'mac-secret', secretVersion: 1 };

/**
 * The secret from which the keys of all HMACs of this service are derived; made at the first start. It outlives every change of the
 * key-encryption key, because a repeat that comes years later is recognised by it.
 */
export async function macSecret(database: DataSource, box: SecretBox): Promise<Buffer> {
  const fresh = box.seal({ secret: randomBytes(32).toString('base64') }, macSecretPlace);
  // Of two copies that start at once the first one's is kept.
  await database.query('insert into mac_secret (sealed) values ($1) on conflict do nothing', [JSON.stringify(fresh)]);
  const [row] = await database.query<{ sealed: SealedSecrets }[]>('select sealed from mac_secret');
  if (row === undefined) throw new Error('the mac secret was not stored');
  return Buffer.from(box.open(row.sealed, macSecretPlace)['secret'] ?? '', 'base64');
}

/** For a migration: the table of `macSecret`. */
export async function createMacSecretTable(runner: QueryRunner): Promise<void> {
  await runner.query(
    `create table mac_secret (only_one boolean primary key default true check (only_one), sealed jsonb not null)`,
  );
  await grantToApp(runner, 'select, insert, update', 'mac_secret');
}
