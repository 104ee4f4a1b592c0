import { createMacSecretTable } from '@waybill/service-kit/mac-secret';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The secret under which correlation keys are named in clear (never changed, so that a ticket is found again years later), and leases that end with what they were for. */
export class MacSecret1764000000003 implements MigrationInterface {
  readonly name = 'MacSecret1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await createMacSecretTable(runner);
    // A lease is for a row as it was at a position of the log.
    await runner.query('alter table due_leases add column position bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table due_leases drop column position');
    await runner.query('drop table mac_secret');
  }
}
