import type pg from 'pg';

/** What differs between two builds of one table, in rows that only one of them has. */
export interface TableDifference {
  readonly table: string;
  readonly onlyLive: number;
  readonly onlyNext: number;
}

/**
 * Compares tables of two schemas as sets of rows. Rows are told apart by a hash of 64 bits over all their columns: this looks for
 * folds that are wrong, not for somebody who forges rows.
 */
export async function compareTables(
  client: pg.ClientBase,
  live: string,
  next: string,
  tables: readonly string[],
): Promise<TableDifference[]> {
  const found: TableDifference[] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ onlyLive: number; onlyNext: number }>(
      differenceSql(`${live}."${table}"`, `${next}."${table}"`),
    );
    const { onlyLive = 0, onlyNext = 0 } = rows[0] ?? {};
    if (onlyLive + onlyNext > 0) found.push({ table, onlyLive, onlyNext });
  }
  return found;
}

const differenceSql = (live: string, next: string): string => `
  SELECT coalesce(sum(n) FILTER (WHERE n > 0), 0)::bigint AS "onlyLive", coalesce(-sum(n) FILTER (WHERE n < 0), 0)::bigint AS "onlyNext"
  FROM (
    SELECT sum(side) AS n FROM (
      SELECT hash_record_extended(whole_row, 0) AS h, 1 AS side FROM ${live} whole_row
      UNION ALL SELECT hash_record_extended(whole_row, 0), -1 FROM ${next} whole_row) AS both_sides
    GROUP BY h HAVING sum(side) <> 0) AS differing`;
