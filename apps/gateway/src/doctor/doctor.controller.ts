import { Controller, Inject } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Check } from '@waybill/contracts/http/doctor';
import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import { logStream, noTenant, notificationStream, type ServiceName } from '@waybill/contracts/subjects';
import { databaseExaminations, type Examination, examine, type Finding } from '@waybill/service-kit/examine';
import type { DataSource } from 'typeorm';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { natsToken, Rpc } from '../edge/rpc.js';
import { gatewayMigrations } from '../migrations.js';
import { databaseToken } from '../tokens.js';
import { judgeBacklog, judgeRelay, judgeRoundTrip, judgeStanding } from './judge.js';
import { doctorRoutes } from './doctor.routes.js';

type Routes = typeof doctorRoutes;

/** A little longer than a service takes at most for its own examinations. */
const askTimeoutMs = 2_500;
const keepers = ['registry', 'subscriptions', 'delivery'] as const;

/** Looks at everything the gateway can reach, at once, and asks each service what only that can see. */
@Controller()
export class DoctorController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(natsToken) private readonly nc: NatsConnection,
    @Inject(databaseToken) private readonly database: DataSource,
  ) {}

  @On(doctorRoutes.look)
  async look(@Ask() { caller }: Asked<Routes['look']>): Promise<{ items: Check[] }> {
    const own = [
      this.broker(),
      ...databaseExaminations('gateway', this.database, gatewayMigrations),
      this.notary(caller),
      this.backlog(caller.tenant),
    ];
    const [first, ...rest] = await Promise.all([
      examine(own, caller.tenant),
      ...keepers.map((service) => this.keeper(caller, service)),
    ]);
    return { items: [...first, ...rest.flat()] };
  }

  /** A service's two lines from outside, then what it says of itself; a service that is away is one red line, not five. */
  private async keeper(caller: Caller, service: (typeof keepers)[number]): Promise<Check[]> {
    const head = this.ask<{ position: number }>(caller, service, 'log.head');
    const itself = this.ask<{ items: Check[] }>(caller, service, 'doctor', caller.tenant);
    // Each is waited for below; until then no rejection may go unheard.
    for (const asked of [head, itself]) asked.catch(() => undefined);
    const log = `${service}-0`;
    const looks = [answers(service, log, head), this.relay(log, head), this.guard(caller, service, log)];
    const outside = await examine(looks, caller.tenant);
    const isAway = outside[0]?.state === 'wrong';
    const said = await itself.catch((error: unknown) => ({ items: isAway ? [] : [silent(service, error)] }));
    return [...outside, ...said.items];
  }

  private broker(): Examination {
    return {
      id: 'nats',
      title: 'The broker answers',
      fix: 'Start nats-server, or check NATS_URL and its password.',
      look: async () => judgeRoundTrip(await this.nc.rtt()),
    };
  }

  private notary(caller: Caller): Examination {
    return {
      id: 'notary',
      title: 'The notary signs checkpoints',
      fix: 'Start it: npm run service -- start notary. Deliveries flow without it; proofs do not grow.',
      look: async () => {
        await this.ask(caller, 'notary', 'status');
        return { state: 'holds', says: 'It answers.' };
      },
    };
  }

  private backlog(tenant: string): Examination {
    return {
      id: 'notifications',
      title: 'What is published is taken up',
      fix: 'Check that subscriptions runs. Where the stream is not found, registry makes it anew within a minute; its log says why not.',
      look: async () => {
        const streams = await jetstreamManager(this.nc, { checkAPI: false });
        const { state } = await streams.streams.info(notificationStream(tenant));
        return judgeBacklog(state.messages);
      },
    };
  }

  private relay(log: string, head: Promise<{ position: number }>): Examination {
    return {
      id: `relay-${log}`,
      title: `The stream of ${log} is there and carries what is recorded`,
      fix: 'The relay of the service makes it anew and catches up by itself; if it stands still, the log of the service says why.',
      look: async () => {
        const [{ position }, streams] = await Promise.all([head, jetstreamManager(this.nc, { checkAPI: false })]);
        const { state } = await streams.streams.info(logStream(log));
        return judgeRelay(position, state.last_seq);
      },
    };
  }

  private guard(caller: Caller, service: (typeof keepers)[number], log: string): Examination {
    return {
      id: `guard-${log}`,
      title: `What ${log} holds is what was signed`,
      fix: 'Appends are refused until it is right again: restore the log as it was, or find out who changed it (docs/audit.md).',
      look: async () => judgeStanding(await this.ask<LogStanding>(caller, service, 'log.standing')),
    };
  }

  private ask<T>(caller: Caller, service: ServiceName, call: string, tenant: string = noTenant): Promise<T> {
    return this.rpc.ask<T>(caller, service, call, {}, { tenant, timeoutMs: askTimeoutMs });
  }
}

/** It answers, but not this: an older copy, or one that is too busy. */
function silent(service: string, error: unknown): Check {
  return {
    id: `${service}.doctor`,
    title: `The service ${service} says what it finds`,
    state: 'unknown',
    says: error instanceof Error ? error.message : String(error),
    fix: `Look again; if it stays, bring ${service} to the version of the gateway.`,
  };
}

function answers(service: string, log: string, head: Promise<{ position: number }>): Examination {
  return {
    id: service,
    title: `The service ${service} answers`,
    fix: `Start it: npm run service -- start ${service}. If it does start, its log says what it waits for.`,
    look: async (): Promise<Finding> => ({
      state: 'holds',
      says: `Its log ${log} is at position ${(await head).position}.`,
    }),
  };
}
