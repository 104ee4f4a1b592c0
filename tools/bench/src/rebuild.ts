import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase } from '@waybill/dev-stack/databases';
import { openKeeper } from '@waybill/dev-stack/keeper';
import { startPostgresServer } from '@waybill/dev-stack/postgres-server';
import type { StreamAppend } from '@waybill/event-log/log';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { fillLog } from './filled-log.js';
import { deliveryEvents } from './delivery-events.js';
import { registryEvents, subscriptionEvents } from './other-events.js';

export interface RebuiltModel {
  readonly service: string;
  readonly model: string;
  readonly position: number;
  readonly compared: boolean;
  readonly differences: readonly unknown[];
  readonly seconds: number;
}

export interface ServiceFigures {
  readonly service: string;
  readonly events: number;
  readonly fillSeconds: number;
  /** Of the whole command, from its start to its end: first beside no live tables, then beside live ones with which it is compared. */
  readonly firstSeconds: number;
  readonly againSeconds: number;
  readonly megabytes: number;
  readonly models: readonly RebuiltModel[];
}

const contents: Readonly<Record<string, () => Iterator<StreamAppend>>> = {
  delivery: deliveryEvents,
  subscriptions: subscriptionEvents,
  registry: registryEvents,
};

/**
 * Fills the log of each service with so many events, on a PostgreSQL of its own with fsync on, and runs the service's own rebuild
 * command, as an operator would, twice. Throws when a rebuild fails, or when the second differs from the first.
 */
export async function runRebuildBench(options: {
  readonly events: number;
  readonly services?: readonly string[];
  readonly say: (figures: ServiceFigures) => void;
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-rebuild-'));
  const keeper = openKeeper();
  // Nothing else holds the process while PostgreSQL starts.
  const alive = setInterval(() => undefined, 1_000);
  try {
    const server = await startPostgresServer({
      keeper,
      dataDir: join(folder, 'data'),
      logFile: join(folder, 'postgres.log'),
    });
    for (const service of options.services ?? Object.keys(contents)) {
      const { ownerUrl, appUrl } = await ensureDatabase(server.url(), service, { owner: 'o', app: 'a' });
      const kek = `v1:${randomBytes(32).toString('base64')}`;
      const environment = { DATABASE_URL: appUrl, MIGRATE_DATABASE_URL: ownerUrl, WAYBILL_LOG_KEK: kek };
      await run(service, 'migrate', environment);
      const log = await PostgresLog.open({ connectionString: appUrl, kek, log: `${service}-0` });
      const fillSeconds = await fillLog(log, (contents[service] as () => Iterator<StreamAppend>)(), options.events);
      await log.close();
      const first = await rebuilt(service, environment);
      const again = await rebuilt(service, environment);
      options.say({
        service,
        events: options.events,
        fillSeconds: Number(fillSeconds.toFixed(1)),
        firstSeconds: first.seconds,
        againSeconds: again.seconds,
        megabytes: Math.max(first.megabytes, again.megabytes),
        models: again.models,
      });
      const uncompared = again.models.filter(({ compared, differences }) => !compared || differences.length > 0);
      if (uncompared.length > 0) throw new Error(`not the same again: ${JSON.stringify(uncompared)}`);
    }
  } finally {
    clearInterval(alive);
    await keeper.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rebuilt(
  service: string,
  environment: Record<string, string>,
): Promise<{ seconds: number; megabytes: number; models: RebuiltModel[] }> {
  const beganMs = performance.now();
  const said = await run(service, 'rebuild', environment);
  const seconds = Number(((performance.now() - beganMs) / 1000).toFixed(1));
  const lines = said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RebuiltModel & { rssMegabytes?: number });
  return { seconds, megabytes: Math.max(...lines.map(({ rssMegabytes = 0 }) => rssMegabytes)), models: lines };
}

async function run(service: string, program: string, environment: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [join('apps', service, 'dist', `${program}.js`)], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', (exit, signal) => resolve(exit ?? signal)));
  if (code !== 0) throw new Error(`${service} ${program} ended with ${String(code)}:\n${said.slice(-3_000)}`);
  return said;
}
