import type { KeyObject } from 'node:crypto';
import { type AdmittedEvent, categoryKey } from './admit.js';
import { digest, encodeEntry } from './entry.js';
import { eventIdBytes, streamKey, uuidText } from './event-id.js';
import { categoryOf, type LogIdentity } from './log.js';
import { type Frontier, type HashText, leafHashText } from './merkle.js';
import {
  byteaArray,
  byteaLatin1Array,
  byteaTextArray,
  int2Array,
  int8Array,
  textArray,
  uuidArray,
} from './pg-array.js';
import { type RecentEvent, type RecentFacts, recentEvents } from './recent-event.js';
import { timeText } from './recorded.js';
import { type KeyWrapper, newDataKey, seal } from './seal.js';

/** The stream keys of one group: each name is hashed once. */
export class StreamKeys {
  private readonly keys = new Map<string, Buffer>();

  of(stream: string): Buffer {
    const known = this.keys.get(stream);
    if (known !== undefined) return known;
    const key = streamKey(stream);
    this.keys.set(stream, key);
    return key;
  }
}

/** The keys of the subjects that a group seals for: what `log_keys` holds under the head lock, and what has to be added to it. */
export class SubjectKeys {
  readonly made = new Map<string, Buffer>();
  private readonly keys = new Map<string, KeyObject>();

  /** `stored` holds the wrapped key of each known subject, null for one that was shredded. */
  constructor(
    private readonly wrapper: KeyWrapper,
    private readonly stored: ReadonlyMap<string, Buffer | null>,
  ) {}

  of(subject: string): KeyObject {
    const known = this.keys.get(subject);
    if (known !== undefined) return known;
    const key = this.find(subject);
    this.keys.set(subject, key);
    return key;
  }

  /** True for a subject that was shredded: what is said of it from now on is gone once it is sealed. */
  isGone(subject: string): boolean {
    return this.stored.get(subject) === null;
  }

  private find(subject: string): KeyObject {
    const wrapped = this.stored.get(subject);
    if (wrapped) return this.wrapper.unwrap(subject, wrapped);
    const key = newDataKey();
    // For a shredded subject the key is thrown away: what is sealed under it reads as shredded from the start.
    if (wrapped === undefined) this.made.set(subject, this.wrapper.wrap(subject, key));
    return key;
  }
}

export interface GroupRows {
  /** The first parameters of `write-group.sql` and `write-alone.sql`, in their order. */
  readonly events: unknown[];
  readonly categories: unknown[];
  readonly recent: RecentEvent[];
}

/** Seals, hashes and lays out the events of a group as columns, and adds their leaves to the frontier. */
export function groupRows(
  identity: LogIdentity,
  admitted: readonly AdmittedEvent[],
  atUs: number,
  frontier: Frontier,
  streamKeys: StreamKeys,
  subjectKeys: SubjectKeys,
): GroupRows {
  const at = timeText(atUs);
  const sealedParts: (Buffer | null)[] = [];
  const ids: Buffer[] = [];
  // Few callers, few different meta texts.
  const metaDigests = new Map<string, HashText>();
  const leaves: HashText[] = [];
  const written = admitted.map(({ event, stream, version, position, tenant }) => {
    const { log } = identity;
    const id = eventIdBytes(log, stream, version);
    const eventId = uuidText(id);
    const { type, schemaVersion, sealed: clear } = event;
    const sealed = clear === null ? null : seal(subjectKeys.of(clear.subject), { log, eventId }, clear.text);
    const metaDigest = metaDigests.get(event.metaText) ?? digest(event.metaText);
    metaDigests.set(event.metaText, metaDigest);
    const dataDigest = digest(event.dataText);
    const sealedDigest = sealed === null ? null : digest(sealed);
    const digests = { metaDigest, dataDigest, sealedDigest };
    const leaf = leafHashText(
      encodeEntry({ log, position, atUs, eventId: id, stream, version, type, schemaVersion, tenant, ...digests }),
    );
    frontier.append(leaf);
    leaves.push(leaf);
    sealedParts.push(sealed);
    ids.push(id);
    const { meta } = event;
    const subject = clear?.subject ?? null;
    // From here the relay publishes and readers are answered: neither may have what nobody can open any more.
    const isGone = subject !== null && subjectKeys.isGone(subject);
    const named = { identity, position, eventId, stream, version, type, schemaVersion, tenant };
    const facts: RecentFacts = { ...named, atUs, at, meta, leaf, subject, isGone };
    return { facts, event };
  });
  const column = <T>(of: (event: AdmittedEvent) => T): T[] => admitted.map(of);
  const events = [
    (admitted[0]?.position ?? 1) - 1,
    atUs,
    byteaArray(column((event) => streamKeys.of(event.stream))),
    textArray(column((event) => event.stream)),
    int8Array(column((event) => event.version)),
    uuidArray(ids),
    textArray(column((event) => event.event.type)),
    int2Array(column((event) => event.event.schemaVersion)),
    textArray(column((event) => event.tenant)),
    byteaTextArray(column((event) => event.event.metaText)),
    byteaTextArray(column((event) => event.event.dataText)),
    byteaArray(sealedParts),
    textArray(column((event) => event.event.sealed?.subject ?? null)),
    byteaLatin1Array(leaves),
  ];
  const recent = recentEvents(written);
  return { events, categories: categoryRows(admitted), recent };
}

/** The parameters of `write-group.sql` for where each stream of the group ends now; later events of a stream overwrite earlier ones. */
export function streamRows(admitted: readonly AdmittedEvent[], keys: StreamKeys): unknown[] {
  return endColumns(lastOfEach(admitted), keys);
}

/** The parameters of `write-alone.sql` for streams that begin with this group, and for those that go on from the version before it. */
export function streamRowsAlone(
  admitted: readonly AdmittedEvent[],
  keys: StreamKeys,
): { begun: unknown[]; moved: unknown[]; movedCount: number } {
  const before = new Map<string, number>();
  for (const { stream, version } of admitted) if (!before.has(stream)) before.set(stream, version - 1);
  const ends = lastOfEach(admitted);
  const beforeOf = ({ stream }: AdmittedEvent): number => before.get(stream) ?? 0;
  const begun = ends.filter((event) => beforeOf(event) === 0);
  const moved = ends.filter((event) => beforeOf(event) > 0);
  const [movedKeys, ...movedEnds] = endColumns(moved, keys);
  return {
    begun: endColumns(begun, keys),
    moved: [movedKeys, int8Array(moved.map(beforeOf)), ...movedEnds],
    movedCount: moved.length,
  };
}

function lastOfEach(admitted: readonly AdmittedEvent[]): AdmittedEvent[] {
  const last = new Map<string, AdmittedEvent>();
  for (const event of admitted) last.set(event.stream, event);
  return [...last.values()];
}

function endColumns(ends: readonly AdmittedEvent[], keys: StreamKeys): unknown[] {
  return [
    byteaArray(ends.map((event) => keys.of(event.stream))),
    int8Array(ends.map((event) => event.version)),
    int8Array(ends.map((event) => event.position)),
  ];
}

function categoryRows(admitted: readonly AdmittedEvent[]): unknown[] {
  const last = new Map<string, { tenant: string; category: string; position: number }>();
  for (const { stream, tenant, position } of admitted) {
    const category = categoryOf(stream);
    last.set(categoryKey(category, tenant), { tenant, category, position });
  }
  const rows = [...last.values()];
  return [
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.category)),
    int8Array(rows.map((row) => row.position)),
  ];
}
