import type { NatsConnection } from '@nats-io/transport-node';
import type { NotificationRefused } from '@waybill/contracts/log/subscriptions';
import { refusedSubject } from '@waybill/contracts/subjects';
import type { Refused } from '@waybill/decider/decider';
import { problemOf } from '@waybill/service-kit/problems';

/**
 * Tells the publisher, who has its PubAck already, which notification goes nowhere and why. Heard by whoever subscribes to the tenant's
 * `refused` subject; `id` and `source` are null where neither the body nor the headers say them.
 */
export function publishRefusal(nc: NatsConnection, tenant: string, data: NotificationRefused, refused: Refused): void {
  const { id, source, type, subject, refusalId } = data;
  nc.publish(
    refusedSubject(tenant),
    JSON.stringify({ ...problemOf(refused), refusalId, notification: { id, source, type, subject } }),
  );
}
