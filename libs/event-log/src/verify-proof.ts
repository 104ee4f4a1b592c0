import { logOfOrigin, openCheckpoint } from './checkpoint.js';
import { hashBytes, leafHash, verifyConsistency, verifyInclusion } from './merkle.js';
import { NoteRefused, parseVkeys } from './note.js';
import { readEntry } from './read-entry.js';
import { parseTlogProof } from './tlog-proof.js';

/** What a proof shows, checked with nothing but a key; `fault` is null where it shows what it should. */
export interface ProofVerdict {
  readonly verified: boolean;
  readonly fault: string | null;
  readonly origin: string;
  readonly size: number;
  readonly cannotConclude: readonly string[];
}

export interface ReceiptVerdict extends ProofVerdict {
  readonly position: number;
  /** What the entry in it says; null for a proof without one, of which the leaf was handed in. */
  readonly event: {
    readonly stream: string;
    readonly version: number;
    readonly type: string;
    readonly tenant: string;
    readonly at: string;
  } | null;
}

export interface GrowthVerdict extends ProofVerdict {
  readonly from: number;
  readonly to: number;
}

const nothingLater = (size: number): string => `What happened after position ${size}.`;

/**
 * Checks a receipt (`c2sp.org/tlog-proof@v1`): that an event is in the tree that the key signed. Of which event, its entry says, or the
 * leaf hash that is handed in. Throws `NoteRefused` for what is no proof, or signed by somebody else.
 */
export function verifyReceipt(text: string, vkey: string, givenLeaf: Buffer | null = null): ReceiptVerdict {
  const { index, hashes, checkpoint: note, extra = null } = parseTlogProof(text);
  const { origin, size, rootHash } = openCheckpoint(note, parseVkeys(vkey));
  const entry = extra === null ? null : readEntry(extra);
  const leaf = extra === null ? givenLeaf : leafHash(extra);
  if (leaf === null)
    throw new NoteRefused('the proof does not say of what it is one: ask for it with its entry, or give the leaf hash');
  const fault = ((): string | null => {
    if (givenLeaf !== null && !givenLeaf.equals(leaf))
      return 'it is a proof of another event than the leaf that was given';
    if (!verifyInclusion(index, size, leaf, hashes, rootHash))
      return `position ${index + 1} of the signed tree is not this event`;
    if (extra !== null && entry === null) return 'what stands in the tree is no entry of a log';
    if (entry !== null && (entry.position !== index + 1 || entry.log !== logOfOrigin(origin)))
      return `the entry is of position ${entry.position} of ${entry.log}`;
    return null;
  })();
  const event =
    entry === null
      ? null
      : {
          stream: entry.stream,
          version: entry.version,
          type: entry.type,
          tenant: entry.tenant,
          at: new Date(entry.atUs / 1_000).toISOString(),
        };
  const cannotConclude = [
    ...(event === null ? ['What the event says: only its hash is bound.'] : []),
    nothingLater(size),
  ];
  return { verified: fault === null, fault, origin, size, cannotConclude, position: index + 1, event };
}

/** What `GET /v1/log/{log}/consistency` answers. */
interface GrowthProof {
  readonly from: number;
  readonly to: number;
  readonly fromRootHash: string;
  readonly toRootHash: string;
  readonly hashes: readonly string[];
  readonly checkpoint: string;
}

/**
 * Checks that one tree extends another: the later one by its signed checkpoint, the earlier one by a checkpoint that the auditor holds;
 * without that, only that the two roots in the proof belong together. Throws `NoteRefused` for what is no such proof.
 */
export function verifyGrowth(text: string, vkey: string, olderNotes: readonly string[] = []): GrowthVerdict {
  const keys = parseVkeys(vkey);
  const { from, to, fromRootHash, toRootHash, hashes, checkpoint: note } = readGrowth(text);
  const newer = openCheckpoint(note, keys);
  const older = olderNotes.map((one) => openCheckpoint(one, keys));
  const [first, second] = [Buffer.from(fromRootHash, 'hex'), Buffer.from(toRootHash, 'hex')];
  const path = hashes.map((hash) => Buffer.from(hash, 'base64'));
  const held = older.find(({ origin, size }) => origin === newer.origin && size === from);
  const fault = ((): string | null => {
    if (!verifyConsistency(from, to, first, second, path))
      return `the tree of ${to} does not extend the one of ${from}`;
    if (newer.size === to && !newer.rootHash.equals(second)) return `the root of ${to} is not the one that was signed`;
    if (newer.size !== to && to !== 0) return `the checkpoint in it is about ${newer.size} events, not about ${to}`;
    if (held !== undefined && !held.rootHash.equals(first))
      return `the root of ${from} is not the one of the older checkpoint`;
    if (held === undefined && older.length > 0) return `no older checkpoint of ${newer.origin} about ${from} was given`;
    return null;
  })();
  const cannotConclude = [
    ...(held === undefined
      ? [`Whether the tree of ${from} is the one that somebody else was shown: give its checkpoint with --previous.`]
      : []),
    nothingLater(to),
  ];
  return { verified: fault === null, fault, origin: newer.origin, size: newer.size, cannotConclude, from, to };
}

function readGrowth(text: string): GrowthProof {
  let proof: Partial<GrowthProof> | null;
  try {
    proof = JSON.parse(text) as Partial<GrowthProof> | null;
  } catch {
    proof = null;
  }
  const { from, to, fromRootHash, toRootHash, hashes, checkpoint } = proof ?? {};
  const isRoot = (root: unknown): boolean => typeof root === 'string' && root.length === hashBytes * 2;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isPath = Array.isArray(hashes) && hashes.length <= 128 && hashes.every((hash) => typeof hash === 'string');
  if (
    !isCount(from) ||
    !isCount(to) ||
    !isRoot(fromRootHash) ||
    !isRoot(toRootHash) ||
    !isPath ||
    typeof checkpoint !== 'string'
  )
    throw new NoteRefused('this is no proof that a log has grown');
  return proof as GrowthProof;
}
