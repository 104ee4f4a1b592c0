import { z } from 'zod';
import { timeSchema } from './fields.js';

/** A moment that somebody wants to see again: a time, or a position of the log that the answer is folded from. */
export const momentSchema = z
  .union([timeSchema, z.string().regex(/^(0|[1-9]\d{0,14})$/)])
  .describe('A time (RFC 3339), or a position of the log of the service that keeps it; 0 is before the first event');

/** Whether an event was recorded by that moment, itself included. */
export function isBy({ position, at }: { readonly position: number; readonly at: string }, moment: string): boolean {
  return /^\d+$/.test(moment) ? position <= Number(moment) : Date.parse(at) <= Date.parse(moment);
}
