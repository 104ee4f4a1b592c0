import { grantToApp } from '@waybill/service-kit/database';
import { createMirrorTables } from '@waybill/service-kit/log-mirror';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What delivery keeps of registry: the connectors, and their secrets in the sealed form that registry gave out. */
export class MirrorsAndSecrets1764000000002 implements MigrationInterface {
  readonly name = 'MirrorsAndSecrets1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await createMirrorTables(runner);
    await runner.query(`
      create table sealed_secrets (
        connector_id text not null, secret_version int not null, sealed jsonb not null, fetched_at timestamptz not null default now(),
        primary key (connector_id, secret_version))`);
    await grantToApp(runner, 'select, insert, update, delete', 'sealed_secrets');
    // Who has taken a due delivery. Worthless after a crash of PostgreSQL, so it need not survive one.
    await runner.query(
      `create unlogged table due_leases (id text collate "C" primary key, until timestamptz not null)`,
    );
    await grantToApp(runner, 'select, insert, update, delete', 'due_leases');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table due_leases, sealed_secrets, mirrored_streams, mirrored_logs');
  }
}
