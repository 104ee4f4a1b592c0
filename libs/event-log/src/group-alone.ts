import { admit, type Admission, type AdmittedEvent, categoryKey, isAdmission, type Ledger } from './admit.js';
import type { Waiting } from './group-lines.js';
import { groupRows, StreamKeys, streamRowsAlone, SubjectKeys } from './group-rows.js';
import type { HeadState, KnownHead } from './known-head.js';
import { byteaArray, int4Array, int8Array, textArray } from './pg-array.js';
import type { AppendRequest } from './log.js';
import type { RecentEvent } from './recent-event.js';
import type { KeyWrapper } from './seal.js';
import type { Connection } from './session.js';

/** A group that is written without asking first. */
export interface AloneGroup {
  readonly connection: Connection;
  readonly answers: readonly { readonly waiting: Waiting; readonly answer: Admission }[];
  readonly recent: readonly RecentEvent[];
  readonly headPosition: number;
  /** Parameters of `write-alone.sql`. */
  readonly values: unknown[];
}

/**
 * Lays out a group on what this process knows and on what its requests take for granted: that a stream is new or stands at the version
 * they name, that a cursor stands where they move it from, that their lease lives. `write-alone.sql` holds all of it against what is there. Null
 * for a group that has to be decided under the head lock: of which something is not known, something is rejected, or which writes no event.
 */
export function layOutAlone(known: KnownHead, group: readonly Waiting[], wrapper: KeyWrapper): AloneGroup | null {
  const { head, connection } = known;
  if (head === null || connection === null) return null;
  const taken = takenForGranted(known, head, group);
  if (taken === null) return null;
  const { ledger, cursors, leases } = taken;
  const answers: { waiting: Waiting; answer: Admission }[] = [];
  for (const waiting of group) {
    const answer = admit(ledger, waiting.prepared);
    // Nobody is told that something is in the way by who has not looked.
    if (!isAdmission(answer)) return null;
    answers.push({ waiting, answer });
  }
  const admitted = answers.flatMap(({ answer }) => answer.events);
  if (admitted.length === 0) return null;
  const streamKeys = new StreamKeys();
  const seen = keysSeen(admitted, wrapper);
  const subjectKeys = new SubjectKeys(wrapper, seen);
  const frontier = head.frontier.copy();
  const atUs = Math.max(known.nowUs, head.atUs);
  const rows = groupRows(head.identity, admitted, atUs, frontier, streamKeys, subjectKeys);
  const { begun, moved, movedCount } = streamRowsAlone(admitted, streamKeys);
  const after: HeadState = {
    identity: head.identity,
    position: ledger.position,
    atUs,
    frontier,
    root: frontier.root(),
  };
  const { made } = subjectKeys;
  const values = [
    ...rows.events,
    after.position,
    frontier.bytes(),
    after.root,
    head.root,
    head.identity.epoch,
    ...begun,
    ...moved,
    ...rows.categories,
    textArray([...made.keys()]),
    byteaArray([...made.values()]),
    wrapper.version,
    textArray([...seen.keys()]),
    byteaArray([...seen.values()]),
    textArray([...cursors.keys()]),
    int4Array([...cursors.values()].map(({ sourceEpoch }) => sourceEpoch)),
    int8Array([...cursors.values()].map(({ from }) => from)),
    int8Array([...cursors.keys()].map((source) => ledger.cursors.get(source)?.position ?? null)),
    textArray([...leases.keys()]),
    int8Array([...leases.values()]),
    movedCount + seen.size + cursors.size + leases.size,
  ];
  known.move(after, ledger.categories);
  return { connection, answers, recent: rows.recent, headPosition: after.position, values };
}

interface Taken {
  readonly ledger: Ledger;
  /** The first move of each cursor in the group. */
  readonly cursors: ReadonlyMap<string, NonNullable<AppendRequest['cursor']>>;
  /** Epochs by lease. */
  readonly leases: ReadonlyMap<string, number>;
}

/** The ledger as the requests take it to be; null where it takes more than they say and this process knows. */
function takenForGranted(known: KnownHead, head: HeadState, group: readonly Waiting[]): Taken | null {
  const streams: Ledger['streams'] = new Map();
  const categories: Ledger['categories'] = new Map();
  const ledger: Ledger = { position: head.position, streams, categories, leases: new Map(), cursors: new Map() };
  const cursors = new Map<string, NonNullable<AppendRequest['cursor']>>();
  const leases = new Map<string, number>();
  const begun = new Set<string>();
  for (const { prepared } of group) {
    const { fence, cursor, conditions } = prepared.request;
    if (fence) {
      if ((leases.get(fence.lease) ?? fence.epoch) !== fence.epoch) return null;
      leases.set(fence.lease, fence.epoch);
    }
    if (cursor && !cursors.has(cursor.source)) {
      cursors.set(cursor.source, cursor);
      ledger.cursors.set(cursor.source, { sourceEpoch: cursor.sourceEpoch, position: cursor.from });
    }
    for (const { category, tenant } of conditions ?? []) {
      const key = categoryKey(category, tenant);
      const position = known.category(key);
      if (position === undefined) return null;
      categories.set(key, position);
    }
    for (const { append, events } of prepared.streams) {
      const { stream, expected } = append;
      // What is not written is not held against anything.
      if (events.length === 0) return null;
      if (begun.has(stream)) continue;
      begun.add(stream);
      if (expected === 'any') return null;
      if (expected !== 'none' && expected > 0) streams.set(stream, { version: expected, position: 0 });
    }
  }
  const live = new Map([...leases].map(([lease, epoch]) => [lease, { epoch, live: true }] as const));
  return { ledger: { ...ledger, leases: live }, cursors, leases };
}

/** The keys of subjects that this process has sealed for before, as it saw them; a subject without one is taken to be new. */
function keysSeen(admitted: readonly AdmittedEvent[], wrapper: KeyWrapper): Map<string, Buffer> {
  const seen = new Map<string, Buffer>();
  for (const { event } of admitted) {
    if (event.sealed === null || seen.has(event.sealed.subject)) continue;
    const wrapped = wrapper.lastSeen(event.sealed.subject);
    if (wrapped !== undefined) seen.set(event.sealed.subject, wrapped);
  }
  return seen;
}
