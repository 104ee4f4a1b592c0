import { grantToApp } from '@waybill/service-kit/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where delivery worked last, and why it may not send. Outside the log, because it must hold before anything can be recorded: a log that was
 * restored may be read-only until an operator has looked.
 */
export class Holds1764000000006 implements MigrationInterface {
  readonly name = 'Holds1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table delivery_place (
        one boolean primary key default true check (one),
        system text not null, database text not null, timeline int not null, since timestamptz not null default now())`);
    await runner.query(`
      create table delivery_holds (
        id uuid primary key default gen_random_uuid(), at timestamptz not null default clock_timestamp(), reason text not null,
        held_by text not null, before jsonb, after jsonb, told boolean not null default false,
        release_asked_at timestamptz, release_asked_by text, released boolean not null default false)`);
    await runner.query('create index on delivery_holds (at) where not released');
    for (const table of ['delivery_place', 'delivery_holds']) await grantToApp(runner, 'select, insert, update', table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table delivery_holds, delivery_place');
  }
}
