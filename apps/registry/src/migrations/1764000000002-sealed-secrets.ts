import { grantToApp } from '@waybill/service-kit/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets of connectors, sealed; the key that opens them is not in this database. */
export class SealedSecrets1764000000002 implements MigrationInterface {
  readonly name = 'SealedSecrets1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sealed_secrets (
        connector_id text not null,
        secret_version int not null check (secret_version > 0),
        tenant text not null,
        secrets jsonb not null,
        sealed_at timestamptz not null default now(),
        primary key (connector_id, secret_version))`);
    // Rewrapping after a change of the key-encryption key is the only update there is.
    await grantToApp(runner, 'select, insert, update (secrets)', 'sealed_secrets');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sealed_secrets');
  }
}
