import { Controller, Inject } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Check } from '@waybill/contracts/http/doctor';
import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import { logStream, noTenant, notificationStream, type ServiceName } from '@waybill/contracts/subjects';
import type { DataSource } from 'typeorm';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { natsToken, Rpc } from '../edge/rpc.js';
import { databaseToken } from '../tokens.js';
import { type Finding, judgeBacklog, judgeClock, judgeRelay, judgeRoundTrip, judgeStanding } from './judge.js';
import { doctorRoutes } from './doctor.routes.js';

type Routes = typeof doctorRoutes;

/** A person waits for the page: what does not answer by then is what the page is for. */
const checkTimeoutMs = 2_000;
const keepers = ['registry', 'subscriptions', 'delivery'] as const;

/** Looks at everything the gateway can reach, at once; a check that fails says so in its own line and spoils no other. */
@Controller()
export class DoctorController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(natsToken) private readonly nc: NatsConnection,
    @Inject(databaseToken) private readonly database: DataSource,
  ) {}

  @On(doctorRoutes.look)
  async look(@Ask() { caller }: Asked<Routes['look']>): Promise<{ items: Check[] }> {
    const checks = [
      this.check('nats', 'The broker answers', 'Start nats-server, or check NATS_URL and its password.', () =>
        this.roundTrip(),
      ),
      this.check('database', "The gateway's database answers", 'Start PostgreSQL, or check DATABASE_URL.', () =>
        this.clock(),
      ),
      ...keepers.flatMap((service) => this.keeper(caller, service)),
      this.check(
        'notary',
        'The notary signs checkpoints',
        'Start it: npm run service -- start notary. Deliveries flow without it; proofs do not grow.',
        async () => {
          await this.ask(caller, 'notary', 'status');
          return { state: 'holds', says: 'It answers.' };
        },
      ),
      this.check(
        'notifications',
        'What is published is taken up',
        'Check that subscriptions runs; the stream is made with the tenant.',
        () => this.backlog(caller.tenant),
      ),
    ];
    return { items: await Promise.all(checks) };
  }

  private keeper(caller: Caller, service: (typeof keepers)[number]): Promise<Check>[] {
    const log = `${service}-0`;
    const head = this.ask<{ position: number }>(caller, service, 'log.head');
    // Both checks below wait for it; neither may be the one that lets a rejection go unheard.
    head.catch(() => undefined);
    const start = `Start it: npm run service -- start ${service}. If it does start, its log says what it waits for.`;
    return [
      this.check(service, `The service ${service} answers`, start, async () => {
        const { position } = await head;
        return { state: 'holds', says: `Its log ${log} is at position ${position}.` };
      }),
      this.check(
        `relay-${log}`,
        `What ${log} records reaches the broker`,
        'The relay of the service catches up by itself; if it stands still, the log of the service says why.',
        async () => {
          const [{ position }, streams] = await Promise.all([head, jetstreamManager(this.nc, { checkAPI: false })]);
          const { state } = await streams.streams.info(logStream(log));
          return judgeRelay(position, state.last_seq);
        },
      ),
      this.check(
        `guard-${log}`,
        `What ${log} holds is what was signed`,
        'Appends are refused until it is right again: restore the log as it was, or find out who changed it (docs/audit.md).',
        async () => judgeStanding(await this.ask<LogStanding>(caller, service, 'log.standing')),
      ),
    ];
  }

  private ask<T>(caller: Caller, service: ServiceName, call: string): Promise<T> {
    return this.rpc.ask<T>(caller, service, call, {}, { tenant: noTenant, timeoutMs: checkTimeoutMs });
  }

  private async roundTrip(): Promise<Finding> {
    return judgeRoundTrip(await this.nc.rtt());
  }

  private async clock(): Promise<Finding> {
    const beganMs = Date.now();
    const rows: { ms: string }[] = await this.database.query(
      `select extract(epoch from clock_timestamp()) * 1000 as ms`,
    );
    // The answer was made somewhere between the two looks at our own clock.
    return judgeClock(Number(rows[0]?.ms) - (beganMs + Date.now()) / 2, Date.now() - beganMs);
  }

  private async backlog(tenant: string): Promise<Finding> {
    const streams = await jetstreamManager(this.nc, { checkAPI: false });
    const { state } = await streams.streams.info(notificationStream(tenant));
    return judgeBacklog(state.messages);
  }

  private async check(id: string, title: string, fix: string, look: () => Promise<Finding>): Promise<Check> {
    try {
      const { state, says } = await withinTime(look());
      return { id, title, state, says, fix: state === 'wrong' ? fix : null };
    } catch (error) {
      return { id, title, state: 'wrong', says: error instanceof Error ? error.message : String(error), fix };
    }
  }
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('It did not answer in time.')), checkTimeoutMs + 500).unref();
  });
  return Promise.race([work, late]);
}
