import { createHmac, type KeyObject } from 'node:crypto';
import { JsonRefused } from '@waybill/contracts/payload/json-refused';
import { parseJson, payloadBytesMax, payloadDepthMax } from '@waybill/contracts/payload/json-text';
import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import { memberText } from '@waybill/contracts/payload/member-text';
import { isStorableTime } from '@waybill/contracts/text/storable';
import { Refused } from '@waybill/decider/decider';
import { notificationIdOf } from '@waybill/service-kit/ids';
import type { NotificationFacts } from '@waybill/subscription/look';

/** What arrived, by whichever way, before anybody looked inside. */
export interface Incoming {
  readonly via: 'jetstream' | 'request';
  readonly tenant: string;
  /** From the subject; null where the body says it. */
  readonly type: string | null;
  readonly subject: string;
  /** `publisher` for what came by JetStream; for a request who asked. */
  readonly actor: string;
  readonly body: Uint8Array;
  /** Answers the value of a header, empty where there is none. */
  readonly header: (name: string) => string;
  /** Used when the publisher gives no id: the same for a redelivery of the same message. */
  readonly fallbackId: string;
  /** RFC 3339. */
  readonly receivedAt: string;
}

/** A notification that can be routed. */
export interface Notification {
  readonly notificationId: string;
  readonly facts: NotificationFacts;
  readonly payload: JsonTree;
  /** As it arrived: key order, blanks and the spelling of numbers. */
  readonly payloadText: string;
  readonly payloadBytes: number;
  readonly traceparent: string | undefined;
}

const typePattern = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const typeCharactersMax = 100;
export const publisherIdCharactersMax = 256;
/** The request around a payload: type, id, source, time and their names. */
const envelopeBytesMax = 4_096;

/** Reads what arrived; throws `Refused` with the code and pointer that go on the record and to the publisher. */
export function readIncoming(incoming: Incoming): Notification {
  return incoming.via === 'request' ? readRequest(incoming) : readMessage(incoming);
}

function readRequest(incoming: Incoming): Notification {
  const text = textOf(incoming, payloadBytesMax + envelopeBytesMax);
  const request = parsed(text, payloadBytesMax + envelopeBytesMax, payloadDepthMax + 1);
  for (const name of request.keys()) {
    if (!requestFields.has(name)) throw new Refused('unknown_field', `There is no field ${name} here.`, `/${name}`);
  }
  const payload = request.get('payload');
  if (!(payload instanceof Map)) throw new Refused('json_not_an_object', 'The payload is a JSON object.', '/payload');
  const payloadText = memberText(text, 'payload') as string;
  checkPayloadSize(Buffer.byteLength(payloadText));
  return notificationOf(incoming, {
    type: textMember(request, 'type'),
    id: textMember(request, 'id') ?? header(incoming, 'Waybill-Id') ?? incoming.fallbackId,
    source: textMember(request, 'source') ?? header(incoming, 'Waybill-Source') ?? 'nats',
    time: textMember(request, 'time'),
    payload,
    payloadText,
  });
}

const requestFields = new Set(['type', 'id', 'source', 'time', 'payload']);

function readMessage(incoming: Incoming): Notification {
  checkPayloadSize(incoming.body.length - envelopeBytesMax);
  const text = textOf(incoming, payloadBytesMax + envelopeBytesMax);
  const body = parsed(text, payloadBytesMax + envelopeBytesMax, payloadDepthMax + 1);
  // A structured CloudEvent; its own type is informational, the subject decides.
  if (typeof body.get('specversion') === 'string') return readCloudEvent(incoming, body, text);
  checkPayloadSize(incoming.body.length);
  return notificationOf(incoming, {
    type: incoming.type,
    id: header(incoming, 'ce-id') ?? header(incoming, 'Waybill-Id') ?? incoming.fallbackId,
    source: header(incoming, 'ce-source') ?? header(incoming, 'Waybill-Source') ?? 'nats',
    time: header(incoming, 'ce-time'),
    payload: checkedDepth(body, text),
    payloadText: text,
  });
}

