import { signCheckpoint } from './checkpoint.js';
import { buildSelection, linesOf, log, noteOf, origin, signer, vkey } from './export.fixture.js';
import { consistencyProof, leafHash, rangeHashOf } from './merkle.js';
import { NoteRefused, noteSigner, vkeyOf } from './note.js';
import { tlogProofText } from './tlog-proof.js';
import { verifyGrowth, verifyReceipt } from './verify-proof.js';

const size = 12;
const leaves = linesOf(1, size).map(({ leaf }) => Buffer.from(leaf, 'base64'));
const strangersKey = vkeyOf(noteSigner('waybill.local', Buffer.alloc(32, 1)));

function receipt(
  position: number,
  more: { entryOf?: number | null; index?: number; checkpoint?: string } = {},
): string {
  const { lines, checkpoint } = buildSelection(size, [position]);
  const [line] = lines;
  const { entryOf = position } = more;
  return tlogProofText({
    index: more.index ?? position - 1,
    hashes: (line?.proof ?? []).map((hash) => Buffer.from(hash, 'base64')),
    checkpoint: more.checkpoint ?? checkpoint,
    extra: entryOf === null ? null : Buffer.from(linesOf(entryOf, entryOf)[0]?.entry ?? '', 'base64'),
  });
}

describe('a receipt', () => {
  it.each([1, 2, 7, 8, 11, 12])(
    'of position %i is checked with nothing but a key, and says of what it is one',
    (position) => {
      const verdict = verifyReceipt(receipt(position), vkey);
      expect(verdict).toMatchObject({ verified: true, fault: null, origin, size, position });
      expect(verdict.event).toMatchObject({
        stream: position % 2 === 1 ? 'delivery-a' : 'delivery-b',
        version: Math.ceil(position / 2),
        type: 'AttemptStarted',
      });
    },
  );

  it('without an entry needs the leaf hash, and says what it cannot conclude', () => {
    const bare = receipt(7, { entryOf: null });
    expect(() => verifyReceipt(bare, vkey)).toThrow(/does not say of what it is one/);
    const verdict = verifyReceipt(bare, vkey, leaves[6]);
    expect(verdict).toMatchObject({ verified: true, event: null });
    expect(verdict.cannotConclude.join()).toMatch(/only its hash is bound/);
  });

  it.each<[string, () => string, RegExp]>([
    ['the entry of another event', () => receipt(7, { entryOf: 8 }), /position 7 of the signed tree is not this event/],
    ['the place of another event', () => receipt(7, { index: 7 }), /position 8 of the signed tree is not this event/],
    [
      'a checkpoint of another log',
      () => receipt(7, { checkpoint: signedFor('waybill.local/registry-0') }),
      /the entry is of position 7 of delivery-0/,
    ],
  ])('with %s is not verified', (_case, made, words) => {
    const verdict = verifyReceipt(made(), vkey);
    expect([verdict.verified, verdict.fault]).toEqual([false, expect.stringMatching(words)]);
  });

  it('of another leaf than the one that is held is not verified', () => {
    expect(verifyReceipt(receipt(7), vkey, leafHash(Buffer.from('x')))).toMatchObject({ verified: false });
  });

  it('that another key has signed is refused', () => {
    expect(() => verifyReceipt(receipt(7), strangersKey)).toThrow(NoteRefused);
  });
});

function signedFor(other: string): string {
  const rootHash = rangeHashOf(leaves)(0, size);
  return signCheckpoint({ origin: other, size, rootHash }, signer);
}

function growth(from: number, to: number, change: (proof: Record<string, unknown>) => void = () => undefined): string {
  const rangeHash = rangeHashOf(leaves);
  const proof = {
    log,
    from,
    to,
    fromRootHash: rangeHash(0, from).toString('hex'),
    toRootHash: rangeHash(0, to).toString('hex'),
    hashes: consistencyProof(from, to, rangeHash).map((hash) => hash.toString('base64')),
    checkpoint: noteOf(to),
  };
  change(proof);
  return JSON.stringify(proof);
}

describe('a proof that a log has grown', () => {
  it.each([
    [1, 12],
    [5, 8],
    [8, 12],
    [12, 12],
  ])('from %i to %i events holds against the older checkpoint', (from, to) => {
    expect(verifyGrowth(growth(from, to), vkey, [noteOf(from)])).toMatchObject({ verified: true, from, to });
  });

  it('says without an older checkpoint that the earlier root may be anybody’s', () => {
    const { verified, cannotConclude } = verifyGrowth(growth(5, 12), vkey);
    expect([verified, cannotConclude[0]]).toEqual([true, expect.stringMatching(/give its checkpoint with --previous/)]);
  });

  it.each<[string, string, string[], RegExp]>([
    [
      'whose path is another one',
      growth(5, 12, (proof) => (proof['hashes'] = [])),
      [],
      /the tree of 12 does not extend the one of 5/,
    ],
    [
      'to a root that was not signed',
      growth(5, 11, (proof) => Object.assign(proof, { checkpoint: noteOf(12) })),
      [],
      /about 12 events, not about 11/,
    ],
    [
      'from a root that is not the one of the older checkpoint',
      growth(5, 12),
      [signCheckpoint({ origin, size: 5, rootHash: Buffer.alloc(32, 1) }, signer)],
      /root of 5 is not the one of the older checkpoint/,
    ],
    ['that is not about the older checkpoint', growth(5, 12), [noteOf(6)], /no older checkpoint of .* about 5/],
  ])('%s is not verified', (_case, proof, older, words) => {
    const verdict = verifyGrowth(proof, vkey, older);
    expect([verdict.verified, verdict.fault]).toEqual([false, expect.stringMatching(words)]);
  });

  it.each(['', '{}', '[]', 'null', growth(5, 12, (proof) => (proof['from'] = -1))])(
    'is refused when it is none: %s',
    (text) => {
      expect(() => verifyGrowth(text, vkey)).toThrow(NoteRefused);
    },
  );
});
