import { Refused } from '@waybill/decider/decider';
import { checkLine, renderLine } from '@waybill/template/render';
import type { CompileKey } from './route-table.js';

/** A key names a thing; what is longer is a text. PagerDuty's dedup key, the shortest a target takes, has 255 characters. */
export const keyCharactersMax = 512;

/** Renders the key template of a subscription; it was checked when the subscription was saved. */
export const compileKey: CompileKey = (source) => (payload) =>
  renderLine(source, payload, { lengthMax: keyCharactersMax }).text;

/** Refuses a key template with faults, with its place in words and the pointer of the field. */
export function checkKey(source: string, pointer: string): void {
  const fault = checkLine(source)[0];
  if (fault)
    throw new Refused('template_invalid', `${fault.message} (line ${fault.line}, column ${fault.column})`, pointer);
}
