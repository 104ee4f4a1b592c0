import { createHash } from 'node:crypto';
import pg from 'pg';

/** One row of `log_events`, as far as a leaf binds it. */
export interface StoredRow {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly tenant: string;
  readonly at_us: string;
  readonly meta: Buffer;
  readonly data: Buffer;
  readonly sealed: Buffer | null;
}

const kept = ['log_events', 'log_head', 'log_streams', 'log_categories', 'log_keys', 'log_cursors'] as const;

/** Who changes the log: whom its tables belong to, or who may do everything. */
export const principals = ['owner', 'superuser'] as const;
export type Principal = (typeof principals)[number];

/**
 * The log of a service in the hands of its owner or of a superuser of PostgreSQL: may change everything, knows how leaves and roots are made (written
 * here once more, from the description, so that a forgery is as good as it can be), and lacks nothing but the notary's key.
 */
export class StoredLog {
  private constructor(
    private readonly client: pg.Client,
    private readonly url: string,
    private readonly service: string,
  ) {}

  get log(): string {
    return `${this.service}-0`;
  }

  static async open(adminUrl: string, service: string): Promise<StoredLog> {
    const url = new URL(adminUrl);
    url.pathname = `/waybill_${service}`;
    const client = await connected(url.href);
    return new StoredLog(client, url.href, service);
  }

  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query(sql, values)).rows as Row[];
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async head(): Promise<number> {
    const [row] = await this.query<{ position: string }>('SELECT position FROM log_head');
    return Number(row?.position);
  }

  async row(position: number): Promise<StoredRow> {
    const [row] = await this.query<StoredRow>('SELECT * FROM log_events WHERE position = $1', [position]);
    if (row === undefined) throw new Error(`there is no row ${position}`);
    return { ...row, position: Number(row.position), version: Number(row.version) };
  }

  /** Copies everything that a backup would hold. */
  async copyTo(name: string): Promise<void> {
    await this.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
    await this.query(`CREATE SCHEMA ${name}`);
    for (const table of kept) await this.query(`CREATE TABLE ${name}.${table} AS SELECT * FROM public.${table}`);
  }

  /** Puts a copy back as if nothing had been there since. */
  async restoreFrom(name: string): Promise<void> {
    await this.unlocked(async () => {
      for (const table of kept) {
        await this.query(`DELETE FROM public.${table}`);
        await this.query(`INSERT INTO public.${table} SELECT * FROM ${name}.${table}`);
      }
    });
  }

  /** One transaction with the head locked and every trigger off; afterwards the triggers stand as they stood. */
  async unlocked(change: () => Promise<void>, by: Principal = 'superuser'): Promise<void> {
    await this.query('BEGIN');
    try {
      if (by === 'owner') await this.query(`SET LOCAL ROLE waybill_${this.service}_owner`);
      await this.query('SELECT 1 FROM log_head FOR UPDATE');
      for (const table of await this.tables()) await this.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
      await change();
      for (const table of await this.tables()) {
        await this.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER log_events_no_change`);
        await this.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER log_events_no_truncate`);
      }
      await this.query('COMMIT');
    } catch (error) {
      await this.query('ROLLBACK');
      throw error;
    }
  }

  /** Nobody appends until it is released: what was changed can be put back without losing an event. */
  async holdHead(): Promise<() => Promise<void>> {
    const client = await connected(this.url);
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM log_head FOR UPDATE');
    return () => client.end();
  }

  async partitions(): Promise<string[]> {
    const rows = await this.query<{ name: string }>(
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'log_events'::regclass ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  }

  /** Writes the leaf of each of these rows as it should be for what stands in them now. */
  async hashRows(from: number, to: number): Promise<void> {
    for (let position = from; position <= to; position += 1) {
      await this.query('UPDATE log_events SET leaf = $2 WHERE position = $1', [
        position,
        leafOf(this.log, await this.row(position)),
      ]);
    }
  }

  /** Writes head, frontier and root as they should be for the leaves that are there. */
  async hashHead(): Promise<void> {
    const rows = await this.query<{ leaf: Buffer }>('SELECT leaf FROM log_events ORDER BY position');
    const peaks: Buffer[] = [];
    for (const [at, { leaf }] of rows.entries()) {
      let node = leaf;
      for (let rest = at; rest % 2 === 1; rest = (rest - 1) / 2)
        node = sha256(Buffer.from([1]), peaks.pop() as Buffer, node);
      peaks.push(node);
    }
    const root =
      peaks.length === 0 ? sha256() : peaks.reduceRight((right, left) => sha256(Buffer.from([1]), left, right));
    await this.query('UPDATE log_head SET position = $1, frontier = $2, root = $3', [
      rows.length,
      Buffer.concat(peaks),
      root,
    ]);
  }

  private async tables(): Promise<string[]> {
    return ['log_events', ...(await this.partitions())];
  }
}

/** When PostgreSQL ends an idle connection (it stops with the stack), the next question says so; unheard, it would end the story-teller. */
async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function leafOf(log: string, row: StoredRow): Buffer {
  const text = (value: string): Buffer => Buffer.concat([number(Buffer.byteLength(value), 2), Buffer.from(value)]);
  const number = (value: number | string, bytes: number): Buffer => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64BE(BigInt(value));
    return buffer.subarray(8 - bytes);
  };
  const sealed = row.sealed === null ? Buffer.alloc(33) : Buffer.concat([Buffer.from([1]), sha256(row.sealed)]);
  return sha256(
    Buffer.from([0, 1]),
    text(log),
    number(row.position, 8),
    number(row.at_us, 8),
    Buffer.from(row.event_id.replaceAll('-', ''), 'hex'),
    text(row.stream),
    number(row.version, 8),
    text(row.type),
    number(row.schema_version, 2),
    text(row.tenant),
    sha256(row.meta),
    sha256(row.data),
    sealed,
  );
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
