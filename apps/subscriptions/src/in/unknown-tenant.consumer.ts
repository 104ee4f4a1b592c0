import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { everyNotificationSubject, parseNotificationSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import { logTime } from '@waybill/event-log/log-time';
import type { Log } from '@waybill/service-kit/logger';
import { publishRefusal } from '../out/refusals.js';
import { refuse } from '../routing/decide-notification.js';
import type { Router } from '../routing/router.js';
import { refusalIdOf } from './intake.js';
import { requestIncoming } from './forwarded-publish.js';

/** Somebody who publishes to a wrong tenant in a loop must not fill the log: more than this a second are answered, not recorded. */
export const unknownTenantRecordsPerSecondMax = 20;

/** Bytes of messages whose tenant registry is asked for; who publishes more than these in the meantime is not answered. */
export const waitingBytesMax = 8 * 1024 * 1024;
/** A registry that is started again is there within a minute. */
const askAgainMs = 2_000;
const triesMax = 30;

/**
 * A tenant that does not exist has no stream, so the broker would lose what is published to it without a word.
 * This consumer hears all notification subjects (one copy each message), passes over those of known tenants and refuses the others.
 */
export class UnknownTenantConsumer {
  private second = 0;
  private recorded = 0;
  private waitingBytes = 0;
  private readonly asked = new Map<string, Promise<boolean>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly nc: NatsConnection,
    private readonly router: Pick<Router, 'isTenant'> & { readonly registry: Pick<Router['registry'], 'hasTenant'> },
    private readonly eventLog: Pick<EventLog, 'append' | 'nowMs'>,
    private readonly log: Pick<Log, 'warn'>,
    private readonly againMs = askAgainMs,
  ) {}

  start(): () => void {
    const subscription = this.nc.subscribe(everyNotificationSubject, {
      queue: 'subscriptions-unknown-tenant',
      callback: (error, message) => {
        if (error === null) this.hear(message);
      },
    });
    return () => {
      subscription.unsubscribe();
      this.stopping.abort();
    };
  }

  private hear(message: Msg): void {
    const parsed = parseNotificationSubject(message.subject);
    if (parsed === null || this.router.registry.hasTenant(parsed.tenant)) return;
    // Nobody holds it, so its publisher has heard from the broker that nobody took it.
    const { length } = message.data;
    if (this.waitingBytes + length > waitingBytesMax) return this.log.warn({}, 'unknown-tenant.let-go');
    this.waitingBytes += length;
    this.refuse(message, parsed.tenant)
      .catch((error: unknown) => this.log.warn({ err: error }, 'unknown-tenant.fault'))
      .finally(() => (this.waitingBytes -= length));
  }

  /** One question a tenant, however many of its messages come. */
  private isTenant(tenant: string): Promise<boolean> {
    const asked = this.asked.get(tenant) ?? this.ask(tenant).finally(() => this.asked.delete(tenant));
    this.asked.set(tenant, asked);
    return asked;
  }

  /** A tenant that was created a moment ago is not unknown; its publishers must not be frightened. While registry is away nobody can say. */
  private async ask(tenant: string): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.router.isTenant(tenant);
      } catch (error) {
        if (tries === triesMax || this.stopping.signal.aborted) throw error;
        await delay(this.againMs, undefined, { signal: this.stopping.signal });
      }
    }
  }

  private async refuse(message: Msg, tenant: string): Promise<void> {
    if (await this.isTenant(tenant)) return;
    const refused = new Refused('tenant_unknown', `There is no tenant ${tenant}.`);
    const header = (name: string): string => message.headers?.get(name) ?? '';
    const type = parseNotificationSubject(message.subject)?.type ?? null;
    const incoming = {
      ...requestIncoming(tenant, message.subject, '', 'publisher', header, logTime(this.eventLog)),
      via: 'jetstream' as const,
      type,
      body: message.data,
    };
    const { data, append } = refuse(incoming, refused, refusalIdOf(incoming));
    publishRefusal(this.nc, tenant, data, refused);
    if (this.mayRecord()) await this.eventLog.append({ streams: [append] });
  }

  private mayRecord(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.second) [this.second, this.recorded] = [second, 0];
    this.recorded += 1;
    return this.recorded <= unknownTenantRecordsPerSecondMax;
  }
}