function readCloudEvent(incoming: Incoming, event: JsonObject, text: string): Notification {
  const data = event.get('data');
  if (!(data instanceof Map))
    throw new Refused('json_not_an_object', 'The data of the event is a JSON object.', '/data');
  const payloadText = memberText(text, 'data') as string;
  checkPayloadSize(Buffer.byteLength(payloadText));
  return notificationOf(incoming, {
    type: incoming.type,
    id: textMember(event, 'id') ?? incoming.fallbackId,
    source: textMember(event, 'source') ?? 'nats',
    time: textMember(event, 'time'),
    payload: data,
    payloadText,
  });
}

interface Parts {
  readonly type: string | null | undefined;
  readonly id: string;
  readonly source: string;
  readonly time: string | undefined;
  readonly payload: JsonTree;
  readonly payloadText: string;
}

function notificationOf(incoming: Incoming, parts: Parts): Notification {
  const type = parts.type ?? '';
  if (!typePattern.test(type) || type.length > typeCharactersMax) {
    throw new Refused(
      'type_invalid',
      'A type is words of a-z, 0-9, _ and - with dots between them, at most 100 characters.',
      '/type',
    );
  }
  checkPublisherText(parts.id, '/id');
  checkPublisherText(parts.source, '/source');
  const { tenant } = incoming;
  return {
    notificationId: notificationIdOf(tenant, parts.source, parts.id),
    facts: { tenant, type, id: parts.id, source: parts.source, time: timeOf(parts.time, incoming.receivedAt) },
    payload: parts.payload,
    payloadText: parts.payloadText,
    payloadBytes: Buffer.byteLength(parts.payloadText),
    traceparent: header(incoming, 'traceparent'),
  };
}

function textOf(incoming: Incoming, bytesMax: number): string {
  checkPayloadSize(incoming.body.length - (bytesMax - payloadBytesMax));
  try {
    return utf8.decode(incoming.body);
  } catch {
    throw new Refused('json_not_utf8', 'The bytes are not valid UTF-8.', '');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parsed(text: string, bytesMax: number, depthMax: number): JsonObject {
  try {
    return parseJson(text, { bytesMax, depthMax }) as JsonObject;
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    if (error.code === 'json_too_large') throw tooLarge();
    throw new Refused(error.code, `${error.message} (line ${error.line}, column ${error.column})`, error.pointer);
  }
}

/** An envelope may be one level deeper than a payload; a bare payload may not. Only the deepest texts are read twice. */
function checkedDepth(body: JsonObject, text: string): JsonObject {
  const mayBeTooDeep = text.split(/[[{]/, payloadDepthMax + 2).length > payloadDepthMax + 1;
  return mayBeTooDeep ? parsed(text, payloadBytesMax, payloadDepthMax) : body;
}

function checkPayloadSize(bytes: number): void {
  if (bytes > payloadBytesMax) throw tooLarge();
}

const tooLarge = (): Refused => new Refused('payload_too_large', `A payload has at most ${payloadBytesMax} bytes.`, '');

function textMember(object: JsonObject, name: string): string | undefined {
  const value = object.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Refused('validation_failed', `${name} is a text.`, `/${name}`);
  return value;
}

function header(incoming: Incoming, name: string): string | undefined {
  return incoming.header(name) || undefined;
}

function checkPublisherText(text: string, pointer: string): void {
  if (text === '' || text.length > publisherIdCharactersMax || /\p{Cc}/u.test(text)) {
    throw new Refused(
      'validation_failed',
      'An id and a source have 1 to 256 characters and no control characters.',
      pointer,
    );
  }
}

function timeOf(given: string | undefined, receivedAt: string): string {
  if (given === undefined) return receivedAt;
  if (!rfc3339.test(given) || !isStorableTime(given))
    throw new Refused('validation_failed', 'time is an RFC 3339 time of the years 1 to 9999.', '/time');
  return new Date(given).toISOString();
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Tenant-keyed, so that equal payloads of two tenants, or a guessed payload, cannot be recognised in the log. */
export function payloadMac(tenantKey: KeyObject, payloadText: string): string {
  return createHmac('sha256', tenantKey).update(payloadText, 'utf8').digest('hex');
}
