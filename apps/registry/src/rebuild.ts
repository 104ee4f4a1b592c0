import { registryLog } from '@waybill/contracts/log/registry';
import { rebuildCommand } from '@waybill/event-log/rebuild-command';
import { databaseUrl, kekText, loadConfig } from '@waybill/service-kit/config';
import { z } from 'zod';
import { readModels } from './read/models.js';

/** `rebuild.js [read model …]`: see `rebuildCommand`. */
const config = loadConfig(z.object({ DATABASE_URL: databaseUrl, WAYBILL_LOG_KEK: kekText }));
process.exitCode = await rebuildCommand({
  log: registryLog,
  connectionString: config.DATABASE_URL,
  kek: config.WAYBILL_LOG_KEK,
  models: readModels,
  asked: process.argv.slice(2),
});
