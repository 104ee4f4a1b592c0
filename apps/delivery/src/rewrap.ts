import { rewrapKeys } from '@waybill/event-log/rewrap-keys';
import { databaseUrl, keks, kekText, loadConfig } from '@waybill/service-kit/config';
import { openDatabase } from '@waybill/service-kit/database';
import { macSecretPlace } from '@waybill/service-kit/mac-secret';
import { macSecretTable, rewrapSets, tellRewrapped } from '@waybill/service-kit/rewrap';
import { createSecretBox } from '@waybill/service-kit/secret-box';
import { z } from 'zod';
import { StoredSets } from './out/stored-sets.js';

/**
 * `rewrap.js`: wraps everything of this service that an older key-encryption key wraps under the newest one, while the service runs.
 * After it the older key can be taken out of the environment (docs/keys.md says in which order).
 */
const config = loadConfig(z.object({ DATABASE_URL: databaseUrl, WAYBILL_LOG_KEK: kekText, WAYBILL_SECRETS_KEK: keks }));
const { DATABASE_URL: connectionString, WAYBILL_LOG_KEK: kek } = config;
const database = await openDatabase({ url: connectionString, applicationName: 'delivery rewrap' });
const logKek = keks.parse(kek);
const { WAYBILL_SECRETS_KEK: secretsKek } = config;
const sets = await rewrapSets(new StoredSets(database), createSecretBox(secretsKek), secretsKek.current);
tellRewrapped('connector secrets', sets, secretsKek.current);
const macs = await rewrapSets(macSecretTable(database, macSecretPlace), createSecretBox(logKek), logKek.current);
tellRewrapped('secret of the hashes', macs, logKek.current);
const payloads = await rewrapKeys({ connectionString, kek, log: 'delivery-0' });
tellRewrapped('keys of payloads', payloads, logKek.current);
await database.destroy();
