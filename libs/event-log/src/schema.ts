import { readFileSync } from 'node:fs';

/** In the order in which they have to run; each is one statement in `schema/`. */
const files = [
  'log-head',
  'log-head-row',
  'log-events',
  'log-refuse-change',
  'log-events-no-change',
  'log-events-no-truncate',
  'log-events-always-change',
  'log-events-always-truncate',
  'log-streams',
  'log-categories',
  'log-keys',
  'log-leases',
  'log-cursors',
  'log-projections',
  'log-add-partitions',
  'log-first-partitions',
  'revoke-partitions',
  'grant-events',
  'grant-head',
  'grant-places',
  'grant-projections',
  'grant-partitions',
  'grant-read-models',
] as const;

/**
 * The statements that make an empty log, for the first migration of a service: `for (const sql of logSchemaStatements(…)) await
 * queryRunner.query(sql)`. Run them once, as the role that owns the tables; `appRole`, the role the service works as, gets INSERT and
 * SELECT on the events and never more. `log` is the log's name (`delivery-0`), which every leaf hash binds.
 */
export function logSchemaStatements(options: { readonly appRole: string; readonly log: string }): string[] {
  return statementsOf(files, options);
}

/** As `logSchemaStatements`, for what came later: where the service remembers the newest checkpoint of its log. */
export function checkpointSchemaStatements(options: { readonly appRole: string }): string[] {
  return statementsOf(['log-newest-checkpoint', 'grant-newest-checkpoint'], { ...options, log: '' });
}

function statementsOf(names: readonly string[], options: { readonly appRole: string; readonly log: string }): string[] {
  const values: Record<string, string> = {
    ':appRoleText': textLiteral(options.appRole),
    ':appRole': `"${options.appRole.replaceAll('"', '""')}"`,
    ':log': textLiteral(options.log),
  };
  return names.map((file) =>
    readFileSync(new URL(`./schema/${file}.sql`, import.meta.url), 'utf8').replace(
      /:(appRoleText|appRole|log)\b/g,
      (placeholder) => values[placeholder] as string,
    ),
  );
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
