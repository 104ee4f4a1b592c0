/**
 * What an append-only log promises, whoever keeps it (`memory-log.ts`, `postgres-log.ts`).
 * Positions are contiguous from 1; position order = commit order = visibility order, so that a reader keeps one number and never skips.
 */
export interface EventLog {
  readonly identity: LogIdentity;
  /**
   * Appends the request whole or not at all, except for streams marked `onConflict: 'skip'`; resolves after COMMIT.
   * Rejects with `AppendRejected` (conflict, condition, fence, cursor): nothing of this request is written, other callers are untouched.
   * A lost connection at COMMIT is resolved by reading what is there, never by writing blindly again.
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** The events of one stream, oldest first (or newest first), from a version on; at most `limit`. */
  readStream(
    stream: string,
    options?: { fromVersion?: number; backwards?: boolean; limit?: number },
  ): Promise<RecordedEvent[]>;
  /** Many streams at once, in one round trip: for workers that need a batch of states. Streams that do not exist are absent. */
  readStreams(streams: string[]): Promise<Map<string, RecordedEvent[]>>;
  /** Events after (before, when backwards) a position, in order; at most `limit` (and never more than 5,000). */
  readAll(options: { after: number; limit: number; backwards?: boolean }): Promise<RecordedEvent[]>;
  head(): Promise<LogHead>;
  /**
   * The time by the log's clock, milliseconds since 1970, without asking: what goes on the record, or is compared with a time from there, is by
   * this clock in every copy, whatever the clocks of their machines say. Never before what was appended here, never ahead; it goes back only where
   * the clock itself was set back.
   */
  nowMs(): number;
  /** This log's place in another log, as the last accepted `AppendRequest.cursor` left it; null before the first. */
  cursor(source: string): Promise<LogCursor | null>;
  /**
   * Yields batches after a position for ever, in order, without gaps, as they are committed (a wake-up inside the process or NOTIFY, and a poll as the truth).
   * Ends when the signal aborts.
   */
  tail(options: { after: number; batchMax: number; signal: AbortSignal }): AsyncIterable<RecordedEvent[]>;
  close(): Promise<void>;
}

export interface LogIdentity {
  /** `<service>-<shard>`, such as `delivery-0`. */
  readonly log: string;
  /** Raised by a restore; a reader that meets another epoch stops. */
  readonly epoch: number;
}

export interface LogHead {
  readonly position: number;
  readonly epoch: number;
  /** RFC 6962 root over all leaves, hex; of the empty tree at position 0. */
  readonly rootHash: string;
  /** Time of the newest event, RFC 3339; null for an empty log. */
  readonly at: string | null;
}

/** How far this log has taken in another one; moved only by `AppendRequest.cursor`. */
export interface LogCursor {
  readonly sourceEpoch: number;
  readonly position: number;
}

export interface EventMeta {
  /** Who caused it: `key:key_…`, `service:delivery`, `publisher`. */
  readonly actor: string;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

export interface NewEvent {
  /** Past tense with the noun: `DeliveryAccepted`. */
  readonly type: string;
  readonly schemaVersion: number;
  /** The clear part. Serialised once; those bytes are stored, hashed and relayed. Never a secret, never anything of the payload. */
  readonly data: object;
  /**
   * What came out of a notification's payload, as the text of a JSON object with at least one member (`{"payload":{…}}`, payload last, spelling kept).
   * Sealed under the random key of `subject` (a notification id), which is made when first needed and lies outside the log: shredding deletes it.
   */
  readonly sealed?: { readonly subject: string; readonly text: string } | undefined;
  readonly meta: EventMeta;
}

export interface StreamAppend {
  /** `<category>-<id>`: the category is what stands before the first hyphen. */
  readonly stream: string;
  readonly tenant: string;
  /** `any`, `none` (must not exist), or the version of the stream's last event (versions count from 1). */
  readonly expected: 'any' | 'none' | number;
  readonly events: readonly NewEvent[];
  /** `reject` (default): a conflict rejects the whole request. `skip`: only this stream is left out and the result says so. */
  readonly onConflict?: 'reject' | 'skip';
}

export interface AppendRequest {
  readonly streams: readonly StreamAppend[];
  /** No event of this category of this tenant may stand after this position. */
  readonly conditions?: readonly { readonly category: string; readonly tenant: string; readonly after: number }[];
  /** The lease (see `leases.ts`) must still have this epoch: an expired holder writes nothing. */
  readonly fence?: { readonly lease: string; readonly epoch: number } | undefined;
  /** Moves this log's place in another log by compare-and-set, in the same transaction: from exactly `from` to `to`. */
  readonly cursor?:
    { readonly source: string; readonly sourceEpoch: number; readonly from: number; readonly to: number } | undefined;
  /** Nobody waits for it: for up to ten milliseconds it waits for company, so that it goes in the transaction of something else. */
  readonly mayWait?: boolean;
}

export type StreamResult =
  | { readonly stream: string; readonly written: true; readonly version: number; readonly positions: readonly number[] }
  /** Left out (`onConflict: 'skip'`); `version` and `lastPosition` are those of the stream that was in the way. */
  | { readonly stream: string; readonly written: false; readonly version: number; readonly lastPosition: number };

export interface AppendResult {
  /** In the order of the request. */
  readonly streams: readonly StreamResult[];
  /** The events as recorded, in order of position. */
  readonly events: readonly RecordedEvent[];
  readonly headPosition: number;
}

export interface RecordedEvent {
  readonly log: string;
  readonly epoch: number;
  readonly position: number;
  /** UUID derived from (log, stream, version), so that a repeat of the same append is the same event. */
  readonly eventId: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  /** RFC 3339 UTC with milliseconds; never goes back from one position to the next. */
  readonly at: string;
  readonly meta: EventMeta;
  /** The clear part, parsed. Frozen by convention: readers share it. */
  readonly data: Record<string, unknown>;
  /** The sealed part as the text of a JSON object; null when the event has none; `shredded` when its key is gone. */
  readonly sealed: string | null | typeof shredded;
}

/** Stands where a sealed part can no longer be read because its key was deleted. */
export const shredded = Symbol('shredded');

export type AppendRejection =
  | {
      readonly kind: 'conflict';
      readonly stream: string;
      readonly expected: 'any' | 'none' | number;
      readonly version: number;
    }
  | { readonly kind: 'condition'; readonly category: string; readonly tenant: string; readonly lastPosition: number }
  | { readonly kind: 'fence'; readonly lease: string }
  | { readonly kind: 'cursor'; readonly source: string; readonly position: number };

/** The log says no to one caller; nothing of the request was written. */
export class AppendRejected extends Error {
  override readonly name = 'AppendRejected';
  constructor(readonly rejection: AppendRejection) {
    super(`append rejected: ${JSON.stringify(rejection)}`);
  }
}

/** The category of a stream: what stands before its first hyphen. */
export function categoryOf(stream: string): string {
  const hyphen = stream.indexOf('-');
  return hyphen < 0 ? stream : stream.slice(0, hyphen);
}

/** More is waiting to be written than the log queues; nothing of the request was written. The caller pauses or answers 503. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/** The log could not be reached in time, or is closing; nothing of the request was written. May be tried again. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The request breaks a limit of `limits.ts` or a rule of this file: a fault of the caller, never to be tried again. */
export class AppendInvalid extends Error {
  override readonly name: string = 'AppendInvalid';
}

/** An event, or the whole request, is longer than `limits.ts` allows: less of it may go through. */
export class AppendTooLarge extends AppendInvalid {
  override readonly name = 'AppendTooLarge';
}
