import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '@waybill/event-log/checkpoint';
import { Frontier, leafHash } from '@waybill/event-log/merkle';
import { parseVkeys } from '@waybill/event-log/note';
import { changeSigningKey, openSigningKey } from '../memory/signing-key.js';
import type { LogSource } from './log-source.js';
import { type Alarm, WatchedLog } from './watch-log.js';

/** A log that can be changed as its owner could: rows, and a head row that fits them or does not. */
class TamperedLog implements LogSource {
  rows: Buffer[] = [];
  /** What the rows hash to now, where it is not what is stored as their leaf. */
  readonly edited = new Map<number, Buffer>();
  epoch = 1;
  headLies = false;

  grow(count: number, text = 'event'): void {
    for (let n = 0; n < count; n += 1) this.rows.push(leafHash(Buffer.from(`${text} ${this.rows.length}`)));
  }

  leaves(after: number, limit: number) {
    const frontier = Frontier.empty();
    for (const leaf of this.rows) frontier.append(leaf);
    const rootHash = this.headLies ? '00'.repeat(32) : frontier.root().toString('hex');
    const leaves = Buffer.concat(this.rows.slice(after, after + limit));
    return Promise.resolve({ epoch: this.epoch, head: this.rows.length, rootHash, leaves });
  }

  recomputed(after: number, limit: number) {
    const rows = this.rows.slice(after, after + limit).map((leaf, n) => this.edited.get(after + n + 1) ?? leaf);
    return Promise.resolve(Buffer.concat(rows));
  }

  witness() {
    return Promise.resolve(0);
  }
}

