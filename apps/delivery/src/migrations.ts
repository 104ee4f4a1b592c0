import type { Migrations } from '@waybill/service-kit/database';
import { Log1764000000001 } from './migrations/1764000000001-log.js';
import { MirrorsAndSecrets1764000000002 } from './migrations/1764000000002-mirrors-and-secrets.js';
import { MacSecret1764000000003 } from './migrations/1764000000003-mac-secret.js';
import { NewestCheckpoint1764000000004 } from './migrations/1764000000004-newest-checkpoint.js';
import { RoomInStreams1764000000005 } from './migrations/1764000000005-room-in-streams.js';
import { Holds1764000000006 } from './migrations/1764000000006-holds.js';

/** Every change of delivery's schema, oldest first. */
export const deliveryMigrations: Migrations = [
  Log1764000000001,
  MirrorsAndSecrets1764000000002,
  MacSecret1764000000003,
  NewestCheckpoint1764000000004,
  RoomInStreams1764000000005,
  Holds1764000000006,
];
