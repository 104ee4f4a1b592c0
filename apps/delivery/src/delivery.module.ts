import type { DynamicModule, Provider } from '@nestjs/common';
import { registryLog } from '@waybill/contracts/log/registry';
import { createEgress, type Egress } from '@waybill/egress/egress';
import type { EgressPolicy } from '@waybill/egress/policy';
import { keepReadModel } from '@waybill/event-log/keep-read-model';
import { keepRelay } from '@waybill/event-log/keep-relay';
import { LogProofs } from '@waybill/event-log/log-proofs';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import type { Projection } from '@waybill/event-log/projection';
import { keks } from '@waybill/service-kit/config';
import { openDatabase } from '@waybill/service-kit/database';
import { databaseExaminations, doctorRpc } from '@waybill/service-kit/examine';
import { JqPool } from '@waybill/service-kit/jq/jq-pool';
import { LogMirror } from '@waybill/service-kit/log-mirror';
import { macSecret } from '@waybill/service-kit/mac-secret';
import { createSecretBox } from '@waybill/service-kit/secret-box';
import { logProofsRpc, payloadsRpc } from '@waybill/service-kit/log-proofs.rpc';
import type { Kit } from '@waybill/service-kit/start-service';
import type { DataSource } from 'typeorm';
import type { Config } from './config.js';
import { HandleDelivery } from './handle-delivery.js';
import { HandleJob } from './handle-job.js';
import { AttemptsDueTimer } from './in/attempts-due.timer.js';
import { CaughtUpRpc } from './in/caught-up.rpc.js';
import { ConnectorsHealthRpc } from './in/connectors-health.rpc.js';
import { ConnectorClosings, type ClosingsParts } from './in/connector-closings.js';
import { ConnectorsKnown } from './in/connectors-known.js';
import { ConnectorBannerRpc } from './in/connector-banner.rpc.js';
import { ConnectorsTestsRpc } from './in/connectors-tests.rpc.js';
import { DeliveriesRpc } from './in/deliveries.rpc.js';
import { GivenUpConnectorsTimer } from './in/given-up-connectors.timer.js';
import { HoldRpc } from './in/hold.rpc.js';
import { HoldTimer } from './in/hold.timer.js';
import { keepHold } from './in/keep-hold.js';
import { JobsRpc } from './in/jobs.rpc.js';
import { JobsTimer, type JobsTimerParts } from './in/jobs.timer.js';
import { ReplayRpc } from './in/replay.rpc.js';
import { RegistryReader, registryReadMsMax } from './in/registry-reader.js';
import { RoutedReader } from './in/routed-reader.timer.js';
import { StatsRpc } from './in/stats.rpc.js';
import { TryOutRpc } from './in/try-out.rpc.js';
import { deliveryMigrations } from './migrations.js';
import { carryOut } from './out/carry-out.js';
import { egressExaminations } from './out/egress-examinations.js';
import { holdExamination } from './out/hold-examination.js';
import { alarmingRemovedApi } from './out/removed-api.js';
import { fetchNotification } from './out/routed-notification.js';
import { ReplayAttempt } from './out/replay-attempt.js';
import { Secrets } from './out/secrets.js';
import { sendThrough } from './out/send.js';
import { StoredSets } from './out/stored-sets.js';
import { TryOut } from './out/try-out.js';
import { ConnectorBanners } from './read/connector-banner.js';
import { deliveries } from './read/deliveries.js';
import { ConnectorStatsList } from './read/connector-stats.js';
import { DeliveryFacetCounts } from './read/delivery-facets.js';
import { DeliveryList } from './read/delivery-list.js';
import { DueAttempts } from './read/due-attempts.js';
import { Healths } from './read/health-rows.js';
import { Holds } from './read/holds.js';
import { Jobs } from './read/jobs.js';
import { Stats } from './read/stats.js';
import { LastTests } from './read/test-rows.js';
import { TestAudit } from './test-audit.js';
import { type Connector, Connectors, foldConnector } from './work/connectors.js';
import { Correlate } from './work/correlate.js';
import { Engine } from './work/engine.js';
import { Turns } from './work/turns.js';
import { News } from './work/news.js';
import { type Leave, leaveTo } from './work/leave.js';
import { Parked } from './work/parked.js';

