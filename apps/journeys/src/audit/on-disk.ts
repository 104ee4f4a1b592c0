import { openSync, readdirSync, readSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const chunkBytes = 1024 * 1024;

/** The files below a folder whose bytes hold one of the texts: what somebody finds who takes the disk home. Files that go meanwhile hold nothing. */
export function filesHolding(folder: string, ...texts: readonly string[]): string[] {
  const wanted = texts.map((text) => Buffer.from(text));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => holds(file, wanted));
}

function holds(file: string, wanted: readonly Buffer[]): boolean {
  const longest = Math.max(...wanted.map(({ length }) => length));
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const buffer = Buffer.alloc(chunkBytes + longest);
    let kept = 0;
    for (;;) {
      const read = readSync(fd, buffer, kept, chunkBytes, null);
      if (read === 0) return false;
      const bytes = buffer.subarray(0, kept + read);
      if (wanted.some((one) => bytes.includes(one))) return true;
      // What stands across two chunks is found in the second.
      const tail = bytes.subarray(Math.max(0, bytes.length - longest + 1));
      kept = tail.copy(buffer, 0);
    }
  } finally {
    closeSync(fd);
  }
}

/** Every table of every database of ours whose rows hold one of the texts, written out as a dump would, also as the hex digits of bytes. */
export async function tablesHolding(adminUrl: string, ...texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const service of ['registry', 'subscriptions', 'delivery', 'gateway']) {
    const url = new URL(adminUrl);
    url.pathname = `/waybill_${service}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of rows) {
        const { rows: holding } = await client.query(
          `SELECT 1 FROM (SELECT row::text AS line FROM ${name} AS row OFFSET 0) AS dump
           WHERE EXISTS (SELECT FROM unnest($1::text[]) AS text WHERE strpos(line, text) > 0) LIMIT 1`,
          [texts.flatMap((text) => [text, Buffer.from(text).toString('hex')])],
        );
        if (holding.length > 0) found.push(`${service} ${name}`);
      }
    } finally {
      await client.end();
    }
  }
  return found;
}
