/**
 * The wire form of one log event (contract.md section 3), as it stands in a JetStream message, an rpc reply and the HTTP API.
 * `data` is the last member of the envelope and what was sealed is the last part of `data`, so that a reader who knows where the
 * sealed members begin can cut the publisher's payload out byte for byte, without parsing it and without writing it again.
 */

/** NATS header: the byte offset in the message at which the sealed members begin. Absent when the event has no sealed part. */
export const sealedAtHeader = 'Waybill-Sealed-At';
/** NATS header: the RFC 6962 leaf hash of the event, hex. What a relay compares before it goes on. */
export const leafHeader = 'Waybill-Leaf';
/** An event is at most this long on the wire (design.md section 3 point 3); `EventLog.append` refuses a longer one. */
export const logEventBytesMax = 512 * 1024;

export interface LogEventEnvelope {
  readonly log: string;
  readonly epoch: number;
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

export interface LogEvent extends LogEventEnvelope {
  /** The clear members only, when the place of the sealed ones was known; otherwise everything that stood in `data`. */
  readonly data: Record<string, unknown>;
  /** The sealed members as the text of a JSON object, in the spelling they were recorded with; null when there are none. */
  readonly sealed: string | null;
  /** True when the event had a sealed part whose key was deleted. */
  readonly shredded: boolean;
}

export interface WireLogEvent {
  readonly text: string;
  /** Byte offset of the first sealed member in the UTF-8 form of `text`; null when there is none. Goes into `sealedAtHeader`. */
  readonly sealedAt: number | null;
}

/**
 * Writes the wire form by joining texts: `clearText` is the JSON object that was stored and hashed, `sealedText` a JSON object with at
 * least one member whose spelling must survive, null for none. `shredded` marks an event whose sealed part can no longer be read.
 * Refuses texts that are not objects; leaves it to the caller that the two have no member in common.
 */
export function encodeLogEvent(
  envelope: LogEventEnvelope,
  clearText: string,
  sealedText: string | null,
  shredded = false,
): WireLogEvent {
  const head = logEventHead(envelope, shredded);
  assertObjectText(clearText);
  if (sealedText === null) return { text: `${head}${clearText}}`, sealedAt: null };
  assertObjectText(sealedText);
  const clear = clearText.slice(0, -1);
  const before = `${head}${clear}${isBare(clear) ? '' : ','}`;
  return { text: `${before}${sealedText.slice(1)}}`, sealedAt: utf8Length(before) };
}

/**
 * Reads the wire form. With `sealedAt` only the envelope and the clear members are parsed and the sealed ones stay text; without it
 * everything is in `data` and `sealed` is null. Throws a `SyntaxError` for what is not a log event: that is a fault of the sender.
 */
export function decodeLogEvent(wire: string | Uint8Array, sealedAt: number | null): LogEvent {
  if (sealedAt === null) return fromParsed(typeof wire === 'string' ? wire : decoder.decode(wire), null);
  const [before, after] = splitAt(wire, sealedAt);
  if (!after.endsWith('}}')) throw new SyntaxError('a log event ends with the end of its data');
  const clear = before.endsWith(',') ? before.slice(0, -1) : before;
  return fromParsed(`${clear}}}`, `{${after.slice(0, -1)}`);
}

/** What stands before the clear part of the data: for whoever joins the rest as bytes. */
export function logEventHead(envelope: LogEventEnvelope, shredded = false): string {
  return `${envelopeText(envelope)}${shredded ? ',"shredded":true' : ''},"data":`;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function envelopeText(envelope: LogEventEnvelope): string {
  const text = JSON.stringify({
    log: envelope.log,
    epoch: envelope.epoch,
    position: envelope.position,
    eventId: envelope.eventId,
    stream: envelope.stream,
    version: envelope.version,
    type: envelope.type,
    schemaVersion: envelope.schemaVersion,
    tenant: envelope.tenant,
    at: envelope.at,
    actor: envelope.actor,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    traceparent: envelope.traceparent,
  });
  return text.slice(0, -1);
}

function fromParsed(text: string, sealed: string | null): LogEvent {
  const parsed: unknown = JSON.parse(text);
  if (!isObject(parsed) || !isObject(parsed['data']) || !Number.isSafeInteger(parsed['position'])) {
    throw new SyntaxError('not a log event');
  }
  const event = parsed as unknown as LogEvent;
  return {
    log: event.log,
    epoch: event.epoch,
    position: event.position,
    eventId: event.eventId,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    tenant: event.tenant,
    at: event.at,
    actor: event.actor,
    correlationId: event.correlationId ?? null,
    causationId: event.causationId ?? null,
    traceparent: event.traceparent ?? null,
    data: event.data,
    sealed,
    shredded: parsed['shredded'] === true,
  };
}

function splitAt(wire: string | Uint8Array, sealedAt: number): [string, string] {
  if (typeof wire !== 'string')
    return [decoder.decode(wire.subarray(0, sealedAt)), decoder.decode(wire.subarray(sealedAt))];
  // The offset counts bytes. As long as everything before it is ASCII, characters and bytes are the same.
  const before = wire.slice(0, sealedAt);
  if (isAscii(before)) return [before, wire.slice(sealedAt)];
  const bytes = encoder.encode(wire);
  return [decoder.decode(bytes.subarray(0, sealedAt)), decoder.decode(bytes.subarray(sealedAt))];
}

function utf8Length(text: string): number {
  return isAscii(text) ? text.length : encoder.encode(text).length;
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** True for the opening brace of an object without members: then no comma may follow. */
export function isBare(textWithoutEnd: string): boolean {
  return textWithoutEnd.length < 16 && textWithoutEnd.trim() === '{';
}

function assertObjectText(text: string): void {
  if (!text.startsWith('{') || !text.endsWith('}'))
    throw new SyntaxError('the text of a JSON object begins with { and ends with }');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
