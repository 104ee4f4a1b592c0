import { faultCodes } from '@waybill/contracts/codes/fault-codes';
import type { ProblemError } from '@waybill/contracts/problem';
import { isStorable, maybeUnstorable, unstorableAt } from '@waybill/contracts/text/storable';
import { Invalid } from './problems.js';

/** So many places of one body are named; whoever sends more has made the same mistake in all of them. */
export const unstorablePlacesMax = 100;

/** A notification passes as its publisher wrote it: its payload is kept sealed and stands in no row. */
const passesUnchanged = (pointer: string): boolean => pointer === '/payload';

/**
 * Refuses (`Invalid`) a body in which a text or the name of a member cannot be stored, except within its payload: what is kept of it could
 * be shown to nobody as it is. `json` is its text, which nearly always tells at once.
 */
export function refuseUnstorable(json: string, value: unknown): void {
  if (!maybeUnstorable(json)) return;
  const errors: ProblemError[] = [];
  for (const pointer of unstorableAt(value, passesUnchanged)) {
    if (errors.push(unstorableFault(pointer)) === unstorablePlacesMax) break;
  }
  if (errors.length > 0) throw new Invalid(errors);
}

/** As `refuseUnstorable`, for one text that is no part of a JSON value. */
export function refuseUnstorableText(pointer: string, text: string): void {
  if (!isStorable(text)) throw new Invalid([unstorableFault(pointer)]);
}

const unstorableFault = (pointer: string): ProblemError => ({
  pointer,
  code: 'text_unstorable',
  message: faultCodes.text_unstorable,
});
