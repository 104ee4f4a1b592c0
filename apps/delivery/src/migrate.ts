import 'reflect-metadata';
import { databaseUrl, loadConfig } from '@waybill/service-kit/config';
import { runMigrations, userOf } from '@waybill/service-kit/database';
import { z } from 'zod';
import { deliveryMigrations } from './migrations.js';

const config = loadConfig(z.object({ MIGRATE_DATABASE_URL: databaseUrl, DATABASE_URL: databaseUrl }));
const done = await runMigrations({
  ownerUrl: config.MIGRATE_DATABASE_URL,
  appRole: userOf(config.DATABASE_URL),
  migrations: deliveryMigrations,
});
process.stdout.write(`delivery: ${done.length === 0 ? 'schema is up to date' : done.join(', ')}\n`);
