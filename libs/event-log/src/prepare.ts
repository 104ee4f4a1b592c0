import { storableJson } from '@waybill/contracts/text/storable';
import { envelopeBytes, eventBytesMax, requestBytesMax, requestEventsMax } from './limits.js';
import { streamNameBytesMax, tenantBytesMax, typeBytesMax } from './limits.js';
import {
  AppendInvalid,
  type AppendRequest,
  AppendTooLarge,
  type EventMeta,
  type NewEvent,
  type StreamAppend,
} from './log.js';

/** An event with its stored bytes, made once and outside the head lock. */
export interface PreparedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly meta: EventMeta;
  readonly metaText: string;
  /** What is stored; readers get it parsed from here, so that it is the same before and after a restart. */
  readonly dataText: string;
  readonly dataBytes: number;
  readonly sealed: { readonly subject: string; readonly text: string; readonly bytes: number } | null;
}

export interface PreparedStream {
  readonly append: StreamAppend;
  readonly events: readonly PreparedEvent[];
}

export interface PreparedRequest {
  readonly request: AppendRequest;
  readonly streams: readonly PreparedStream[];
  readonly eventCount: number;
  readonly bytes: number;
}

/** Serialises a request and checks it against the limits; throws `AppendInvalid`, which no retry heals, and of it `AppendTooLarge` for what is too long. */
export function prepare(request: AppendRequest): PreparedRequest {
  const { cursor } = request;
  if (cursor && cursor.to < cursor.from)
    throw new AppendInvalid(`a cursor does not go back (${cursor.from} to ${cursor.to})`);
  if (request.streams.length === 0 && !cursor) throw new AppendInvalid('a request has streams or a cursor');
  let eventCount = 0;
  let bytes = 0;
  const metas = new Map<EventMeta, PreparedMeta>();
  const streams = request.streams.map((append): PreparedStream => {
    assertNames(append);
    const nameBytes = Buffer.byteLength(append.stream) + append.tenant.length + envelopeBytes;
    const events = append.events.map((event) => {
      const prepared = prepareEvent(event, metas);
      const eventBytes = nameBytes + bytesOf(prepared);
      if (eventBytes > eventBytesMax) {
        throw new AppendTooLarge(`${event.type} takes ${eventBytes} bytes, more than ${eventBytesMax}`);
      }
      eventCount += 1;
      bytes += eventBytes;
      return prepared;
    });
    return { append, events };
  });
  if (eventCount > requestEventsMax)
    throw new AppendTooLarge(`${eventCount} events in one append, more than ${requestEventsMax}`);
  if (bytes > requestBytesMax) throw new AppendTooLarge(`${bytes} bytes in one append, more than ${requestBytesMax}`);
  return { request, streams, eventCount, bytes };
}

function prepareEvent(event: NewEvent, metas: Map<EventMeta, PreparedMeta>): PreparedEvent {
  if (!isName(event.type, typeBytesMax)) throw new AppendInvalid(`no event type: ${event.type}`);
  if (!Number.isInteger(event.schemaVersion) || event.schemaVersion < 1 || event.schemaVersion > 32_767) {
    throw new AppendInvalid(`no schema version: ${event.schemaVersion}`);
  }
  // Undefined for what JSON does not know, such as a function.
  const dataText = JSON.stringify(event.data) as string | undefined;
  if (!dataText?.startsWith('{')) throw new AppendInvalid('data is a JSON object');
  return {
    type: event.type,
    schemaVersion: event.schemaVersion,
    ...prepareMeta(event.meta, metas),
    dataText,
    dataBytes: Buffer.byteLength(dataText),
    sealed: event.sealed === undefined ? null : prepareSealed(event.sealed),
  };
}

type PreparedMeta = Pick<PreparedEvent, 'meta' | 'metaText'>;

/**
 * The events of one request mostly share one meta object: it is written once. Who asked and by which request comes out of headers that
 * anybody may write, and stands in the rows of lists, which take no U+0000 and no half of a letter.
 */
function prepareMeta(given: EventMeta, known: Map<EventMeta, PreparedMeta>): PreparedMeta {
  const before = known.get(given);
  if (before !== undefined) return before;
  const { actor, correlationId, causationId, traceparent } = given;
  const text = JSON.stringify({ actor, correlationId, causationId, traceparent });
  const metaText = storableJson(text);
  const prepared = { meta: metaText === text ? given : (JSON.parse(metaText) as EventMeta), metaText };
  known.set(given, prepared);
  return prepared;
}

function prepareSealed(sealed: { subject: string; text: string }): PreparedEvent['sealed'] {
  if (!isName(sealed.subject, streamNameBytesMax)) throw new AppendInvalid('a sealed part names its subject');
  // A full parse would double the cost of every payload; its publisher's text was parsed where it came in.
  if (!/^\{\s*"/.test(sealed.text) || !sealed.text.endsWith('}')) {
    throw new AppendInvalid('a sealed part is the text of a JSON object with at least one member');
  }
  return { ...sealed, bytes: Buffer.byteLength(sealed.text) };
}

function bytesOf({ dataBytes, metaText, type, sealed }: PreparedEvent): number {
  return dataBytes + Buffer.byteLength(metaText) + type.length + (sealed?.bytes ?? 0);
}

function assertNames(append: StreamAppend): void {
  const { stream, tenant } = append;
  if (!isName(stream, streamNameBytesMax)) throw new AppendInvalid(`no stream name: ${stream}`);
  if (!isName(tenant, tenantBytesMax)) throw new AppendInvalid(`no tenant: ${tenant}`);
  if (typeof append.expected === 'number' && !(Number.isSafeInteger(append.expected) && append.expected >= 0)) {
    throw new AppendInvalid(`no version: ${append.expected}`);
  }
}

/** A control character (or half of a letter) would make PostgreSQL refuse the whole group, or look like another name. */
function isName(text: string, bytesMax: number): boolean {
  // Nearly every name is plain ASCII, which is found out in a fifth of the time.
  if (/^[\x20-\x7e]+$/.test(text)) return text.length <= bytesMax;
  return text.length > 0 && Buffer.byteLength(text) <= bytesMax && !/[\p{Cc}\p{Cs}]/u.test(text);
}
