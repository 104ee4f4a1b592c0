import 'reflect-metadata';
import { databaseUrl, loadConfig } from '@waybill/service-kit/config';
import { runMigrations, userOf } from '@waybill/service-kit/database';
import { z } from 'zod';
import { subscriptionsMigrations } from './migrations.js';

const config = loadConfig(z.object({ MIGRATE_DATABASE_URL: databaseUrl, DATABASE_URL: databaseUrl }));
const done = await runMigrations({
  ownerUrl: config.MIGRATE_DATABASE_URL,
  appRole: userOf(config.DATABASE_URL),
  migrations: subscriptionsMigrations,
});
process.stdout.write(`subscriptions: ${done.length === 0 ? 'schema is up to date' : done.join(', ')}\n`);
