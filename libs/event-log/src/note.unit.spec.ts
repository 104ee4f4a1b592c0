import { createPublicKey } from 'node:crypto';
import { logOfOrigin, openCheckpoint, originOf, parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { emptyRoot } from './merkle.js';
import { NoteRefused, noteSigner, openNote, parseVkey, parseVkeys, signaturesMax, signNote, vkeyOf } from './note.js';
import { parseTlogProof, tlogProofText } from './tlog-proof.js';

/** The published example of golang.org/x/mod/sumdb/note, whose format C2SP signed-note is. */
const neumann = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const neumannSeed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const published = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

/** RFC 8032 section 7.1, test 1. */
const rfc8032 = {
  seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
};

const key = parseVkey(neumann);
const signer = noteSigner('PeterNeumann', neumannSeed);

describe('a signed note', () => {
  it('opens the published one and is signed byte for byte as the published one', () => {
    expect(openNote(published, [key])).toBe(text);
    expect(signNote(text, signer)).toBe(published);
    expect(vkeyOf(signer)).toBe(neumann);
  });

  it('takes a seed as RFC 8032 does', () => {
    const { privateKey } = noteSigner('rfc', Buffer.from(rfc8032.seed, 'hex'));
    const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    expect(der.subarray(-32).toString('hex')).toBe(rfc8032.publicKey);
  });

  it('opens with any of several keys, and not where one that is known has signed falsely', () => {
    const second = noteSigner('PeterNeumann', Buffer.alloc(32, 3));
    const keys = parseVkeys(`${neumann}\n ${vkeyOf(second)}\n`);
    const bySecond = signNote(text, second);
    expect(keys).toHaveLength(2);
    expect([openNote(published, keys), openNote(bySecond, keys)]).toEqual([text, text]);
    const both = published + bySecond.slice(text.length + 1);
    expect(openNote(both, keys)).toBe(text);
    const falsely = published + signNote(`${text}more\n`, second).slice(text.length + 6);
    expect(openNote(falsely, [key])).toBe(text);
    expect(() => openNote(falsely, keys)).toThrow(/false/);
    for (const none of ['', ' ', `${neumann},${neumann}`, `${neumann} x`, Array(33).fill(neumann).join(' ')])
      expect(() => parseVkeys(none)).toThrow(NoteRefused);
  });

  it('leaves signatures of other keys alone', () => {
    const other = signNote(text, noteSigner('witness.example', Buffer.alloc(32, 7))).slice(text.length + 1);
    expect(openNote(published + other, [key])).toBe(text);
    expect(openNote(`${text}\n${other}${published.slice(text.length + 1)}`, [key])).toBe(text);
  });

  it.each<[string, string]>([
    ['whose text was changed', published.replace('answer', 'enigma')],
    ['whose signature was changed', published.replace('nAM=', 'nAQ=')],
    [
      'with a good and a false signature of the same key',
      published + published.slice(text.length + 1).replace('nAM=', 'nAQ='),
    ],
    ['without a signature', text],
    ['signed by somebody else only', signNote(text, noteSigner('PeterNeumann', Buffer.alloc(32, 7)))],
    ['that ends early', published.slice(0, -1)],
    ['whose dash is a hyphen', published.replace('—', '-')],
    ['with a carriage return', published.replace('\n', '\r\n')],
    [
      'with more signatures than a note may have',
      published + `— x ${Buffer.alloc(8, 1).toString('base64')}\n`.repeat(signaturesMax),
    ],
    ['of nothing', ''],
  ])('refuses one %s', (_case, note) => {
    expect(() => openNote(note, [key])).toThrow(NoteRefused);
  });

  it('takes as many signatures as a note may have', () => {
    const others = `— x ${Buffer.alloc(8, 1).toString('base64')}\n`.repeat(signaturesMax - 1);
    expect(openNote(published + others, [key])).toBe(text);
  });

  it.each<[string, string]>([
    ['with another id', neumann.replace('c74f20a3', 'c74f20a4')],
    ['with another name', neumann.replace('Peter', 'Paul')],
    [
      'of another algorithm',
      `PeterNeumann+c74f20a3+${Buffer.concat([Buffer.from([2]), Buffer.alloc(32)]).toString('base64')}`,
    ],
    ['that is short', 'PeterNeumann+c74f20a3+ARpc'],
    ['that is none', 'hello'],
  ])('refuses a verification key %s', (_case, vkey) => {
    expect(() => parseVkey(vkey)).toThrow(NoteRefused);
  });
});

describe('a checkpoint', () => {
  it('reads the published one of c2sp.org/tlog-checkpoint', () => {
    const found = parseCheckpoint(
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
    );
    expect(found.size).toBe(20_852_163);
    expect(found.rootHash.toString('hex')).toBe('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62');
  });

  it('says origin, size and root, and opens again', () => {
    const origin = originOf('local', 'delivery-0');
    const note = signCheckpoint({ origin, size: 0, rootHash: emptyRoot }, signer);
    expect(note.split('\n').slice(0, 3)).toEqual([
      'waybill.local/delivery-0',
      '0',
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    ]);
    expect(openCheckpoint(note, [key])).toEqual({ origin, size: 0, rootHash: emptyRoot });
    expect(logOfOrigin(origin)).toBe('delivery-0');
  });

  it.each<[string, string]>([
    ['a size with a leading zero', 'a/b\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    ['a size that no number holds', 'a/b\n9999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    ['a short root', 'a/b\n7\n47DEQpj8HBSa\n'],
    ['a root in another spelling', 'a/b\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n'],
    ['no origin', '\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
  ])('refuses %s', (_case, note) => {
    expect(() => parseCheckpoint(note)).toThrow(NoteRefused);
  });
});

describe('a tlog-proof', () => {
  const proof = { index: 5, hashes: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)], checkpoint: published };

  it('is written as c2sp.org/tlog-proof says and read again', () => {
    const written = tlogProofText(proof);
    expect(written.split('\n').slice(0, 5)).toEqual([
      'c2sp.org/tlog-proof@v1',
      'index 5',
      Buffer.alloc(32, 1).toString('base64'),
      Buffer.alloc(32, 2).toString('base64'),
      '',
    ]);
    expect(parseTlogProof(written)).toEqual(proof);
    expect(parseTlogProof(tlogProofText({ ...proof, index: 0, hashes: [] }))).toEqual({
      ...proof,
      index: 0,
      hashes: [],
    });
  });

  it('carries extra data, which nobody signs, before the index', () => {
    const extra = Buffer.from('ABC');
    const written = tlogProofText({ ...proof, extra });
    expect(written).toBe(tlogProofText(proof).replace('index', 'extra QUJD\nindex'));
    expect(parseTlogProof(written)).toEqual({ ...proof, extra });
  });

  it.each<[string, string]>([
    ['another version', tlogProofText(proof).replace('@v1', '@v2')],
    ['extra data with two spellings', tlogProofText(proof).replace('index', 'extra QUJ=\nindex')],
    ['an index with a leading zero', tlogProofText(proof).replace('index 5', 'index 05')],
    ['no index', tlogProofText(proof).replace('index 5\n', '')],
    ['a short hash', tlogProofText(proof).replace(Buffer.alloc(32, 2).toString('base64'), 'AgIC')],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 5'],
  ])('refuses %s', (_case, written) => {
    expect(() => parseTlogProof(written)).toThrow(NoteRefused);
  });
});
