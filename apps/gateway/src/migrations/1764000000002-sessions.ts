import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grantToApp } from '@waybill/service-kit/database';

/** Browsers that are signed in. Only hashes: who reads this table can neither take over a session nor learn a key. */
export class Sessions1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sessions (
        token_hash bytea primary key,
        key_id text not null,
        key_sha256 text not null,
        used_at timestamptz not null,
        ends_at timestamptz not null
      )`);
    await runner.query(`create index sessions_end on sessions (ends_at)`);
    await runner.query(`create index sessions_key on sessions (key_id, used_at)`);
    await grantToApp(runner, 'select, insert, update, delete', 'sessions');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table sessions`);
  }
}
