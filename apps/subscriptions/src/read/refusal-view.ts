import type { Refusal } from '@waybill/contracts/http/why';
import type { NotificationRefused } from '@waybill/contracts/log/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { RecordedEvent } from '@waybill/event-log/log';

/** A refused notification, from its event; refuses (`notification_unknown`) what is not this tenant's. */
export function refusalView(tenant: string, event: RecordedEvent | undefined): Refusal {
  if (event?.tenant !== tenant) throw new Refused('notification_unknown', 'There is no such refused notification.');
  const { refusalId, id, code, detail, pointer, subject, type, source, via, bytes } =
    event.data as unknown as NotificationRefused;
  const recorded = {
    refusedAt: event.at,
    refusedBy: event.meta.actor,
    log: event.log,
    position: event.position,
  };
  return { id: refusalId, code, detail, pointer, subject, type, source, sourceId: id, via, bytes, ...recorded };
}
