import { readFileSync } from 'node:fs';

/** One SQL file, prepared under its name on every connection that uses it. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

function load(name: string): Statement {
  return { name, text: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8') };
}

export const statements = {
  lockHead: load('lock-head'),
  readHead: load('read-head'),
  watchHead: load('watch-head'),
  readStreamHeads: load('read-stream-heads'),
  readCategories: load('read-categories'),
  readLeases: load('read-leases'),
  readCursors: load('read-cursors'),
  readKeys: load('read-keys'),
  writeGroup: load('write-group'),
  writeAlone: load('write-alone'),
  upsertCursors: load('upsert-cursors'),
  insertKeys: load('insert-keys'),
  staleKeys: load('stale-keys'),
  rewrapKeys: load('rewrap-keys'),
  readLeaves: load('read-leaves'),
  readAll: load('read-all'),
  readClear: load('read-clear'),
  readAllBackwards: load('read-all-backwards'),
  readStream: load('read-stream'),
  readStreamBackwards: load('read-stream-backwards'),
  readStreams: load('read-streams'),
  readCursor: load('read-cursor'),
  acquireLease: load('acquire-lease'),
  renewLease: load('renew-lease'),
  renewLeases: load('renew-leases'),
  releaseLease: load('release-lease'),
  shredSubject: load('shred-subject'),
  notifyShredded: load('notify-shredded'),
  addPartitions: load('add-partitions'),
  readProjection: load('read-projection'),
  lockProjection: load('lock-projection'),
  moveProjection: load('move-projection'),
  insertProjection: load('insert-projection'),
  deleteProjection: load('delete-projection'),
  flipProjection: load('flip-projection'),
  lockProjectionName: load('lock-projection-name'),
  listTables: load('list-tables'),
  countIndexes: load('count-indexes'),
} as const;
