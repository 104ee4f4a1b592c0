import { createHash } from 'node:crypto';
import { encodeTypeId, type IdPrefix } from '@waybill/decider/type-id';
import type { NewEvent, StreamAppend } from '@waybill/event-log/log';

/** What is made for a log is the same every time: ids and times come of numbers. */
const startMs = Date.parse('2026-01-01T00:00:00Z');
const stepMs = 40;

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Ids in order of time, as ours are. */
export function idOf<P extends IdPrefix>(prefix: P, number: number): string {
  const bytes = digestOf(`${prefix}${number}`).subarray(0, 16);
  bytes.writeUIntBE(startMs + number * stepMs, 0, 6);
  return encodeTypeId(prefix, bytes);
}

export const timeOf = (number: number, laterMs = 0): string =>
  new Date(startMs + number * stepMs + laterMs).toISOString();
export const append = (stream: string, expected: number, events: readonly NewEvent[]): StreamAppend => ({
  stream,
  tenant: 'default',
  expected: expected === 0 ? 'none' : expected,
  events,
});
