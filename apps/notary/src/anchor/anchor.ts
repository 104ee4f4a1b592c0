/** What is laid down of one log at one size. */
export interface Anchored {
  readonly log: string;
  readonly size: number;
  /** The signed note. */
  readonly note: string;
  /** The answer of a time stamp authority about the note (RFC 3161, DER); null where none is asked, or none answered. */
  readonly timeStamp: Buffer | null;
}

/**
 * A place where checkpoints are laid down for others to take away. One that keeps what it has been given, such as a bucket with object
 * lock, makes a rewritten history visible even to those who hold no checkpoint of their own.
 */
export interface Anchor {
  /** `folder`, `bucket`: stands in metrics and on readiness. */
  readonly name: string;
  /**
   * Resolves once it is kept; the same size twice is kept once. Rejects when the place cannot be reached, and with `AnchorContradicted`
   * when it holds another checkpoint of that size.
   */
  keep(anchored: Anchored): Promise<void>;
}

/** The place holds another checkpoint of the same size: one of the two histories is false. */
export class AnchorContradicted extends Error {
  override readonly name = 'AnchorContradicted';
}

/** `<log>/<size with leading zeros>.checkpoint`, so that names are in order of size; `.tsr` behind it for its time stamp. */
export function anchorName(log: string, size: number): string {
  return `${log}/${String(size).padStart(16, '0')}.checkpoint`;
}
export const timeStampEnding = '.tsr';
