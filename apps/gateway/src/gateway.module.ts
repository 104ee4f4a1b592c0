import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Log } from '@waybill/service-kit/logger';
import type { DataSource } from 'typeorm';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import type { GatewayConfig } from './config.js';
import { ConnectorsController } from './connectors/connectors.controller.js';
import { ConnectorBanners } from './connectors/connector-banners.js';
import { Propagation } from './connectors/propagation.js';
import type { ConsoleFile } from './console/console-files.js';
import { ConsoleController, consoleToken } from './console/console.controller.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { JobsController } from './deliveries/jobs.controller.js';
import { DeliveryHoldController } from './delivery-hold/delivery-hold.controller.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { DocumentsController } from './documents/documents.controller.js';
import { AnswerInterceptor } from './edge/answer.interceptor.js';
import { KeyGuard } from './edge/key.guard.js';
import { KnownKeys } from './edge/known-keys.js';
import { RefusedBodies } from './edge/refused-bodies.js';
import { natsToken, Rpc } from './edge/rpc.js';
import { RepeatableRequests } from './idempotency/repeatable-requests.js';
import { LiveClients, LiveController } from './live/live.controller.js';
import { LogProofsController } from './log/log-proofs.controller.js';
import { LogController } from './log/log.controller.js';
import { ShreddingController } from './log/shredding.controller.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { Sessions } from './sessions/sessions.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { TargetsController } from './targets/targets.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { configToken, databaseToken, logToken } from './tokens.js';
import { WhyController } from './why/why.controller.js';

/** What the rooms are given from outside. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly nats: NatsConnection;
  readonly database: DataSource;
  readonly keys: KnownKeys;
  readonly sessions: Sessions;
  readonly repeatable: RepeatableRequests;
  readonly liveClients: LiveClients;
  readonly consoleFiles: Map<string, ConsoleFile>;
}

@Module({
  controllers: [
    TargetsController,
    SessionsController,
    TenantsController,
    ApiKeysController,
    ConnectorsController,
    SubscriptionsController,
    NotificationsController,
    DeliveriesController,
    JobsController,
    DeliveryHoldController,
    WhyController,
    LogController,
    LogProofsController,
    ShreddingController,
    LiveController,
    DoctorController,
    DocumentsController,
    // Last: it answers every path that nobody else does.
    ConsoleController,
  ],
})
export class GatewayModule {
  static with(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      providers: [
        Rpc,
        RefusedBodies,
        ConnectorBanners,
        Propagation,
        { provide: configToken, useValue: parts.config },
        { provide: logToken, useValue: parts.log },
        { provide: databaseToken, useValue: parts.database },
        { provide: natsToken, useValue: parts.nats },
        { provide: KnownKeys, useValue: parts.keys },
        { provide: Sessions, useValue: parts.sessions },
        { provide: RepeatableRequests, useValue: parts.repeatable },
        { provide: LiveClients, useValue: parts.liveClients },
        { provide: consoleToken, useValue: parts.consoleFiles },
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      ],
    };
  }
}
