import { rewrapKeys } from '@waybill/event-log/rewrap-keys';
import { databaseUrl, keks, kekText, loadConfig } from '@waybill/service-kit/config';
import { openDatabase } from '@waybill/service-kit/database';
import { rewrapSets, tellRewrapped } from '@waybill/service-kit/rewrap';
import { createSecretBox } from '@waybill/service-kit/secret-box';
import { z } from 'zod';
import { SealedSets } from './out/sealed-sets.js';

/**
 * `rewrap.js`: wraps everything of this service that an older key-encryption key wraps under the newest one, while the service runs.
 * After it the older key can be taken out of the environment (docs/keys.md says in which order).
 */
const config = loadConfig(z.object({ DATABASE_URL: databaseUrl, WAYBILL_LOG_KEK: kekText, WAYBILL_SECRETS_KEK: keks }));
const { DATABASE_URL: connectionString, WAYBILL_LOG_KEK: kek } = config;
const database = await openDatabase({ url: connectionString, applicationName: 'registry rewrap' });
const logKek = keks.parse(kek);
const { WAYBILL_SECRETS_KEK: secretsKek } = config;
const sets = await rewrapSets(new SealedSets(database), createSecretBox(secretsKek), secretsKek.current);
tellRewrapped('connector secrets', sets, secretsKek.current);
const payloads = await rewrapKeys({ connectionString, kek, log: 'registry-0' });
tellRewrapped('keys of payloads', payloads, logKek.current);
await database.destroy();
