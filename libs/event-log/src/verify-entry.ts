import { createSecretKey } from 'node:crypto';
import { digest } from './entry.js';
import { uuidText } from './event-id.js';
import type { ExportLine } from './export-format.js';
import { leafHashText } from './merkle.js';
import { readEntry } from './read-entry.js';
import { unseal } from './seal.js';

/** What an event turned out to be; `fault` is null when everything that it holds is what was signed. */
export interface EntryFinding {
  readonly fault: string | null;
  readonly stream?: string;
  readonly version?: number;
  readonly sealed: 'none' | 'opened' | 'shredded' | 'closed';
}

/** Compares the bytes of one line with the leaf that was signed for it. Pure; what the leaf is worth, the caller finds out. */
export function verifyEntry(log: string, line: ExportLine): EntryFinding {
  const fault = (reason: string): EntryFinding => ({ fault: reason, sealed: 'none' });
  if (line.absent === 'missing') return fault('the row is missing');
  if (line.absent === 'changed') return fault('the row is not the one that was signed');
  if (line.entry === undefined || line.meta === undefined || line.data === undefined)
    return fault('the line holds no entry');
  const bytes = Buffer.from(line.entry, 'base64');
  const entry = readEntry(bytes);
  if (entry === null) return fault('the entry cannot be read');
  if (entry.metaDigest !== digest(Buffer.from(line.meta, 'base64')))
    return fault('the meta part is not the one in the entry');
  if (entry.dataDigest !== digest(Buffer.from(line.data, 'base64')))
    return fault('the data part is not the one in the entry');
  const sealed = line.sealed === undefined ? null : Buffer.from(line.sealed, 'base64');
  if (entry.sealedDigest !== (sealed === null ? null : digest(sealed)))
    return fault('the sealed part is not the one in the entry');
  if (entry.log !== log) return fault(`the entry is of the log ${entry.log}`);
  if (entry.position !== line.position) return fault(`the entry is of position ${entry.position}`);
  if (leafHashText(bytes) !== Buffer.from(line.leaf, 'base64').toString('latin1'))
    return fault('the row is not the one that was signed');
  const place = { log, eventId: uuidText(entry.eventId) };
  const { stream, version } = entry;
  if (sealed === null) return { fault: null, stream, version, sealed: 'none' };
  if (line.key === undefined) return { fault: null, stream, version, sealed: 'closed' };
  if (line.key === 'shredded') return { fault: null, stream, version, sealed: 'shredded' };
  const key = Buffer.from(line.key, 'base64');
  // The key is not part of what was signed: one that does not open is worth as much as none.
  const opens = key.length === 32 && unseal(createSecretKey(key), place, sealed) !== null;
  return { fault: null, stream, version, sealed: opens ? 'opened' : 'closed' };
}
