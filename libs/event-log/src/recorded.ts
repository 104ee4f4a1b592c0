import { encodeLogEvent, type LogEventEnvelope, type WireLogEvent } from '@waybill/contracts/log-event';
import type { AdmittedEvent } from './admit.js';
import { type RecordedEvent, type LogIdentity, shredded } from './log.js';

/** RFC 3339 UTC with milliseconds, from microseconds since 1970. */
export function timeText(atUs: number): string {
  return new Date(Math.floor(atUs / 1000)).toISOString();
}

/** The recorded form of an event that was just written, from the texts that were stored, unless its subject `isGone`. */
export function recordedEvent(
  identity: LogIdentity,
  admitted: AdmittedEvent,
  eventId: string,
  at: string,
  isGone = false,
): RecordedEvent {
  const { event } = admitted;
  return {
    log: identity.log,
    epoch: identity.epoch,
    position: admitted.position,
    eventId,
    stream: admitted.stream,
    version: admitted.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    tenant: admitted.tenant,
    at,
    meta: event.meta,
    data: JSON.parse(event.dataText) as Record<string, unknown>,
    sealed: event.sealed === null ? null : isGone ? shredded : event.sealed.text,
  };
}

/**
 * The wire form of a recorded event. `clearText` is its stored clear part where the caller still has it; without it the parsed
 * part is written again, which gives the same text because it was written by `JSON.stringify` in the first place.
 */
export function wireOf(event: RecordedEvent, clearText?: string): WireLogEvent {
  const gone = event.sealed === shredded;
  const sealed = typeof event.sealed === 'string' ? event.sealed : null;
  return encodeLogEvent(envelopeOf(event, event), clearText ?? JSON.stringify(event.data), sealed, gone);
}

/** The outer members of the wire form. */
export function envelopeOf(
  { log, epoch }: LogIdentity,
  event: Omit<RecordedEvent, 'log' | 'epoch' | 'data' | 'sealed'>,
): LogEventEnvelope {
  const { actor, correlationId, causationId, traceparent } = event.meta;
  return {
    log,
    epoch,
    position: event.position,
    eventId: event.eventId,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    tenant: event.tenant,
    at: event.at,
    actor,
    correlationId: correlationId ?? null,
    causationId: causationId ?? null,
    traceparent: traceparent ?? null,
  };
}
