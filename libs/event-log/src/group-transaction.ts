import {
  admit,
  type Admission,
  type AdmittedEvent,
  categoryKey,
  isAdmission,
  type Ledger,
  type LeaseState,
} from './admit.js';
import type { Waiting } from './group-lines.js';
import { groupRows, streamRows, StreamKeys, SubjectKeys } from './group-rows.js';
import type { HeadMark, HeadState } from './known-head.js';
import type { AppendRejection, LogIdentity } from './log.js';
import { Frontier } from './merkle.js';
import { byteaArray, int4Array, int8Array, textArray } from './pg-array.js';
import type { RecentEvent } from './recent-event.js';
import type { KeyWrapper } from './seal.js';
import type { Connection, Row } from './session.js';
import { type Statement, statements } from './statement.js';

/** What a group becomes once it is committed. Nobody is told before: also a rejection may rest on an event of the same group. */
export interface Attempt {
  /** The one connection whose transaction this is. */
  readonly connection: Connection;
  readonly answers: readonly { readonly waiting: Waiting; readonly answer: Admission | AppendRejection }[];
  /** Every event that is written, in order of position. */
  readonly recent: readonly RecentEvent[];
  readonly headPosition: number;
  readonly cursors: Ledger['cursors'];
  /** The log before and after it, for whoever remembers where it stands. */
  readonly before: HeadMark;
  readonly after: HeadState;
  /** Where categories stand after it: those that a condition names, and those with new events. */
  readonly asked: readonly (readonly [string, number])[];
  readonly written: ReadonlyMap<string, number>;
  /** PostgreSQL's clock when the head lock was taken, microseconds since 1970. */
  readonly nowUs: number;
  /** The statements that write it; none when nothing changes. */
  readonly writes: readonly { readonly statement: Statement; readonly values: unknown[] }[];
}

export interface LockedHead {
  readonly identity: LogIdentity;
  readonly position: number;
  readonly atUs: number;
  readonly nowUs: number;
  readonly frontier: Frontier;
}

/**
 * First round trip of a group: takes the head lock and reads, in later statements and thus after whoever held it before, what the
 * requests depend on; then decides them in order and lays out the writes. Leaves the transaction open. Other processes are told of a log that
 * is followed.
 */
export async function stageGroup(
  connection: Connection,
  group: readonly Waiting[],
  wrapper: KeyWrapper,
  isFollowed: boolean,
): Promise<Attempt> {
  const streamKeys = new StreamKeys();
  const [head, ledger, stored] = await readLedger(connection, group, streamKeys);
  const before: HeadMark = { position: head.position, root: head.frontier.root() };
  const answers = group.map((waiting) => ({ waiting, answer: admit(ledger, waiting.prepared) }));
  const admitted: AdmittedEvent[] = answers.flatMap(({ answer }) => (isAdmission(answer) ? answer.events : []));
  const moved = answers.flatMap(({ waiting, answer }) => {
    const { cursor } = waiting.prepared.request;
    return isAdmission(answer) && cursor ? [cursor.source] : [];
  });
  const cursors: Ledger['cursors'] = new Map([...ledger.cursors].filter(([source]) => moved.includes(source)));
  const writes: { statement: Statement; values: unknown[] }[] = [];
  let recent: RecentEvent[] = [];
  let [atUs, root] = [head.atUs, before.root];
  const { identity, frontier, nowUs } = head;
  if (admitted.length > 0) {
    atUs = Math.max(nowUs, atUs);
    const subjectKeys = new SubjectKeys(wrapper, stored);
    const rows = groupRows(identity, admitted, atUs, frontier, streamKeys, subjectKeys);
    ({ recent } = rows);
    if (subjectKeys.made.size > 0) {
      const { made } = subjectKeys;
      writes.push({
        statement: statements.insertKeys,
        values: [textArray([...made.keys()]), byteaArray([...made.values()]), wrapper.version],
      });
    }
    root = frontier.root();
    writes.push({
      statement: statements.writeGroup,
      values: [
        ...rows.events,
        ...streamRows(admitted, streamKeys),
        ...rows.categories,
        ledger.position,
        frontier.bytes(),
        root,
        isFollowed,
      ],
    });
  }
  if (cursors.size > 0) writes.push({ statement: statements.upsertCursors, values: cursorRows(cursors) });
  const headPosition = before.position + admitted.length;
  const after: HeadState = { identity, position: headPosition, atUs, frontier, root };
  const asked = askedCategories(group).map((key) => [key, ledger.categories.get(key) ?? 0] as const);
  const written = ledger.categories;
  return { connection, answers, recent, headPosition, cursors, before, after, asked, written, nowUs, writes };
}

