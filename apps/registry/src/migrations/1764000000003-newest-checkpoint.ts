import { checkpointSchemaStatements } from '@waybill/event-log/schema';
import { appRoleOf } from '@waybill/service-kit/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where this service remembers the newest checkpoint that its log agreed with. */
export class NewestCheckpoint1764000000003 implements MigrationInterface {
  readonly name = 'NewestCheckpoint1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    const appRole = await appRoleOf(runner);
    for (const sql of checkpointSchemaStatements({ appRole })) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table log_newest_checkpoint');
  }
}