describe('a watched log', () => {
  let folder: string;
  let log: TamperedLog;
  let alarms: Alarm[];
  let watched: WatchedLog;

  const open = (init = false): WatchedLog => {
    const { signer, vkeys } = openSigningKey(folder, 'test');
    const now = (): Date => new Date('2026-11-24T00:00:00Z');
    return new WatchedLog({
      log: 'delivery-0',
      folder,
      deployment: 'test',
      signer,
      vkeys,
      source: log,
      init,
      now,
      onAlarm: (alarm) => alarms.push(alarm),
    });
  };
  const sizeOf = (note: string): number =>
    openCheckpoint(note, parseVkeys(readFileSync(join(folder, 'vkey'), 'utf8'))).size;
  const looked = async (): Promise<Alarm | null> => {
    await watched.look();
    return watched.alarm;
  };

  it('goes on with another key, and what the old one signed stays believed by whoever has both', async () => {
    await signed(5);
    const older = watched.newest?.note ?? '';
    const before = openSigningKey(folder, 'test').vkey;
    watched.close();
    const { vkey, vkeys } = changeSigningKey(folder, 'test');
    expect([vkey === before, vkeys]).toEqual([false, `${vkey}\n${before}`]);
    watched = open();
    log.grow(3);
    expect(await looked()).toBeNull();
    const newer = watched.sign().note;
    expect([openCheckpoint(older, parseVkeys(vkeys)).size, openCheckpoint(newer, parseVkeys(vkeys)).size]).toEqual([
      5, 8,
    ]);
    expect(() => openCheckpoint(newer, parseVkeys(before))).toThrow(/no signature of waybill.test/);
    expect(() => openCheckpoint(older, parseVkeys(vkey))).toThrow(/no signature of waybill.test/);
    // A third key after the second: the folder knows all three.
    watched.close();
    expect(changeSigningKey(folder, 'test').vkeys.split('\n').slice(1)).toEqual([vkey, before]);
    watched = open();
    expect(await looked()).toBeNull();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-notary-'));
    log = new TamperedLog();
    alarms = [];
    watched = open();
  });
  afterEach(() => {
    watched.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const signed = async (size: number): Promise<void> => {
    await watched.look();
    watched.sign();
    log.grow(size);
    await watched.look();
    watched.sign();
  };

  it('signs an empty log, and each time that it has grown', async () => {
    await watched.look();
    expect(sizeOf(watched.sign().note)).toBe(0);
    log.grow(300);
    expect(await watched.look()).toEqual({ moved: true, grown: true });
    expect(sizeOf(watched.sign().note)).toBe(300);
    expect(await watched.look()).toEqual({ moved: false, grown: false });
  });

  it('takes events that only keep a checkpoint of another log for no movement', async () => {
    await signed(5);
    log.grow(1);
    watched.noteWitness(6);
    expect(await watched.look()).toEqual({ moved: false, grown: true });
    log.grow(1);
    expect(await watched.look()).toEqual({ moved: true, grown: true });
  });

  it.each<[string, (log: TamperedLog) => void, number | null]>([
    ['the end was cut', (given) => given.rows.splice(7), 8],
    ['the end was cut and another one grew in its place', (given) => (given.rows.splice(7), given.grow(10, 'fork')), 8],
    [
      'a leaf was changed with everything hashed anew',
      (given) => given.rows.splice(3, 1, leafHash(Buffer.from('other'))),
      4,
    ],
    ['a row was taken out and the rest renumbered', (given) => given.rows.splice(3, 1), 4],
    [
      'two rows changed places',
      (given) => given.rows.splice(3, 2, given.rows[4] as Buffer, given.rows[3] as Buffer),
      4,
    ],
    ['everything was lost', (given) => given.rows.splice(0), 1],
    ['the head row lies', (given) => (given.headLies = true), null],
    ['it goes on from an older backup with a lower epoch', (given) => (given.epoch = 0), null],
  ])('refuses to sign when %s, and names the position', async (_case, change, position) => {
    await signed(12);
    change(log);
    expect((await looked())?.position).toBe(position);
    expect(alarms).toHaveLength(1);
    expect(() => watched.sign()).toThrow(/alarm/);
    await looked();
    expect(alarms).toHaveLength(1);
    expect(readFileSync(join(folder, 'alarms'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('goes on from what it signed once the log is what it was', async () => {
    await signed(12);
    const intact = [...log.rows];
    log.rows.splice(7);
    log.grow(20, 'fork');
    expect(await looked()).not.toBeNull();
    log.rows = intact;
    log.grow(3);
    expect(await looked()).toBeNull();
    expect(sizeOf(watched.sign().note)).toBe(15);
  });

  it('finds a changed row whose leaf was left as it was, when it hashes the rows again', async () => {
    await signed(2_500);
    while (!(await watched.audit()));
    expect(watched.alarm).toBeNull();
    log.edited.set(1_777, leafHash(Buffer.from('edited')));
    while (!(await watched.audit()));
    expect(watched.alarm?.position).toBe(1_777);
    // A new event does not make it good again; the row as it was does.
    log.grow(1);
    expect(await looked()).not.toBeNull();
    log.edited.clear();
    expect(await looked()).toBeNull();
  });

  it('remembers after a restart, and forgets what it read and did not sign', async () => {
    await signed(12);
    log.grow(5);
    await watched.look();
    watched.close();
    watched = open();
    expect([watched.leaves.size, watched.newest?.size]).toEqual([12, 12]);
    expect(await looked()).toBeNull();
    expect(sizeOf(watched.sign().note)).toBe(17);
  });

  it('does not begin with a log that holds events unless it is told to', async () => {
    log.grow(3);
    expect((await looked())?.reason).toMatch(/remembers nothing/);
    watched.close();
    watched = open(true);
    expect(await looked()).toBeNull();
    expect(sizeOf(watched.sign().note)).toBe(3);
  });

  it('does not start on a memory that is not what it signed', async () => {
    await signed(12);
    watched.close();
    const file = join(folder, 'delivery-0.leaves');
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    writeFileSync(file, bytes);
    expect(() => open()).toThrow(/not what it signed/);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    writeFileSync(file, bytes);
    watched = open();
  });

  it('takes off a note that was half written when the power went', async () => {
    await signed(12);
    watched.close();
    const file = join(folder, 'delivery-0.checkpoints');
    writeFileSync(file, '{"at":"2026-', { flag: 'a' });
    watched = open();
    log.grow(1);
    await watched.look();
    watched.sign();
    watched.close();
    watched = open();
    expect(watched.newest?.size).toBe(13);
  });

  it('keeps its key from everybody else, and refuses one that is not kept', () => {
    expect(statSync(join(folder, 'signing-key')).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, 'signing-key'), 'x', { mode: 0o644 });
    rmSync(join(folder, 'signing-key'));
    expect(() => openSigningKey(folder, 'test')).toThrow(/signing-key is gone/);
  });
});
