import type { DynamicModule } from '@nestjs/common';
import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import { keepReadModel } from '@waybill/event-log/keep-read-model';
import { keepRelay } from '@waybill/event-log/keep-relay';
import { LogProofs } from '@waybill/event-log/log-proofs';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { keks } from '@waybill/service-kit/config';
import { openDatabase } from '@waybill/service-kit/database';
import { databaseExaminations, doctorRpc } from '@waybill/service-kit/examine';
import { macSecret } from '@waybill/service-kit/mac-secret';
import { createSecretBox } from '@waybill/service-kit/secret-box';
import { logProofsRpc, payloadsRpc } from '@waybill/service-kit/log-proofs.rpc';
import type { Kit } from '@waybill/service-kit/start-service';
import type { SubscriptionsConfig } from './config.js';
import { ExplainRpc } from './in/explain.rpc.js';
import { Intakes } from './in/intakes.timer.js';
import { NotificationsRpc } from './in/notifications.rpc.js';
import { PublishRpc } from './in/publish.rpc.js';
import { SubscriptionsRpc } from './in/subscriptions.rpc.js';
import { UnknownTenantConsumer } from './in/unknown-tenant.consumer.js';
import { subscriptionsMigrations } from './migrations.js';
import { ExplainedThenPages } from './read/explained-then.js';
import { NotificationList } from './read/notification-list.js';
import { RoutingState } from './read/routing-state.js';
import { readModels } from './read/models.js';
import { SubscriptionList } from './read/subscription-list.js';
import { Router } from './routing/router.js';
import { NATS } from './tokens.js';

export const subscriptionsLog = 'subscriptions-0';

/** A lease is taken with the windows as of the newest event; a read model that is later than this is not in order. */
const windowsTimeoutMs = 30_000;

/** Messages are routed so far ahead of what the relay has carried: half a batch, so that it is never without work. */
const routedAheadMax = 100;
/** A broker that has become slow holds messages back for so long, a batch at a time: they are its own. */
const routedAheadMsMax = 250;

class SubscriptionsModule {}

/** The table of contents of subscriptions: everything that hears, routes, shows and says is made here. */
export async function subscriptionsModule(config: SubscriptionsConfig, kit: Kit): Promise<DynamicModule> {
  const { log, nats: nc } = kit;
  const database = await openDatabase({
    url: config.DATABASE_URL,
    applicationName: `subscriptions ${kit.copy}`,
    onRetry: (error) => log.warn({ err: error }, 'database.waiting'),
  });
  kit.onDrain('database', () => database.destroy());
  kit.ops.check('postgres', async () => (await database.query('select 1'), null));
  const eventLog = await PostgresLog.open({
    connectionString: config.DATABASE_URL,
    kek: config.WAYBILL_LOG_KEK,
    log: subscriptionsLog,
    applicationName: `subscriptions ${kit.copy}`,
  });
  kit.onDrain('event log', () => eventLog.close());
  const proofs = await openProofs(config, kit, eventLog);
  const [routing, notifications] = await Promise.all(
    readModels.map((model) =>
      keepReadModel({ log: eventLog, connectionString: config.DATABASE_URL, model, host: kit, paceMs: 400 }),
    ),
  );
  const relay = keepRelay({ log: eventLog, connection: nc, host: kit, replicas: config.WAYBILL_STREAM_REPLICAS });
  const state = new RoutingState(database);
  const secret = await macSecret(database, createSecretBox(keks.parse(config.WAYBILL_LOG_KEK)));
  const router = await Router.open({ nc, eventLog, database, log, builtInTypes, state, macSecret: secret });
  kit.onDrain('router', () => router.stop());
  const intakes = new Intakes({
    nc,
    router,
    leases: eventLog.leases,
    carried: () => relay.caughtUp(routedAheadMax, routedAheadMsMax),
    log,
    copy: kit.copy,
    leaseMs: config.WAYBILL_LEASE_MS,
    loadWindows: async (tenant, sinceMs) => {
      const { position } = await eventLog.head();
      if (!(await routing?.whenCaughtUp(position, windowsTimeoutMs)))
        throw new Error('the open windows are not known yet');
      return state.windows(tenant, sinceMs);
    },
  });
  kit.onDrain('intakes', () => intakes.stop());
  intakes.start();
  const stopHearing = new UnknownTenantConsumer(nc, router, eventLog, log).start();
  kit.onDrain('unknown tenants', stopHearing);
  const list = new SubscriptionList(database, async () => routing?.whenCurrent(), eventLog);
  return {
    module: SubscriptionsModule,
    controllers: [
      PublishRpc,
      SubscriptionsRpc,
      ExplainRpc,
      NotificationsRpc,
      logProofsRpc('subscriptions', LogProofs),
      payloadsRpc('subscriptions', LogProofs),
      doctorRpc('subscriptions', databaseExaminations('subscriptions', database, subscriptionsMigrations)),
    ],
    providers: [
      { provide: NATS, useValue: nc },
      { provide: PostgresLog, useValue: eventLog },
      { provide: LogProofs, useValue: proofs },
      { provide: Router, useValue: router },
      { provide: Intakes, useValue: intakes },
      { provide: SubscriptionList, useValue: list },
      { provide: ExplainedThenPages, useValue: explainedThen(eventLog, state, async () => routing?.whenCurrent()) },
      { provide: NotificationList, useValue: new NotificationList(database, async () => notifications?.whenCurrent()) },
    ],
  };
}

function explainedThen(log: PostgresLog, state: RoutingState, whenCurrent: () => Promise<void>): ExplainedThenPages {
  return new ExplainedThenPages(log, async (tenant, after, limit) => {
    await whenCurrent();
    return state.idsOf(tenant, after, limit);
  });
}

/** From here on the log is compared with its checkpoints: before anything is appended to one that was restored or changed. */
function openProofs(config: SubscriptionsConfig, kit: Kit, log: PostgresLog): Promise<LogProofs> {
  const { DATABASE_URL: connectionString, WAYBILL_LOG_KEK: kek, WAYBILL_NOTARY_VKEY: vkey } = config;
  return LogProofs.open({ log, connectionString, kek, vkey, nats: kit.nats, host: kit });
}
