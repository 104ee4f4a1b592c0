import type { Migrations } from '@waybill/service-kit/database';
import { Log1764000000001 } from './migrations/1764000000001-log.js';
import { Mirrors1764000000002 } from './migrations/1764000000002-mirrors.js';
import { NewestCheckpoint1764000000003 } from './migrations/1764000000003-newest-checkpoint.js';

/** Every change of the schema of subscriptions, oldest first. */
export const subscriptionsMigrations: Migrations = [
  Log1764000000001,
  Mirrors1764000000002,
  NewestCheckpoint1764000000003,
];