/** A caller who changed something sees it in what it reads next, unless the read model is further behind than this. */
const readModelWithinMs = 2_000;
/** Of the relay: nothing is delivered from this log, whoever follows it looks on. */
const gatherMs = 25;

export const deliveryLog = 'delivery-0';

/** What is heard over request and reply. */
const controllers = [
  DeliveriesRpc,
  HoldRpc,
  ConnectorsHealthRpc,
  ConnectorBannerRpc,
  ConnectorsTestsRpc,
  JobsRpc,
  StatsRpc,
  TryOutRpc,
  CaughtUpRpc,
  logProofsRpc('delivery', LogProofs),
  payloadsRpc('delivery', LogProofs),
  ReplayRpc,
];

const ownDatabase = (database: DataSource) => databaseExaminations('delivery', database, deliveryMigrations);

class DeliveryModule {}

/** The table of contents of delivery: everything that hears, sends, shows and says is made here. */
export async function deliveryModule(config: Config, kit: Kit): Promise<DynamicModule> {
  const { log, nats: nc, copy } = kit;
  const database = await openOwn(config, kit);
  const eventLog = await openLog(config, kit);
  const proofs = await openProofs(config, kit, eventLog);
  const projection = await keepReadModel({
    log: eventLog,
    connectionString: config.DATABASE_URL,
    model: deliveries,
    host: kit,
    paceMs: 800,
  });
  keepRelay({ log: eventLog, connection: nc, host: kit, replicas: config.WAYBILL_STREAM_REPLICAS, gatherMs });

  const { egress, policy } = openEgress(config, kit, eventLog);
  const jq = await openJq(kit);
  const box = createSecretBox(config.WAYBILL_SECRETS_KEK);
  const secrets = new Secrets({ nc, sets: new StoredSets(database), box, log });
  const { connectors, mirror } = await openConnectors(kit, database, secrets);
  const send = sendThrough(egress);
  const nowMs = (): number => eventLog.nowMs();
  const parts = {
    engine: jq,
    secretsOf: (connector: Connector) => secrets.of(connector),
    send,
    fetchNotification: (job: Parameters<typeof fetchNotification>[0]) => fetchNotification(job, nc, log),
    nowMs,
  };
  const actor = `service:delivery:${copy}`;
  const carry = alarmingRemovedApi(log, (job, connector) => carryOut(job, connector, parts));
  const due = new DueAttempts(database);
  const parked = new Parked();
  const leave = leaveTo(due, parked);
  const turns = new Turns(eventLog, projection);
  const engine = new Engine({ eventLog, connectors, log, actor, carryOut: carry, leave, turnIsOver: turns.over });
  const news = new News(eventLog, projection);
  kit.onStop('engine', async () => due.release(await engine.drain()));
  connectors.onChange((connector) => engine.changed(connector));
  const healths = new Healths(database, connectors, () => projection.whenCurrent());
  const reached = (position: number) => projection.whenCaughtUp(position, readModelWithinMs);
  const jobs = new Jobs(database);
  const holds = new Holds(database);
  const hold = await keepHold({ kit, holds, eventLog, actor, engine, onFailover: config.WAYBILL_ON_FAILOVER });
  await startWork({
    config, kit, database, eventLog, connectors, mirror, healths, due, parked, leave, news, engine, actor, reached, turns,
  }); // prettier-ignore
  startJobs(kit, { eventLog, jobs, reached, news, isHeld: () => engine.isHeld, rateOf: connectors.rateOf });
  const seen = [...egressExaminations(egress, policy, connectors), holdExamination(() => hold.open)];
  return {
    module: DeliveryModule,
    controllers: [...controllers, doctorRpc('delivery', [...ownDatabase(database), ...seen])],
    providers: [
      { provide: PostgresLog, useValue: eventLog },
      { provide: LogProofs, useValue: proofs },
      { provide: Connectors, useValue: connectors },
      { provide: Healths, useValue: healths },
      { provide: HandleDelivery, useValue: new HandleDelivery(eventLog) },
      { provide: Holds, useValue: holds },
      { provide: HoldTimer, useValue: hold },
      { provide: Jobs, useValue: jobs },
      { provide: HandleJob, useValue: new HandleJob(eventLog, jobs, reached, connectors.rateOf) },
      ...questionsTo(database, projection),
      { provide: ConnectorBanners, useValue: banners(eventLog, connectors, healths) },
      { provide: LastTests, useValue: new LastTests(database, () => projection.whenCurrent()) },
      { provide: TestAudit, useValue: new TestAudit(eventLog) },
      { provide: ReplayAttempt, useValue: new ReplayAttempt({ nc, engine: jq, log, nowMs }) },
      { provide: TryOut, useValue: new TryOut({ jq, send, secrets, connectors, nowMs }) },
    ],
  };
}

