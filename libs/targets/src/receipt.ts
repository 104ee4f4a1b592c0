import { ticketLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import { maybeUnstorable, unstorableAt } from '@waybill/contracts/text/storable';
import type { Receipt } from './outcome.js';

/** What a room remembers is a handful of ids, or the addresses of a mail's recipients (a hundred, of 320 characters at most). */
export const memoryJsonLengthMax = 131_072;

/** Control characters and halves of letters: no id, name or address of a thing has any. */
const unclean = /[\p{Cc}\p{Cs}]/u;

/**
 * What a target says that a thing is called: an id, a key, a number. Null for what is none: no text, an empty one, one that is longer than any
 * target's, or one with control characters. It is left out and not mended, because a mended id is the id of another thing.
 */
export function nameIn(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > ticketLengthMax) return null;
  return unclean.test(value) ? null : value;
}

/** The address of a page that a target names, for people to follow; null for anything else. */
export function pageIn(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > urlLengthMax) return null;
  return /^https?:\/\/[^\s/]/i.test(value) && !/[\s\p{Cc}\p{Cs}]/u.test(value) ? value : null;
}

/**
 * A receipt that can be kept, shown and gone on with, whatever the target answered: it stands in the log for good, in rows and in the
 * requests of later notifications. What is not clean is left out; the rooms have looked before, this is where none can forget it.
 */
export function cleanReceipt(receipt: Receipt): Receipt {
  const ticket = nameIn(receipt.ticket);
  const url = pageIn(receipt.url);
  const memory = isClean(receipt.memory) ? receipt.memory : undefined;
  return {
    ...(ticket === null ? {} : { ticket }),
    ...(url === null ? {} : { url }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** A value in the path or query of a request. Never throws, as `encodeURIComponent` does at half of a letter. */
export function urlPart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function isClean(memory: Receipt['memory']): boolean {
  if (memory === undefined) return false;
  const json = JSON.stringify(memory);
  if (json.length > memoryJsonLengthMax) return false;
  return !maybeUnstorable(json) || unstorableAt(memory, () => false).next().done === true;
}
