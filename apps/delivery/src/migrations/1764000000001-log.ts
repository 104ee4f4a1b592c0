import { logSchemaStatements } from '@waybill/event-log/schema';
import { appRoleOf } from '@waybill/service-kit/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only log of this service, with the rights that keep it so. */
export class Log1764000000001 implements MigrationInterface {
  readonly name = 'Log1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    const appRole = await appRoleOf(runner);
    for (const sql of logSchemaStatements({ appRole, log: 'delivery-0' })) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a log is not taken back; drop the database if it may be lost');
  }
}
