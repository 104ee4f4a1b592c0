import { grantToApp } from '@waybill/service-kit/database';
import { createMirrorTables } from '@waybill/service-kit/log-mirror';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What subscriptions keeps of registry, and the secret from which the keys of its HMACs are derived. */
export class Mirrors1764000000002 implements MigrationInterface {
  readonly name = 'Mirrors1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await createMirrorTables(runner);
    // Made once and never changed: a repeat that comes years later is still recognised by it. Sealed under the log's KEK.
    await runner.query(
      `create table mac_secret (only_one boolean primary key default true check (only_one), sealed jsonb not null)`,
    );
    await grantToApp(runner, 'select, insert, update', 'mac_secret');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table mac_secret, mirrored_streams, mirrored_logs');
  }
}
