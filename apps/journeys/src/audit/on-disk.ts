import { openSync, readdirSync, readSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const chunkBytes = 1024 * 1024;

/** The files below a folder whose bytes hold a text: what somebody finds who takes the disk home. Files that go meanwhile hold nothing. */
export function filesHolding(folder: string, text: string): string[] {
  const wanted = Buffer.from(text);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => holds(file, wanted));
}

function holds(file: string, wanted: Buffer): boolean {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const buffer = Buffer.alloc(chunkBytes + wanted.length);
    let kept = 0;
    for (;;) {
      const read = readSync(fd, buffer, kept, chunkBytes, null);
      if (read === 0) return false;
      const bytes = buffer.subarray(0, kept + read);
      if (bytes.includes(wanted)) return true;
      // What stands across two chunks is found in the second.
      const tail = bytes.subarray(Math.max(0, bytes.length - wanted.length + 1));
      kept = tail.copy(buffer, 0);
    }
  } finally {
    closeSync(fd);
  }
}

/** Every table of every database of ours whose rows hold a text, written out as a dump would, also as the hex digits of bytes. */
export async function tablesHolding(adminUrl: string, text: string): Promise<string[]> {
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
          `SELECT 1 FROM ${name} AS row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0 LIMIT 1`,
          [text, Buffer.from(text).toString('hex')],
        );
        if (holding.length > 0) found.push(`${service} ${name}`);
      }
    } finally {
      await client.end();
    }
  }
  return found;
}