function startJobs(
  { log, copy, onStop }: Kit,
  parts: Pick<JobsTimerParts, 'jobs' | 'reached' | 'news' | 'isHeld' | 'rateOf'> & { eventLog: PostgresLog },
): void {
  const timer = new JobsTimer({ ...parts, leases: parts.eventLog.leases, log, copy });
  onStop('jobs', () => timer.stop());
  timer.start();
}

/** What people ask of the read model. */
function questionsTo(database: DataSource, projection: Projection): Provider[] {
  return [
    { provide: Stats, useValue: new Stats(database) },
    { provide: ConnectorStatsList, useValue: new ConnectorStatsList(database) },
    { provide: DeliveryFacetCounts, useValue: new DeliveryFacetCounts(database) },
    { provide: DeliveryList, useValue: new DeliveryList(database, () => projection.whenCurrent()) },
  ];
}

function banners(log: PostgresLog, connectors: Connectors, healths: Healths): ConnectorBanners {
  return new ConnectorBanners({
    log,
    connectorOf: (id) => connectors.get(id),
    rows: (tenant) => healths.current(tenant),
  });
}

interface Work {
  readonly config: Config;
  readonly kit: Kit;
  readonly database: DataSource;
  readonly eventLog: PostgresLog;
  readonly connectors: Connectors;
  readonly healths: Healths;
  readonly due: DueAttempts;
  readonly parked: Parked;
  readonly leave: Leave;
  readonly news: News;
  readonly engine: Engine;
  readonly mirror: LogMirror<Connector>;
  readonly actor: string;
  readonly reached: ClosingsParts['reached'];
  readonly turns: Turns;
}

/** Starts what brings work to the engine, and what ends connectors. */
async function startWork({
  config,
  kit,
  database,
  eventLog,
  connectors,
  healths,
  due,
  parked,
  leave,
  news,
  engine,
  mirror,
  actor,
  reached,
  turns,
}: Work): Promise<void> {
  const { log, nats: nc, copy } = kit;
  const registry = await startReading(kit, mirror, { eventLog, engine, reached, due, actor, log });
  const timer = new AttemptsDueTimer({
    eventLog,
    due,
    news,
    engine,
    connectors,
    log,
    actor,
    parked,
    leave,
    health: () => healths.of(),
    registryRead: registry.caughtUp,
  });
  kit.onStop('due attempts', () => timer.stop());
  turns.tell(() => timer.lookSoon());
  timer.start();
  const reader = new RoutedReader({
    eventLog, connectors, engine, log, actor, nc, copy, parked, leave,
    connectorsKnown: new ConnectorsKnown(connectors), registryRead: registry.caughtUp,
    correlate: new Correlate(await macSecret(database, createSecretBox(keks.parse(config.WAYBILL_LOG_KEK)))),
    turnsTo: (position) => turns.comeAt(position),
    leases: eventLog.leases,
    cursorOf: (name) => eventLog.cursor(name),
    leaseMs: config.WAYBILL_LEASE_MS,
    release: (ids) => due.release(ids),
  }); // prettier-ignore
  kit.onStop('reader', () => reader.stop());
  reader.start();
  const givenUp = new GivenUpConnectorsTimer({
    nc, eventLog, leases: eventLog.leases, connectors, health: () => healths.of(), log, copy, news,
  }); // prettier-ignore
  kit.onStop('given-up connectors', () => givenUp.stop());
  givenUp.start();
  // The last one registered is the first one called: the readers may take a while to stop, and what they bring meanwhile waits for another copy.
  kit.onStop('beginning', () => engine.beginNoMore());
}

