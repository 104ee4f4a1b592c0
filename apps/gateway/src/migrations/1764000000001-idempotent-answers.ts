import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grantToApp } from '@waybill/service-kit/database';

/** Answers of requests that carried an Idempotency-Key; a claim is unanswered until its status is set. No secret ever stands in a body. */
export class IdempotentAnswers1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table idempotent_answers (
        tenant text not null,
        key_id text not null,
        idempotency_key text not null,
        request_hash bytea not null,
        claim uuid not null unique,
        claimed_until timestamptz not null,
        expires_at timestamptz not null,
        status integer,
        headers jsonb,
        body text,
        primary key (tenant, key_id, idempotency_key)
      )`);
    await runner.query(`create index idempotent_answers_expiry on idempotent_answers (expires_at)`);
    await grantToApp(runner, 'select, insert, update, delete', 'idempotent_answers');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table idempotent_answers`);
  }
}
