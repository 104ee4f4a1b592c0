import type { DataSource } from 'typeorm';
import type { KeptAnswer } from './repeatable-requests.js';

export interface Claim {
  readonly tenant: string;
  readonly keyId: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** Of this try; an answer is kept only under the claim that is still in force. */
  readonly claim: string;
}

export type Found = 'ours' | { readonly requestHash: Buffer; readonly answer: KeptAnswer | null };

/** Where the answers of repeatable requests are kept. */
export interface AnswerStore {
  /** Claims the key for this try, or answers who has it. A claim whose holder has died, and an answer that has expired, can be claimed again. */
  claim(claim: Claim): Promise<Found>;
  keep(claim: Claim, answer: KeptAnswer): Promise<void>;
  release(claim: Claim): Promise<void>;
}

/** How long an answer is repeated. */
export const answerKeptSeconds = 86_400;
/** Longer than any call of ours may take (a test of a connector: a minute), so that nobody acts twice while the first still lives. */
export const claimSeconds = 120;
/** Deleted at once at most, so that sweeping never holds up a request. */
const sweptMax = 5_000;

interface Row {
  request_hash: Buffer;
  status: number | null;
  headers: Record<string, string> | null;
  body: string | null;
}

/** The store in the gateway's own PostgreSQL, so that a repeat finds its answer at any copy and after a restart. */
export class PostgresAnswerStore implements AnswerStore {
  constructor(private readonly database: DataSource) {}

  async claim(claim: Claim): Promise<Found> {
    const { tenant, keyId, key, requestHash } = claim;
    const taken: unknown[] = await this.database.query(
      `insert into idempotent_answers as kept
         (tenant, key_id, idempotency_key, request_hash, claim, claimed_until, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), now() + make_interval(secs => $7))
       on conflict (tenant, key_id, idempotency_key) do update
         set request_hash = excluded.request_hash, claim = excluded.claim, claimed_until = excluded.claimed_until,
             expires_at = excluded.expires_at, status = null, headers = null, body = null
         where kept.expires_at <= now()
            or (kept.status is null and kept.claimed_until <= now() and kept.request_hash = excluded.request_hash)
       returning claim`,
      [tenant, keyId, key, requestHash, claim.claim, claimSeconds, answerKeptSeconds],
    );
    if (taken.length > 0) return 'ours';
    const rows: Row[] = await this.database.query(
      `select request_hash, status, headers, body from idempotent_answers
       where tenant = $1 and key_id = $2 and idempotency_key = $3`,
      [tenant, keyId, key],
    );
    // Released between the two statements: the next look may claim it.
    const row = rows[0];
    return row === undefined ? { requestHash, answer: null } : { requestHash: row.request_hash, answer: answerOf(row) };
  }

  async keep(claim: Claim, answer: KeptAnswer): Promise<void> {
    await this.database.query(`update idempotent_answers set status = $2, headers = $3, body = $4 where claim = $1`, [
      claim.claim,
      answer.status,
      JSON.stringify(answer.headers),
      answer.textOfReplay,
    ]);
  }

  async release(claim: Claim): Promise<void> {
    await this.database.query(`delete from idempotent_answers where claim = $1 and status is null`, [claim.claim]);
  }

  /** Deletes what has expired; answers how many. */
  async sweep(): Promise<number> {
    const result: [unknown, number] = await this.database.query(
      `delete from idempotent_answers where claim in
         (select claim from idempotent_answers where expires_at <= now() limit ${sweptMax})`,
    );
    return result[1];
  }
}

function answerOf(row: Row): KeptAnswer | null {
  if (row.status === null) return null;
  return { status: row.status, headers: row.headers ?? {}, text: row.body, textOfReplay: row.body };
}