/** From here on registry's log is read. */
async function startReading(kit: Kit, mirror: LogMirror<Connector>, parts: ClosingsParts): Promise<RegistryReader> {
  const registry = new RegistryReader({ nc: kit.nats, mirror, closings: new ConnectorClosings(parts), log: kit.log });
  kit.onDrain('registry', () => registry.stop());
  registry.start();
  // A connector that was closed while delivery was down: nothing that waited for it may be sent now.
  await registry.caughtUp(registryReadMsMax);
  return registry;
}

async function openOwn(config: Config, { log, copy, onDrain, ops }: Kit): Promise<DataSource> {
  const database = await openDatabase({
    url: config.DATABASE_URL,
    applicationName: `delivery ${copy}`,
    onRetry: (error) => log.warn({ err: error }, 'database.waiting'),
  });
  onDrain('database', () => database.destroy());
  ops.check('postgres', async () => (await database.query('select 1'), null));
  return database;
}

async function openJq({ onDrain }: Kit): Promise<JqPool> {
  const jq = await JqPool.start();
  onDrain('jq', () => jq.close());
  return jq;
}

async function openLog(config: Config, kit: Kit): Promise<PostgresLog> {
  const eventLog = await PostgresLog.open({
    connectionString: config.DATABASE_URL,
    kek: config.WAYBILL_LOG_KEK,
    log: deliveryLog,
    applicationName: `delivery ${kit.copy}`,
  });
  kit.onDrain('event log', () => eventLog.close());
  return eventLog;
}

/** What leaves says when it left by the log's clock: every copy says the same, also one whose machine is off by more than receivers put up with. */
function openEgress(config: Config, kit: Kit, log: PostgresLog): { egress: Egress; policy: EgressPolicy } {
  const { policy, smtp } = config.WAYBILL_CONFIG;
  if (policy.allow.length > 0) kit.log.warn({ allow: policy.allow.map((entry) => entry.text) }, 'egress.relaxed');
  const egress = createEgress(policy, { smtp, nowMs: () => log.nowMs() });
  kit.onDrain('egress', () => egress.close());
  return { egress, policy };
}

async function openConnectors(
  { log }: Kit,
  database: DataSource,
  secrets: Secrets,
): Promise<{ connectors: Connectors; mirror: LogMirror<Connector> }> {
  const connectors = new Connectors();
  const mirror = await LogMirror.open<Connector>({
    database,
    log: registryLog,
    fold: foldConnector,
    changed: connectors.changed,
  });
  connectors.attach(mirror);
  connectors.onChange((connector) => {
    secrets
      .prefetch(connector)
      .catch((error: unknown) => log.warn({ err: error, connectorId: connector.id }, 'secrets.not-prefetched'));
  });
  return { connectors, mirror };
}

/** From here on the log is compared with its checkpoints: before anything is appended to one that was restored or changed. */
function openProofs(config: Config, kit: Kit, log: PostgresLog): Promise<LogProofs> {
  const { DATABASE_URL: connectionString, WAYBILL_LOG_KEK: kek, WAYBILL_NOTARY_VKEY: vkey } = config;
  return LogProofs.open({ log, connectionString, kek, vkey, nats: kit.nats, host: kit });
}
