import { type NotificationRouted, openSealedNotification } from '@waybill/contracts/log/subscriptions';
import { Refused } from '@waybill/decider/decider';
import { type RecordedEvent, shredded } from '@waybill/event-log/log';

/** One notification with its payload and the routing decision, from its event; refuses what is not this tenant's. */
export function notificationView(tenant: string, event: RecordedEvent | undefined): Record<string, unknown> {
  if (event?.tenant !== tenant || event.type !== 'NotificationRouted') {
    throw new Refused('notification_unknown', 'There is no such notification.');
  }
  const routed = event.data as unknown as NotificationRouted;
  const isShredded = event.sealed === shredded;
  const payloadText = typeof event.sealed === 'string' ? openSealedNotification(event.sealed).payloadText : null;
  return {
    id: routed.notificationId,
    tenant,
    type: routed.type,
    sourceId: routed.id,
    source: routed.source,
    time: routed.time,
    recordedAt: event.at,
    position: event.position,
    warnings: routed.warnings,
    payload: payloadText === null ? null : (JSON.parse(payloadText) as unknown),
    // The exact text: parsing above may have rounded numbers.
    payloadText,
    shredded: isShredded,
    routing: { routes: routesOf(routed), decidedOn: routed.decidedOn, log: event.log },
  };
}

function routesOf(routed: NotificationRouted) {
  const chosen = routed.chosen.flatMap(({ subscriptionId, subscriptionVersion, connectorIds }) =>
    connectorIds.map((connectorId) => ({ subscriptionId, subscriptionVersion, connectorId, suppressed: false })),
  );
  const suppressed = routed.suppressed.flatMap(({ connectorIds, ...one }) =>
    // Those of before are not known to have had connectors; the subscription is all that the record names.
    (connectorIds ?? [null]).map((connectorId) => ({ ...one, connectorId, suppressed: true })),
  );
  return [...chosen, ...suppressed];
}