function askedCategories(group: readonly Waiting[]): string[] {
  return group.flatMap(({ prepared }) =>
    (prepared.request.conditions ?? []).map(({ category, tenant }) => categoryKey(category, tenant)),
  );
}

/** Takes the head lock in a transaction that is open or opened here; every append of this log waits until it ends. */
export function readHeadLocked(rows: Row[]): LockedHead {
  const [row] = rows;
  if (row === undefined) throw new Error('log_head has no row: the schema of the log was not made');
  const [log, epoch, position, atUs, frontier, nowUs] = row as [string, number, number, number, Buffer, number];
  return { identity: { log, epoch }, position, atUs, nowUs, frontier: Frontier.from(position, frontier) };
}

async function readLedger(
  connection: Connection,
  group: readonly Waiting[],
  streamKeys: StreamKeys,
): Promise<[LockedHead, Ledger, Map<string, Buffer | null>]> {
  const wanted = wantedOf(group);
  const ask = async (statement: Statement, size: number, values: () => unknown[]): Promise<Row[]> =>
    size === 0 ? [] : (await connection.query(statement, values())).rows;
  // Sent together, answered together: the connection pipelines.
  const [, locked, streams, categories, leases, cursors, keys] = await Promise.all([
    connection.run('BEGIN'),
    connection.query(statements.lockHead),
    ask(statements.readStreamHeads, wanted.streams.length, () => [
      byteaArray(wanted.streams.map((stream) => streamKeys.of(stream))),
    ]),
    ask(statements.readCategories, wanted.categories.length, () => [
      textArray(wanted.categories.map((condition) => condition.tenant)),
      textArray(wanted.categories.map((condition) => condition.category)),
    ]),
    ask(statements.readLeases, wanted.leases.length, () => [textArray(wanted.leases)]),
    ask(statements.readCursors, wanted.sources.length, () => [textArray(wanted.sources)]),
    ask(statements.readKeys, wanted.subjects.length, () => [textArray(wanted.subjects)]),
  ]);
  const head = readHeadLocked(locked.rows);
  const ledger: Ledger = {
    position: head.position,
    streams: new Map(
      (streams as [number, number, number][]).map(([at, version, position]) => [
        wanted.streams[at - 1] as string,
        { version, position },
      ]),
    ),
    categories: new Map(
      (categories as [string, string, number][]).map(([tenant, category, position]) => [
        categoryKey(category, tenant),
        position,
      ]),
    ),
    leases: new Map<string, LeaseState>(
      (leases as [string, number, boolean][]).map(([name, epoch, live]) => [name, { epoch, live }]),
    ),
    cursors: new Map(
      (cursors as [string, number, number][]).map(([source, sourceEpoch, position]) => [
        source,
        { sourceEpoch, position },
      ]),
    ),
  };
  return [head, ledger, new Map(keys as [string, Buffer | null][])];
}

function wantedOf(group: readonly Waiting[]) {
  const streams = new Set<string>();
  const subjects = new Set<string>();
  const leases = new Set<string>();
  const sources = new Set<string>();
  const categories = new Map<string, { tenant: string; category: string }>();
  for (const { prepared } of group) {
    const { fence, cursor, conditions } = prepared.request;
    if (fence) leases.add(fence.lease);
    if (cursor) sources.add(cursor.source);
    for (const { category, tenant } of conditions ?? [])
      categories.set(categoryKey(category, tenant), { tenant, category });
    for (const { append, events } of prepared.streams) {
      streams.add(append.stream);
      for (const { sealed } of events) if (sealed) subjects.add(sealed.subject);
    }
  }
  return {
    streams: [...streams],
    subjects: [...subjects],
    leases: [...leases],
    sources: [...sources],
    categories: [...categories.values()],
  };
}

function cursorRows(cursors: Ledger['cursors']): unknown[] {
  return [
    textArray([...cursors.keys()]),
    int4Array([...cursors.values()].map((cursor) => cursor.sourceEpoch)),
    int8Array([...cursors.values()].map((cursor) => cursor.position)),
  ];
}
