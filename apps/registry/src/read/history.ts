import type { RecordedEvent } from '@waybill/event-log/log';

/** One event as contract.md section 3 shows it, without its sealed part: this log has none that a history would show. */
export function historyItem(event: RecordedEvent) {
  const { log, epoch, position, eventId, stream, version, type, schemaVersion, tenant, at, meta, data } = event;
  const { actor, correlationId = null, causationId = null, traceparent = null } = meta;
  return {
    log,
    epoch,
    position,
    eventId,
    stream,
    version,
    type,
    schemaVersion,
    tenant,
    at,
    actor,
    correlationId,
    causationId,
    traceparent,
    data,
  };
}
