import type { DynamicModule } from '@nestjs/common';
import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import { registryLog } from '@waybill/contracts/log/registry';
import { keepRelay } from '@waybill/event-log/keep-relay';
import { LogProofs } from '@waybill/event-log/log-proofs';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { openDatabase } from '@waybill/service-kit/database';
import { databaseExaminations, doctorRpc } from '@waybill/service-kit/examine';
import { JqPool } from '@waybill/service-kit/jq/jq-pool';
import { createSecretBox } from '@waybill/service-kit/secret-box';
import { logProofsRpc } from '@waybill/service-kit/log-proofs.rpc';
import type { Kit } from '@waybill/service-kit/start-service';
import { noCaller } from './append-decision.js';
import { addressChecker, type CheckAddresses } from './check-addresses.js';
import { templateChecker } from './check-template.js';
import type { Config } from './config.js';
import { keyFromText, verifyKey } from './handle-api-key.js';
import { ConnectorActs } from './handle-connector.js';
import { bootstrap, KnownTenants } from './handle-tenant.js';
import { answerBroker } from './in/broker-auth.js';
import { ConnectorsRpc } from './in/connectors.rpc.js';
import { KeysRpc } from './in/keys.rpc.js';
import { TargetsRpc } from './in/targets.rpc.js';
import { TenantsRpc } from './in/tenants.rpc.js';
import { TypesRpc } from './in/types.rpc.js';
import { registryMigrations } from './migrations.js';
import { ConnectorsHealthOf } from './out/connectors-health.js';
import { NotificationStreams } from './out/notification-streams.js';
import { PublisherAccess } from './out/publisher-access.js';
import { SealedSets } from './out/sealed-sets.js';
import { ConnectorList, connectorList } from './read/connector-list.js';
import { KeyList, keyList } from './read/key-list.js';
import { LiveModel } from './read/live-model.js';
import { TenantList, tenantList } from './read/tenant-list.js';
import { TypeList, typeList } from './read/type-list.js';
import { eventLog } from './tokens.js';

class RegistryModule {}

/** The table of contents: what is heard (`in/`), done (`out/`), shown (`read/`), and what all of it stands on. */
export async function registryModule(config: Config, kit: Kit): Promise<DynamicModule> {
  const { log, database } = await openStores(config, kit);
  const proofs = await openProofs(config, kit, log);
  // One thread: registry only compiles programs, it never runs one.
  const jq = await JqPool.start({ threads: 1 });
  kit.onDrain('jq', () => jq.close());
  const box = createSecretBox(config.WAYBILL_SECRETS_KEK);
  const checks = { checkTemplate: templateChecker(jq), checkAddresses: addressesOf(config) };
  const sealed = new SealedSets(database);
  await bootstrapFrom(config, kit, log);

  const open = (model: Parameters<typeof LiveModel.open>[4]) =>
    LiveModel.open(kit, database, log, config.DATABASE_URL, model);
  const health = new ConnectorsHealthOf(kit.nats, kit.log);
  const tenants = new TenantList(await open(tenantList));
  const keys = new KeyList(await open(keyList));
  const types = new TypeList(await open(typeList), builtInTypes);
  const connectors = new ConnectorList(await open(connectorList), health);
  await tenants.reached(log.knownPosition);

  const limits = { replicas: config.WAYBILL_STREAM_REPLICAS, bytesMax: config.WAYBILL_STREAM_MIB_MAX * 1024 * 1024 };
  const streams = new NotificationStreams(kit.nats, limits, kit.log);
  kit.ops.check('streams', () => streams.fault());
  kit.onDrain('streams', () => streams.stop());
  await streams.start(() => tenants.ids());
  keepRelay({ log, connection: kit.nats, host: kit, replicas: config.WAYBILL_STREAM_REPLICAS });
  const { WAYBILL_NATS_ISSUER: seed, WAYBILL_NATS_PUBLIC_URL: publicUrl = config.NATS_URL } = config;
  if (seed !== undefined) letPublishersIn(kit, log, seed);

  return {
    module: RegistryModule,
    controllers: [
      ConnectorsRpc,
      KeysRpc,
      logProofsRpc('registry', LogProofs),
      doctorRpc('registry', databaseExaminations('registry', database, registryMigrations)),
      TargetsRpc,
      TenantsRpc,
      TypesRpc,
    ],
    providers: [
      { provide: eventLog, useValue: log },
      { provide: LogProofs, useValue: proofs },
      { provide: ConnectorActs, useValue: new ConnectorActs(log, sealed, box, checks, kit.log) },
      { provide: KnownTenants, useValue: new KnownTenants(log) },
      { provide: NotificationStreams, useValue: streams },
      { provide: PublisherAccess, useValue: new PublisherAccess(seed !== undefined, publicUrl) },
      { provide: SealedSets, useValue: sealed },
      { provide: TenantList, useValue: tenants },
      { provide: KeyList, useValue: keys },
      { provide: TypeList, useValue: types },
      { provide: ConnectorList, useValue: connectors },
      { provide: ConnectorsHealthOf, useValue: health },
    ],
  };
}

/** From here on the broker knows the publishers of every tenant: their keys stand in the log. */
function letPublishersIn(kit: Kit, log: PostgresLog, seed: string): void {
  const verify = (keyId: string, sha256: string) => verifyKey(log, keyId, sha256);
  const asked = answerBroker({ nats: kit.nats, seed, verify, log: kit.log, nowMs: () => log.nowMs() });
  kit.onDrain('broker auth', () => asked.drain());
}

/** The policy that delivery sends by. */
function addressesOf({ WAYBILL_CONFIG: deployment }: Config): CheckAddresses {
  return addressChecker(deployment.policy);
}

async function openStores(config: Config, kit: Kit) {
  const onRetry = (error: Error): void => kit.log.warn({ err: error }, 'database.away');
  const applicationName = `registry ${kit.copy}`;
  const database = await openDatabase({ url: config.DATABASE_URL, applicationName, onRetry });
  kit.onDrain('database', () => database.destroy());
  kit.ops.check('database', async () => {
    await database.query('select 1');
    return null;
  });
  const log = await PostgresLog.open({
    connectionString: config.DATABASE_URL,
    kek: config.WAYBILL_LOG_KEK,
    log: registryLog,
    applicationName,
  });
  kit.onDrain('log', () => log.close());
  return { database, log };
}

async function bootstrapFrom({ WAYBILL_BOOTSTRAP_ADMIN_KEY: text }: Config, kit: Kit, log: PostgresLog): Promise<void> {
  const key = text === undefined ? null : keyFromText(text, 'Bootstrap', ['admin']);
  if (key !== null && (await bootstrap(log, noCaller, key))) kit.log.info({ keyId: key.keyId }, 'tenant.bootstrapped');
}

/** From here on the log is compared with its checkpoints: before anything is appended to one that was restored or changed. */
function openProofs(config: Config, kit: Kit, log: PostgresLog): Promise<LogProofs> {
  const { DATABASE_URL: connectionString, WAYBILL_LOG_KEK: kek, WAYBILL_NOTARY_VKEY: vkey } = config;
  return LogProofs.open({ log, connectionString, kek, vkey, nats: kit.nats, host: kit });
}
