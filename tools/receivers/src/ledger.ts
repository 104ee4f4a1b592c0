import { headersOf } from './call.js';

/** Full items kept; older ones fall out, their ids and counts stay. */
export const itemsMax = 20_000;
/** Bodies kept in full items, in bytes: 20,000 bodies of 256 KiB would be 5 GB. */
export const bodyBytesMax = 256 * 1024 * 1024;
/** Ids counted until cleared; a run of the benchmark sends some millions. */
export const idsMax = 5_000_000;

export interface Received {
  readonly seq: number;
  readonly atMs: number;
  readonly target: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** What was answered; null where a fault left the sender without an answer. */
  readonly status: number | null;
  readonly rule: string | null;
  readonly verdict: string;
  readonly flags: readonly string[];
  /** Mail only: the parsed message, and everybody it was accepted for. */
  readonly mail?: Readonly<Record<string, unknown>>;
}

export interface IdCount {
  count: number;
  /** How often it was answered with 2xx. */
  accepted: number;
  firstAtMs: number;
  lastAtMs: number;
}

export interface Filter {
  readonly target?: string | undefined;
  readonly name?: string | undefined;
  /** A cursor (digits: items after that one) or a time (RFC 3339: items at or after it). */
  readonly since?: string | undefined;
  readonly limit?: number | undefined;
}

interface Room {
  readonly target: string;
  readonly name: string;
  received: number;
  accepted: number;
  readonly ids: Map<string, IdCount>;
  /** How many of the ids came more than once; kept, because whoever waits for a burst asks again and again. */
  repeatedIds: number;
}

/** Everything that arrived: a bounded ring of full items; ids and counts of all until cleared. */
export class Ledger {
  #items: Received[] = [];
  #first = 0;
  #bytes = 0;
  #seq = 0;
  #rooms = new Map<string, Room>();
  #ids = 0;

  /** `id` is the sender's own identity of the message (`webhook-id`, Message-ID); null where it has none. */
  add(item: Omit<Received, 'seq'>, id: string | null): Received {
    this.#seq += 1;
    const received: Received = Object.assign(item, { seq: this.#seq });
    this.#items.push(received);
    this.#bytes += item.body.length;
    while (this.#items.length - this.#first > itemsMax || this.#bytes > bodyBytesMax) this.#drop();
    this.#count(item, id);
    return received;
  }

  list(filter: Filter): { readonly items: readonly Received[]; readonly cursor: string } {
    const after = /^\d+$/.test(filter.since ?? '') ? Number(filter.since) : 0;
    const sinceMs = filter.since === undefined || after > 0 || filter.since === '0' ? 0 : Date.parse(filter.since);
    if (Number.isNaN(sinceMs)) throw new RangeError('since is neither a cursor nor a time');
    const items: Received[] = [];
    for (let i = this.#first; i < this.#items.length; i += 1) {
      const item = this.#items[i] as Received;
      if (item.seq <= after || item.atMs < sinceMs) continue;
      if (filter.target !== undefined && item.target !== filter.target) continue;
      if (filter.name !== undefined && !isNamed(item, filter.name)) continue;
      items.push(item);
      if (items.length === filter.limit) break;
    }
    return { items, cursor: String(items.at(-1)?.seq ?? Math.max(after, filter.limit === undefined ? this.#seq : 0)) };
  }

  counts(filter: Filter): Record<string, number> {
    let received = 0;
    let accepted = 0;
    let ids = 0;
    let repeatedIds = 0;
    for (const room of this.#matching(filter)) {
      received += room.received;
      accepted += room.accepted;
      ids += room.ids.size;
      repeatedIds += room.repeatedIds;
    }
    return { received, accepted, ids, repeatedIds };
  }

  /** Ids in the order of their first arrival; `min` 2 gives those that came more than once. */
  ids(
    filter: Filter & { readonly min: number; readonly offset: number },
  ): readonly ({ readonly id: string } & IdCount)[] {
    const found: ({ readonly id: string } & IdCount)[] = [];
    let skip = filter.offset;
    for (const room of this.#matching(filter)) {
      for (const [id, count] of room.ids) {
        if (count.count < filter.min) continue;
        if (skip > 0) skip -= 1;
        else if (found.length < (filter.limit ?? Infinity)) found.push({ id, ...count });
        else return found;
      }
    }
    return found;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#rooms.clear();
    this.#ids = 0;
  }

  #drop(): void {
    const oldest = this.#items[this.#first];
    if (oldest === undefined) return;
    this.#bytes -= oldest.body.length;
    // The slot is emptied now and the array cut only now and then: shifting 20,000 entries per request would cost more than the request.
    this.#items[this.#first] = undefined as unknown as Received;
    this.#first += 1;
    if (this.#first > itemsMax) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
  }

  #count(item: Omit<Received, 'seq'>, id: string | null): void {
    const key = `${item.target}/${item.name}`;
    let room = this.#rooms.get(key);
    if (room === undefined) {
      room = { target: item.target, name: item.name, received: 0, accepted: 0, ids: new Map(), repeatedIds: 0 };
      this.#rooms.set(key, room);
    }
    const accepted = item.status !== null && item.status >= 200 && item.status < 300 ? 1 : 0;
    room.received += 1;
    room.accepted += accepted;
    if (id === null) return;
    const known = room.ids.get(id);
    if (known !== undefined) {
      known.count += 1;
      if (known.count === 2) room.repeatedIds += 1;
      known.accepted += accepted;
      known.lastAtMs = item.atMs;
    } else if (this.#ids < idsMax) {
      this.#ids += 1;
      room.ids.set(id, { count: 1, accepted, firstAtMs: item.atMs, lastAtMs: item.atMs });
    }
  }

  #matching(filter: Filter): Room[] {
    return [...this.#rooms.values()].filter(
      (room) =>
        (filter.target === undefined || room.target === filter.target) &&
        (filter.name === undefined || room.name === filter.name),
    );
  }
}

/** A mail is found by each of its recipients. */
function isNamed(item: Received, name: string): boolean {
  if (item.name === name) return true;
  const recipients = item.mail?.['recipients'];
  return Array.isArray(recipients) && recipients.includes(name);
}

/** The form of one item in `GET /_received`. */
export function shownItem(item: Received): Record<string, unknown> {
  return {
    at: new Date(item.atMs).toISOString(),
    cursor: String(item.seq),
    target: item.target,
    name: item.name,
    method: item.method,
    path: item.path,
    headers: headersOf(item.rawHeaders),
    rawHeaders: item.rawHeaders,
    body: item.body.toString('utf8'),
    bodyBase64: item.body.toString('base64'),
    status: item.status,
    rule: item.rule,
    verdict: item.verdict,
    flags: item.flags,
    ...(item.mail ?? {}),
  };
}
