import type { DataSource } from 'typeorm';
import { sessionIdleSeconds, sessionLifeSeconds, sessionsPerKeyMax } from '../config.js';

export interface StoredSession {
  readonly keyId: string;
  /** SHA-256 (hex) of the key text, as the registry is asked with. */
  readonly keySha256: string;
  readonly idleEndsAt: Date;
  readonly endsAt: Date;
}

/** Where sessions are kept. */
export interface SessionStore {
  begin(tokenHash: Buffer, keyId: string, keySha256: string): Promise<StoredSession>;
  /** null for a session that does not exist or has ended. `use` puts its idle end off. */
  find(tokenHash: Buffer, use: boolean): Promise<StoredSession | null>;
  end(tokenHash: Buffer): Promise<void>;
  endAll(keyId: string): Promise<void>;
}

/** A session in use is written to this seldom, so that reading a page costs no write. */
const useEverySeconds = 60;
const sweptMax = 5_000;

interface Row {
  key_id: string;
  key_sha256: string;
  used_at: Date;
  ends_at: Date;
}

/** The store in the gateway's own PostgreSQL: a session is known at any copy and after a restart. */
export class PostgresSessionStore implements SessionStore {
  constructor(private readonly database: DataSource) {}

  async begin(tokenHash: Buffer, keyId: string, keySha256: string): Promise<StoredSession> {
    // The oldest make room, so that a key in a script cannot fill the table.
    await this.database.query(
      `delete from sessions where token_hash in
         (select token_hash from sessions where key_id = $1 order by used_at desc offset $2)`,
      [keyId, sessionsPerKeyMax - 1],
    );
    const rows: Row[] = await this.database.query(
      `insert into sessions (token_hash, key_id, key_sha256, used_at, ends_at)
       values ($1, $2, $3, now(), now() + make_interval(secs => $4)) returning key_id, key_sha256, used_at, ends_at`,
      [tokenHash, keyId, keySha256, sessionLifeSeconds],
    );
    return sessionOf(rows[0] as Row);
  }

  async find(tokenHash: Buffer, use: boolean): Promise<StoredSession | null> {
    const rows: (Row & { stale: boolean })[] = await this.database.query(
      `select key_id, key_sha256, used_at, ends_at, used_at < now() - make_interval(secs => $3) as stale
       from sessions where token_hash = $1 and ends_at > now() and used_at > now() - make_interval(secs => $2)`,
      [tokenHash, sessionIdleSeconds, useEverySeconds],
    );
    const row = rows[0];
    if (row === undefined) return null;
    if (!use || !row.stale) return sessionOf(row);
    await this.database.query(`update sessions set used_at = now() where token_hash = $1`, [tokenHash]);
    return sessionOf({ ...row, used_at: new Date() });
  }

  async end(tokenHash: Buffer): Promise<void> {
    await this.database.query(`delete from sessions where token_hash = $1`, [tokenHash]);
  }

  async endAll(keyId: string): Promise<void> {
    await this.database.query(`delete from sessions where key_id = $1`, [keyId]);
  }

  /** Deletes what has ended; answers how many. */
  async sweep(): Promise<number> {
    const result: [unknown, number] = await this.database.query(
      `delete from sessions where token_hash in
         (select token_hash from sessions
          where ends_at <= now() or used_at <= now() - make_interval(secs => $1) limit ${sweptMax})`,
      [sessionIdleSeconds],
    );
    return result[1];
  }
}

function sessionOf(row: Row): StoredSession {
  return {
    keyId: row.key_id,
    keySha256: row.key_sha256,
    idleEndsAt: new Date(row.used_at.getTime() + sessionIdleSeconds * 1_000),
    endsAt: row.ends_at,
  };
}
