import type { Migrations } from '@waybill/service-kit/database';
import { Log1764000000001 } from './migrations/1764000000001-log.js';
import { SealedSecrets1764000000002 } from './migrations/1764000000002-sealed-secrets.js';
import { NewestCheckpoint1764000000003 } from './migrations/1764000000003-newest-checkpoint.js';

/** Every change of registry's schema, oldest first. */
export const registryMigrations: Migrations = [
  Log1764000000001,
  SealedSecrets1764000000002,
  NewestCheckpoint1764000000003,
];
