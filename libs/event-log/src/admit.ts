import type { PreparedEvent, PreparedRequest, PreparedStream } from './prepare.js';
import { type AppendRejection, categoryOf, type LogCursor, type StreamResult } from './log.js';

/** What the log knows under the head lock; a member that is absent does not exist. `admit` moves it forward. */
export interface Ledger {
  position: number;
  readonly streams: Map<string, StreamHead>;
  /** By `categoryKey`: the position of the last event of a category of a tenant. */
  readonly categories: Map<string, number>;
  readonly leases: ReadonlyMap<string, LeaseState>;
  readonly cursors: Map<string, LogCursor>;
}

export interface StreamHead {
  readonly version: number;
  readonly position: number;
}

export interface LeaseState {
  readonly epoch: number;
  /** False once its time is over, also while nobody has taken it. */
  readonly live: boolean;
}

/** One event in its place. */
export interface AdmittedEvent {
  readonly event: PreparedEvent;
  readonly stream: string;
  readonly tenant: string;
  readonly version: number;
  readonly position: number;
}

export interface Admission {
  readonly events: readonly AdmittedEvent[];
  readonly streams: readonly StreamResult[];
}

/** Tenants have no blank in them. */
export const categoryKey = (category: string, tenant: string): string => `${tenant} ${category}`;

/**
 * Decides one request against the ledger: either every event gets its version and position and the ledger moves on, or the answer is
 * the rejection and the ledger is untouched. Requests of one group are decided one after the other, so that each sees those before it.
 */
export function admit(ledger: Ledger, prepared: PreparedRequest): Admission | AppendRejection {
  const rejection = guardRejection(ledger, prepared) ?? conflictOf(ledger, prepared.streams);
  if (rejection !== null) return rejection;
  const events: AdmittedEvent[] = [];
  const streams = prepared.streams.map((stream) => place(ledger, stream, events));
  const { cursor } = prepared.request;
  if (cursor) ledger.cursors.set(cursor.source, { sourceEpoch: cursor.sourceEpoch, position: cursor.to });
  return { events, streams };
}

/** Tells the two answers of `admit` apart. */
export function isAdmission(answer: Admission | AppendRejection): answer is Admission {
  return 'events' in answer;
}

function guardRejection(ledger: Ledger, { request }: PreparedRequest): AppendRejection | null {
  if (request.fence) {
    const lease = ledger.leases.get(request.fence.lease);
    if (!lease?.live || lease.epoch !== request.fence.epoch) return { kind: 'fence', lease: request.fence.lease };
  }
  if (request.cursor) {
    const { source, sourceEpoch, from } = request.cursor;
    const place = ledger.cursors.get(source);
    if ((place?.position ?? 0) !== from || (place?.sourceEpoch ?? sourceEpoch) !== sourceEpoch) {
      return { kind: 'cursor', source, position: place?.position ?? 0 };
    }
  }
  for (const { category, tenant, after } of request.conditions ?? []) {
    const lastPosition = ledger.categories.get(categoryKey(category, tenant)) ?? 0;
    if (lastPosition > after) return { kind: 'condition', category, tenant, lastPosition };
  }
  return null;
}

function conflictOf(ledger: Ledger, streams: readonly PreparedStream[]): AppendRejection | null {
  // A stream may stand twice in one request: the second one expects what the first will have written.
  const ahead = new Map<string, number>();
  for (const { append, events } of streams) {
    const version = ahead.get(append.stream) ?? ledger.streams.get(append.stream)?.version ?? 0;
    if (fits(append.expected, version)) ahead.set(append.stream, version + events.length);
    else if (append.onConflict !== 'skip')
      return { kind: 'conflict', stream: append.stream, expected: append.expected, version };
  }
  return null;
}

function place(ledger: Ledger, { append, events }: PreparedStream, into: AdmittedEvent[]): StreamResult {
  const { stream, tenant } = append;
  const before = ledger.streams.get(stream);
  let version = before?.version ?? 0;
  if (!fits(append.expected, version)) return { stream, written: false, version, lastPosition: before?.position ?? 0 };
  const positions: number[] = [];
  for (const event of events) {
    version += 1;
    ledger.position += 1;
    positions.push(ledger.position);
    into.push({ event, stream, tenant, version, position: ledger.position });
  }
  if (events.length > 0) {
    ledger.streams.set(stream, { version, position: ledger.position });
    ledger.categories.set(categoryKey(categoryOf(stream), tenant), ledger.position);
  }
  return { stream, written: true, version, positions };
}

function fits(expected: 'any' | 'none' | number, version: number): boolean {
  return expected === 'any' || version === (expected === 'none' ? 0 : expected);
}
