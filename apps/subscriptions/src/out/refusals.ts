import type { NatsConnection } from '@nats-io/transport-node';
import { parseNotificationSubject, refusedSubject } from '@waybill/contracts/subjects';
import type { Refused } from '@waybill/decider/decider';
import { problemOf } from '@waybill/service-kit/problems';

/** Tells the publisher, who has its PubAck already, why the notification goes nowhere. Heard by whoever subscribes to the tenant's `refused` subject. */
export function publishRefusal(nc: NatsConnection, tenant: string, subject: string, refused: Refused): void {
  const type = parseNotificationSubject(subject)?.type ?? null;
  nc.publish(refusedSubject(tenant), JSON.stringify({ ...problemOf(refused), notification: { type, subject } }));
}
