import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCheckpoint } from '@waybill/event-log/checkpoint';
import { noteSigner } from '@waybill/event-log/note';
import { verifyTimeStamp } from '@waybill/event-log/time-stamp';
import { createLog } from '@waybill/service-kit/logger';
import { Anchors } from './anchors.js';
import { type BucketOptions, bucketAnchor } from './bucket-anchor.js';
import { bucketCredentials, type BucketServer, startBucket } from './bucket-server.spec.js';
import { folderAnchor } from './folder-anchor.js';
import { timeStampAuthority } from './time-stamp-authority.js';
import { type Misbehaviour, startTimeStampServer, type TimeStampServer } from './time-stamp-server.spec.js';

const signer = noteSigner('waybill.test', Buffer.alloc(32, 7));
const noteOf = (size: number, fill = 1): string =>
  signCheckpoint({ origin: 'waybill.test/delivery-0', size, rootHash: Buffer.alloc(32, fill) }, signer);
const log = createLog({ service: 'notary', copy: 'spec', level: 'silent' });

describe('anchors', () => {
  let folder: string;
  let bucket: BucketServer;
  let stamps: TimeStampServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-anchors-'));
    [bucket, stamps] = await Promise.all([startBucket(), startTimeStampServer()]);
  });
  afterEach(async () => {
    await Promise.all([bucket.close(), stamps.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const bucketWith = (more: Partial<BucketOptions> = {}) =>
    bucketAnchor({
      url: bucket.url,
      ...bucketCredentials,
      lock: 'compliance',
      lockDays: 30,
      now: () => new Date(),
      ...more,
    });
  const authority = () => timeStampAuthority({ url: stamps.url, roots: stamps.rootPem });
  const all = () => new Anchors([folderAnchor(folder), bucketWith()], authority(), log);
  const keep = async (anchors: Anchors, size: number, note = noteOf(size)): Promise<void> => {
    anchors.keep('delivery-0', size, note);
    await anchors.settled();
  };
  const faults = (anchors: Anchors) => anchors.names.map((name) => [name, anchors.fault(name)]);
  const inBucket = (name: string) => bucket.objects.get(`of%20waybill/delivery-0/${name}`);

  it('lays a checkpoint and its time stamp down in the folder and, locked, in the bucket', async () => {
    const anchors = all();
    await keep(anchors, 7);
    expect(faults(anchors)).toEqual([
      ['folder', null],
      ['bucket', null],
      ['time-stamp', null],
    ]);
    const name = '0000000000000007.checkpoint';
    expect(readdirSync(join(folder, 'delivery-0')).sort()).toEqual([name, `${name}.tsr`, 'newest.checkpoint']);
    const kept = inBucket(name);
    expect([kept?.body.toString(), kept?.lockMode]).toEqual([noteOf(7), 'COMPLIANCE']);
    const days = ((kept?.lockedUntil.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    const stamp = readFileSync(join(folder, 'delivery-0', `${name}.tsr`));
    expect(inBucket(`${name}.tsr`)?.body.equals(stamp)).toBe(true);
    const { at, authority: by } = verifyTimeStamp(stamp, Buffer.from(noteOf(7)), stamps.rootPem);
    expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
    expect(by).toBe('CN=Time stamps of the stand-in');
    expect(bucket.refusals).toEqual([]);
  });

  it('keeps the same size once, also after a start that remembers nothing', async () => {
    await keep(all(), 7);
    const [objects] = [bucket.objects.size];
    const again = all();
    await keep(again, 7);
    await keep(again, 7);
    expect([bucket.objects.size, faults(again).filter(([, fault]) => fault !== null)]).toEqual([objects, []]);
    await keep(again, 9);
    expect(inBucket('0000000000000009.checkpoint')).toBeDefined();
  });

  it.each<[string, Partial<BucketOptions>, RegExp]>([
    ['a false secret', { secretAccessKey: 'false' }, /403 SignatureDoesNotMatch/],
    ['a key that does not exist', { accessKeyId: 'AKIDOTHER' }, /403 InvalidAccessKeyId/],
    ['another region', { region: 'us-east-1' }, /403 AuthorizationHeaderMalformed/],
    ['a lock that has run out already', { now: () => new Date(0) }, /400 InvalidRequest/],
    ['an endpoint that is not there', { url: 'http://127.0.0.1:9/checkpoints' }, /fetch failed/],
  ])('says what is wrong with the bucket for %s, and keeps the folder', async (_case, more, words) => {
    const anchors = new Anchors([folderAnchor(folder), bucketWith(more)], null, log);
    await keep(anchors, 7);
    expect(anchors.fault('folder')).toBeNull();
    expect(anchors.fault('bucket')).toMatch(words);
    expect(readFileSync(join(folder, 'delivery-0', 'newest.checkpoint'), 'utf8')).toBe(noteOf(7));
  });

  it('recovers: what a broken bucket missed, the next heartbeat brings', async () => {
    const anchors = all();
    bucket.broken = 503;
    await keep(anchors, 7);
    expect(anchors.fault('bucket')).toMatch(/503 SlowDown/);
    bucket.broken = null;
    await keep(anchors, 7);
    expect(anchors.fault('bucket')).toBeNull();
    expect(inBucket('0000000000000007.checkpoint')?.body.toString()).toBe(noteOf(7));
  });

  it('says that a place holds another checkpoint of the same size, and leaves it there', async () => {
    await keep(all(), 7);
    const rewritten = all();
    await keep(rewritten, 7, noteOf(7, 2));
    expect(rewritten.fault('folder')).toMatch(/holds another checkpoint/);
    expect(rewritten.fault('bucket')).toMatch(/holds another checkpoint/);
    expect(inBucket('0000000000000007.checkpoint')?.body.toString()).toBe(noteOf(7));
  });

  it.each<[Misbehaviour, RegExp]>([
    ['refuses', /the authority refused/],
    ['stamps-another-text', /something else/],
    ['forgets-the-nonce', /another request/],
    ['is-for-servers', /not for time stamping alone/],
    ['answers-503', /answers 503/],
    ['floods', /more than 65536 bytes/],
  ])(
    'keeps the checkpoint without a time stamp when the authority %s, says so, and stamps it later',
    async (how, words) => {
      const anchors = all();
      stamps.behaves = how;
      await keep(anchors, 7);
      expect(anchors.fault('time-stamp')).toMatch(words);
      expect(inBucket('0000000000000007.checkpoint')).toBeDefined();
      expect(inBucket('0000000000000007.checkpoint.tsr')).toBeUndefined();
      stamps.behaves = 'none';
      await keep(anchors, 7);
      expect(anchors.fault('time-stamp')).toBeNull();
      expect(inBucket('0000000000000007.checkpoint.tsr')).toBeDefined();
    },
  );

  it('does not believe an authority under another root', async () => {
    const other = await startTimeStampServer();
    const anchors = new Anchors(
      [folderAnchor(folder)],
      timeStampAuthority({ url: stamps.url, roots: other.rootPem }),
      log,
    );
    await keep(anchors, 7);
    expect(anchors.fault('time-stamp')).toMatch(/does not lead to a root that was given/);
    await other.close();
  });
});
