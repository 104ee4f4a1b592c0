import pg from 'pg';

/** Where one service keeps its own, and as whom. */
export interface ServiceDatabase {
  /** Owns the schema: for migrations only. */
  readonly ownerUrl: string;
  /** What the service itself connects with. */
  readonly appUrl: string;
  readonly appRole: string;
}

/**
 * Makes the database of one service with its two roles where they do not exist, and sets the roles' passwords.
 * `adminUrl` needs the rights CREATEDB and CREATEROLE. The app role may connect and nothing else; migrations grant it the rest.
 */
export async function ensureDatabase(
  adminUrl: string,
  service: string,
  passwords: { readonly owner: string; readonly app: string },
): Promise<ServiceDatabase> {
  const database = `waybill_${service}`;
  const ownerRole = `waybill_${service}_owner`;
  const appRole = `waybill_${service}_app`;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await ensureRole(client, ownerRole, passwords.owner);
    await ensureRole(client, appRole, passwords.app);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) {
      // A superuser needs no membership; another role must be a member to give the database away.
      await client.query(`GRANT ${ownerRole} TO CURRENT_USER`).catch(() => undefined);
      await client.query(`CREATE DATABASE ${database} OWNER ${ownerRole}`);
      await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
      await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${appRole}`);
    }
  } finally {
    await client.end();
  }
  return {
    ownerUrl: urlFor(adminUrl, database, ownerRole, passwords.owner),
    appUrl: urlFor(adminUrl, database, appRole, passwords.app),
    appRole,
  };
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const act = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${act} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

function urlFor(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.toString();
}
