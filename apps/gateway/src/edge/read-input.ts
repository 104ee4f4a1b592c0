import { JsonRefused } from '@waybill/contracts/payload/json-refused';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { parseJson } from '@waybill/contracts/payload/json-text';
import { isStorable } from '@waybill/contracts/text/storable';
import { Refused } from '@waybill/decider/decider';
import { Invalid } from '@waybill/service-kit/problems';
import { faultsOf } from '@waybill/service-kit/rpc';
import { refuseUnstorable, refuseUnstorableText } from '@waybill/service-kit/storable-input';
import { z } from 'zod';
import { bodyBytesMax, bodyDepthMax } from '../config.js';
import { inexactNumberIn } from './inexact-number.js';

/** Checks path parameters; a malformed id is an unknown id, so that nobody learns which of the two it was. */
export function readParams<P>(schema: z.ZodType<P>, params: Record<string, string>): P {
  const read = schema.safeParse({ ...params });
  if (read.success && Object.values(params).every(isStorable)) return read.data;
  throw new Refused('not_found', 'There is nothing under this path.');
}

/** Checks a query; unknown and repeated parameters are refused, numbers and booleans are read from their text. */
export function readQuery<Q>(schema: z.ZodType<Q>, url: string): Q {
  const values: Record<string, unknown> = {};
  const queryAt = url.indexOf('?');
  const found = new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt + 1));
  for (const [name, text] of found) {
    if (Object.hasOwn(values, name)) throw invalid(`/${name}`, 'repeated', 'This parameter may stand once.');
    if (name === '__proto__') throw invalid('/__proto__', 'unknown_field', 'There is no such parameter.');
    refuseUnstorableText(`/${name}`, text);
    values[name] = textTo(kindOf(schema, name), text);
  }
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  throw new Invalid(read.error.issues.flatMap(faultsOf));
}

const kinds = new WeakMap<z.ZodType, Record<string, string | undefined>>();

function kindOf(schema: z.ZodType, name: string): string | undefined {
  let known = kinds.get(schema);
  if (known === undefined) {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    known = Object.fromEntries(
      Object.entries(json.properties ?? {}).map(([key, value]) => [
        key,
        typeof value === 'object' ? value.type : undefined,
      ]),
    ) as Record<string, string | undefined>;
    kinds.set(schema, known);
  }
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

function textTo(kind: string | undefined, text: string): unknown {
  if ((kind === 'integer' || kind === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

export interface ReadBody<B> {
  readonly value: B;
  /** As it was sent, without blanks around it. */
  readonly text: string;
}

/**
 * Reads a body: UTF-8 JSON that is an object, read without loss first, so that a duplicate key or a number that a double
 * cannot hold is refused and not repaired. No body counts as `{}`.
 */
export function readBody<B>(schema: z.ZodType<B>, body: unknown, contentType: string | undefined): ReadBody<B> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length > 0) checkMediaType(contentType);
  const text = bytes.length === 0 ? '{}' : readText(bytes);
  const value: unknown = JSON.parse(text);
  refuseUnstorable(text, value);
  const read = schema.safeParse(value);
  if (!read.success) throw new Invalid(read.error.issues.flatMap(faultsOf));
  return { value: read.data, text };
}

function readText(bytes: Buffer): string {
  try {
    const tree = parseJson(bytes, { bytesMax: bodyBytesMax, depthMax: bodyDepthMax });
    checkFilter(tree);
  } catch (error) {
    if (error instanceof JsonRefused) throw refusalOf(error);
    throw error;
  }
  return bytes.toString('utf8').trim();
}

/** A filter compares with what is written in it. All else that is read here as a number is small, or a payload, which keeps its text. */
function checkFilter(tree: JsonTree): void {
  const filter = tree instanceof Map ? tree.get('filter') : undefined;
  const pointer = inexactNumberIn(filter, '/filter');
  if (pointer !== null)
    throw invalid(pointer, 'filter_invalid', 'The number has more digits than are compared; compare it as a text.');
}

// What no reader of JSON takes is malformed; what only we refuse has a code of its own.
const malformed: readonly string[] = ['json_invalid', 'json_not_utf8', 'json_byte_order_mark'];

function refusalOf(refused: JsonRefused): Invalid {
  const where = `${refused.message} (line ${refused.line}, column ${refused.column})`;
  const errors = [{ pointer: refused.pointer, code: refused.code, message: where }];
  return new Invalid(errors, malformed.includes(refused.code) ? 'malformed' : 'validation_failed');
}

function checkMediaType(contentType: string | undefined): void {
  const [media = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const isJson = media === 'application/json' || /^application\/[a-z0-9.+-]+\+json$/.test(media);
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (isJson && (charset === undefined || charset === 'utf-8' || charset === 'utf8')) return;
  throw new Refused('unsupported_media_type', 'Send the body as application/json in UTF-8.');
}

/**
 * Reads `If-Match`: one strong ETag, as `"3"`. Absent is `precondition_required`; what is no version of ours can match nothing,
 * so it is `version_mismatch`.
 */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined || header.trim() === '') {
    throw new Refused('precondition_required', 'Send If-Match with the ETag that you have read.');
  }
  const found = /^"?([1-9]\d{0,14})"?$/.exec(header.trim());
  if (found === null) throw new Refused('version_mismatch', 'If-Match holds no ETag of this resource.');
  return Number(found[1]);
}

export const idempotencyKeyLengthMax = 255;

/** Reads `Idempotency-Key`; null when absent. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (header.length <= idempotencyKeyLengthMax && /^[\x21-\x7e]+$/.test(header)) return header;
  throw invalid(
    '',
    'idempotency_key_invalid',
    `Idempotency-Key is 1 to ${idempotencyKeyLengthMax} visible ASCII characters.`,
  );
}

function invalid(pointer: string, code: string, message: string): Invalid {
  return new Invalid([{ pointer, code, message }]);
}
