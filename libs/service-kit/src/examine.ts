import { Controller, type Type } from '@nestjs/common';
import type { Check } from '@waybill/contracts/http/doctor';
import type { ServiceName } from '@waybill/contracts/subjects';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Migrations } from './database.js';
import { Rpc, type RpcRequest } from './rpc.js';

/** What one look has found, in words for an operator. */
export type Finding = Pick<Check, 'state' | 'says'>;

/** One thing that must hold, and what to do where it does not. */
export interface Examination {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** Whatever it throws is a finding too: the check is wrong, in the words of the error. */
  look(tenant: string): Promise<Finding> | Finding;
}

/** A person waits for the page: what does not answer by then is what the page is for. */
export const examineTimeoutMs = 2_000;

/** Signatures carry a time that receivers compare with theirs (Standard Webhooks: 5 minutes); due times are the database's. */
export const skewMsMax = 1_000;

/** Looks at everything at once; a check that fails, or hangs, says so in its own line and spoils no other. */
export function examine(examinations: readonly Examination[], tenant: string): Promise<Check[]> {
  return Promise.all(
    examinations.map(async ({ id, title, fix, look }) => {
      try {
        const { state, says } = await withinTime(async () => look(tenant));
        return { id, title, state, says, fix: state === 'holds' ? null : fix };
      } catch (error) {
        return {
          id,
          title,
          state: 'wrong',
          says: error instanceof Error ? error.message : String(error),
          fix,
        } as const;
      }
    }),
  );
}

/** The controller that answers a service's own examinations to the gateway's doctor: `waybill.v1.rpc.<service>.<tenant>.doctor`. */
export function doctorRpc(service: ServiceName, examinations: readonly Examination[]): Type<object> {
  const input = z.strictObject({});
  @Controller()
  class DoctorRpc {
    @Rpc(service, 'doctor', input)
    async look({ tenant }: RpcRequest<z.output<typeof input>>): Promise<{ items: Check[] }> {
      return { items: await examine(examinations, tenant) };
    }
  }
  return DoctorRpc;
}

/** What every service with a database of its own must find: that it answers, agrees on the time, and has the schema of this code. */
export function databaseExaminations(service: string, database: DataSource, migrations: Migrations): Examination[] {
  return [
    {
      id: `${service}.database`,
      title: `The database of ${service} answers, and its clock is right`,
      fix: `Start PostgreSQL, or check DATABASE_URL of ${service}; where the clock is wrong, let both machines keep time by NTP.`,
      look: () => clock(database),
    },
    {
      id: `${service}.migrations`,
      title: `The schema of ${service} is that of this version`,
      fix: `Run node apps/${service}/dist/migrate.js with MIGRATE_DATABASE_URL (the owner) and DATABASE_URL; npm start does so by itself.`,
      look: async () => judgeMigrations(namesOf(migrations), await applied(database)),
    },
  ];
}

/** Migrations that this code does not know are a newer copy's, which may be up beside this one. */
export function judgeMigrations(known: readonly string[], applied: readonly string[]): Finding {
  const missing = known.filter((name) => !applied.includes(name));
  if (missing.length > 0) return { state: 'wrong', says: `Not applied: ${missing.join(', ')}.` };
  const newer = applied.filter((name) => !known.includes(name)).length;
  const beyond = newer === 0 ? '' : ` and ${newer} of a newer version`;
  return { state: 'holds', says: `All ${known.length} migrations are applied${beyond}.` };
}

/** `skewMs`: the database's clock minus ours; known only to half of how long the question took. */
export function judgeClock(skewMs: number, tookMs: number): Finding {
  const certainMs = Math.max(0, Math.abs(skewMs) - tookMs / 2);
  if (certainMs <= skewMsMax)
    return { state: 'holds', says: `It answers, and its clock agrees within ${skewMsMax} ms.` };
  return { state: 'wrong', says: `Its clock differs from ours by ${Math.round(skewMs)} ms.` };
}

async function clock(database: DataSource): Promise<Finding> {
  const beganMs = Date.now();
  const rows = await database.query<{ ms: string }[]>('select extract(epoch from clock_timestamp()) * 1000 as ms');
  // The answer was made somewhere between the two looks at our own clock.
  return judgeClock(Number(rows[0]?.ms) - (beganMs + Date.now()) / 2, Date.now() - beganMs);
}

async function applied(database: DataSource): Promise<string[]> {
  const rows = await database.query<{ name: string }[]>('select name from schema_migrations');
  return rows.map(({ name }) => name);
}

const namesOf = (migrations: Migrations): string[] => migrations.map(({ name }) => name);

async function withinTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It did not answer in time.')), examineTimeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
