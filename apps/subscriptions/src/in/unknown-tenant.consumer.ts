import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { everyNotificationSubject, parseNotificationSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { publishRefusal } from '../out/refusals.js';
import { refuse } from '../routing/decide-notification.js';
import type { Router } from '../routing/router.js';
import { refusalIdOf } from './intake.js';
import { requestIncoming } from './forwarded-publish.js';

/** Somebody who publishes to a wrong tenant in a loop must not fill the log: more than this a second are answered, not recorded. */
export const unknownTenantRecordsPerSecondMax = 20;

/**
 * A tenant that does not exist has no stream, so the broker would lose what is published to it without a word.
 * This consumer hears all notification subjects (one copy each message), passes over those of known tenants and refuses the others.
 */
export class UnknownTenantConsumer {
  private second = 0;
  private recorded = 0;

  constructor(
    private readonly nc: NatsConnection,
    private readonly router: Router,
    private readonly eventLog: EventLog,
    private readonly log: Log,
  ) {}

  start(): () => void {
    const subscription = this.nc.subscribe(everyNotificationSubject, {
      queue: 'subscriptions-unknown-tenant',
      callback: (error, message) => {
        if (error === null) this.hear(message);
      },
    });
    return () => subscription.unsubscribe();
  }

  private hear(message: Msg): void {
    const parsed = parseNotificationSubject(message.subject);
    if (parsed === null || this.router.registry.hasTenant(parsed.tenant)) return;
    this.refuse(message, parsed.tenant).catch((error: unknown) =>
      this.log.warn({ err: error }, 'unknown-tenant.fault'),
    );
  }

  private async refuse(message: Msg, tenant: string): Promise<void> {
    // A tenant that was created a moment ago is not unknown; its publishers must not be frightened.
    await this.router.catchUpWithRegistry(1_000);
    if (this.router.registry.hasTenant(tenant)) return;
    const refused = new Refused('tenant_unknown', `There is no tenant ${tenant}.`);
    const header = (name: string): string => message.headers?.get(name) ?? '';
    const type = parseNotificationSubject(message.subject)?.type ?? null;
    const incoming = {
      ...requestIncoming(tenant, message.subject, '', 'publisher', header),
      via: 'jetstream' as const,
      type,
      body: message.data,
    };
    const { data, append } = refuse(incoming, refused, refusalIdOf(incoming));
    publishRefusal(this.nc, tenant, data, refused);
    if (this.mayRecord()) await this.eventLog.append({ streams: [append] });
  }

  private mayRecord(): boolean {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.second) [this.second, this.recorded] = [second, 0];
    this.recorded += 1;
    return this.recorded <= unknownTenantRecordsPerSecondMax;
  }
}
