import { registryLog } from '@waybill/contracts/log/registry';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Projection } from '@waybill/event-log/projection';
import { databaseUrl, kekText, loadConfig } from '@waybill/service-kit/config';
import { z } from 'zod';
import { readModels } from './read/models.js';

/**
 * `rebuild.js [read model …]` folds read models anew from the log, beside the ones that are read, compares the two and flips.
 * The service may run all the while. Exits with 1 when the new rows differ from the old ones: the new ones are right, and the difference is a defect.
 */
const config = loadConfig(z.object({ DATABASE_URL: databaseUrl, WAYBILL_LOG_KEK: kekText }));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !readModels.some((model) => model.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such read model: ${unknown.join(', ')}; there are ${readModels.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

const connectionString = config.DATABASE_URL;
const log = await PostgresLog.open({
  connectionString,
  kek: config.WAYBILL_LOG_KEK,
  log: registryLog,
  applicationName: 'registry rebuild',
});
let differing = 0;
for (const model of readModels.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const result = await new Projection({ log, connectionString, model }).rebuild({ compare: true });
  const differences = result?.differences ?? [];
  differing += differences.length;
  process.stdout.write(
    `${JSON.stringify({ model: model.name, version: model.version, position: result?.position ?? null, differences })}\n`,
  );
}
await log.close();
process.exit(differing > 0 ? 1 : 0);
