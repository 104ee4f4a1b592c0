import { noTenant } from '@waybill/contracts/subjects';
import type { ExportLine } from '@waybill/event-log/export-format';
import { hashBytes, leafHash } from '@waybill/event-log/merkle';
import type { StoredEntry } from '@waybill/event-log/stored-events';
import type { LogSource } from './log-source.js';

/** Events in one file of an export: a few hundred kilobytes. */
const pageEvents = 500;
/** Single positions that are asked for at once. */
const selectedAtOnce = 500;

/**
 * The lines of a range, page by page. The notary's leaves lead: a row that is gone, or was put in, shows as a line that does not fit.
 * What belongs to other tenants is there as a leaf only, after it was compared here.
 */
export async function* rangeLines(
  source: LogSource,
  range: { from: number; to: number; size: number },
  keys: boolean,
): AsyncGenerator<ExportLine[]> {
  const limitAfter = (after: number): number => Math.min(pageEvents, range.to - after);
  const askFor = (after: number) => {
    const limit = limitAfter(after);
    return limit <= 0
      ? Promise.resolve([Buffer.alloc(0), []] as const)
      : Promise.all([source.leaves(range.size, after, limit), source.entries(after, after + limit, limit, keys)]);
  };
  let after = range.from - 1;
  let pending = askFor(after);
  while (after < range.to) {
    const limit = limitAfter(after);
    const [leaves, entries] = await pending;
    // A page of large events ends early; an empty one means that all its rows are gone.
    const last =
      entries.length === 0 || entries.length === limit ? after + limit : (entries.at(-1) as StoredEntry).position;
    // The next one is looked up while this one is written and sent.
    pending = askFor(last);
    pending.catch(() => undefined);
    const known = new Map(entries.map((entry) => [entry.position, entry]));
    const lines: ExportLine[] = [];
    for (let position = after + 1; position <= last; position += 1) {
      const at = (position - after - 1) * hashBytes;
      lines.push(lineOf(position, leaves.subarray(at, at + hashBytes), known.get(position), source.tenant));
    }
    after = last;
    yield lines;
  }
}

/** The lines of single positions, each with its proof. */
export async function* selectedLines(
  source: LogSource,
  size: number,
  positions: readonly number[],
  keys: boolean,
): AsyncGenerator<ExportLine[]> {
  const askFor = (at: number) => {
    const some = positions.slice(at, at + selectedAtOnce);
    if (some.length === 0) return Promise.resolve([[], []] as const);
    return Promise.all([source.inclusion(size, some), source.entriesAt(some, keys)]);
  };
  let pending = askFor(0);
  for (let at = 0; at < positions.length; at += selectedAtOnce) {
    const [proofs, entries] = await pending;
    // The next ones are looked up while these are sent.
    pending = askFor(at + selectedAtOnce);
    pending.catch(() => undefined);
    const known = new Map(entries.map((entry) => [entry.position, entry]));
    yield proofs.map(({ position, leaf, hashes }) => {
      const {
        position: _,
        leaf: signed,
        ...rest
      } = lineOf(position, Buffer.from(leaf, 'base64'), known.get(position), source.tenant);
      return { position, leaf: signed, proof: hashes, ...rest };
    });
  }
}

function lineOf(position: number, signed: Buffer, stored: StoredEntry | undefined, tenant: string): ExportLine {
  const leaf = signed.toString('base64');
  if (stored === undefined) return { position, leaf, absent: 'missing' };
  if (stored.tenant !== tenant && stored.tenant !== noTenant) {
    // Whoever changes the tenant of a row must not be able to hide it from its auditor by that.
    const isSigned = leafHash(Buffer.from(stored.entry, 'base64')).equals(signed);
    return { position, leaf, absent: isSigned ? 'other-tenant' : 'changed' };
  }
  const { entry, meta, data, sealed, key } = stored;
  return {
    position,
    leaf,
    entry,
    meta,
    data,
    ...(sealed === null ? {} : { sealed }),
    ...(key === null ? {} : { key }),
  };
}
