import { meaningOfReason } from '@waybill/contracts/codes/end-reasons';
import { nextSteps } from './next-steps';

/** A reason code in plain words; a code that nobody explains stands for itself, and so do the words of a person. */
export function reasonWords(code: string | null | undefined): string {
  if (code === null || code === undefined || code === '') return '';
  return meaningOfReason(code) ?? (/^[a-z]+(_[a-z]+)+$/.test(code) ? code.replaceAll('_', ' ') : code);
}

/** What to do about it; null where nothing needs to be done, or nobody knows the code. */
export function reasonNext(code: string | null | undefined): string | null {
  if (code === null || code === undefined || !Object.hasOwn(nextSteps, code)) return null;
  return nextSteps[code as keyof typeof nextSteps];
}
