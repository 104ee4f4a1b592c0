/**
 * What an export holds. A tar with, for each log, a folder of its name:
 *   checkpoint               the signed note
 *   proof.json               how what follows leads to the root of the checkpoint (`ExportProof`)
 *   entries-<position>.ndjson   one `ExportLine` an event, in order; several files, so that nobody holds a log in memory
 * and README beside them. All bytes are base64, so that every line is plain ASCII and has one spelling.
 */

export type ExportProof = RangeProof | SelectionProof;

/** Every event from one position to another: the leaves are folded on and must give the root. */
export interface RangeProof {
  readonly kind: 'range';
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** The frontier of the tree of `from - 1` leaves: its complete subtrees, largest first. */
  readonly left: readonly string[];
  /** That the tree of `size` leaves extends the one of `to`. */
  readonly consistency: readonly string[];
  readonly previous: PreviousProof | null;
}

/** Some events, each with a proof of its own. That there are no others, such an export cannot say. */
export interface SelectionProof {
  readonly kind: 'selection';
  /** What was asked for, in words. */
  readonly about: string;
  readonly size: number;
  readonly previous: PreviousProof | null;
}

/** That the tree of the checkpoint extends an older one, which the auditor holds. */
export interface PreviousProof {
  readonly size: number;
  readonly hashes: readonly string[];
}

export interface ExportLine {
  readonly position: number;
  /** The leaf that was signed for, out of the notary's memory. */
  readonly leaf: string;
  /** In a selection: PATH(position - 1, size). */
  readonly proof?: readonly string[];
  /**
   * `missing`: the log has no such row any more. `other-tenant`: the auditor may see its leaf only. `changed`: a row of another tenant
   * that is not the one that was signed.
   */
  readonly absent?: 'missing' | 'other-tenant' | 'changed';
  readonly entry?: string;
  readonly meta?: string;
  readonly data?: string;
  /** The sealed part as it is stored; absent when the event has none. */
  readonly sealed?: string;
  /** The key that opens it, or `shredded`; absent when payloads were left out. */
  readonly key?: string;
}

export const exportReadme = `This is an export of a Waybill log.

Every event is in a line of <log>/entries-*.ndjson:
  leaf    the RFC 6962 leaf hash that the notary signed for
  entry   the bytes that are hashed: SHA-256(0x00 || entry) = leaf
          version(1) log position(8) at_us(8) event id(16) stream version(8) type schema version(2) tenant
          sha256(meta) sha256(data) sealed?(1) sha256(sealed); integers big-endian, texts behind their length in two bytes
  meta, data   the bytes that are stored
  sealed  AES-256-GCM: 0x01, nonce(12), ciphertext, tag(16); bound to "waybill-v1\\0<log>\\0<event id>\\0sealed"
  key     opens sealed; "shredded" when the key was deleted, which breaks no proof
<log>/checkpoint is a C2SP signed note (c2sp.org/tlog-checkpoint); <log>/proof.json leads from the leaves to its root.

Check it with a key that you did NOT get from whoever gave you this file:
  waybill verify export.tar --key <vkey>
  python3 verify.py export.tar <vkey>
`;
