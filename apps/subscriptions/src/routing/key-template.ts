import { createHash } from 'node:crypto';
import { Refused } from '@waybill/decider/decider';
import { factsTree } from '@waybill/subscription/look';
import { checkLine, renderLine } from '@waybill/template/render';
import type { CompileKey } from './route-table.js';

/** A key names a thing; what is longer is a text. PagerDuty's dedup key, the shortest a target takes, has 255 characters. */
export const keyCharactersMax = 512;

/** Of the digest that ends a key which was too long: 128 bits. */
const digestCharacters = 32;

/**
 * Renders the key template of a subscription, which sees what its filter sees; it was checked when the subscription was saved. A key that is too long ends in a digest of
 * the whole instead of its own end, so that two that begin alike are still two: one cut short would suppress or merge what is not the same.
 */
export const compileKey: CompileKey =
  (source) =>
  ({ facts, payload }) => {
    const options = { lengthMax: Number.MAX_SAFE_INTEGER, context: factsTree(facts) };
    const { text, missing } = renderLine(source, payload, options);
    return { text: text.length <= keyCharactersMax ? text : shortened(text), missing };
  };

function shortened(text: string): string {
  const head = text.slice(0, keyCharactersMax - digestCharacters - 1);
  const digest = createHash('sha256').update(text, 'utf8').digest('hex').slice(0, digestCharacters);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}~${digest}`;
}

/** Refuses a key template with faults, with its place in words and the pointer of the field. */
export function checkKey(source: string, pointer: string): void {
  const fault = checkLine(source)[0];
  if (fault)
    throw new Refused('template_invalid', `${fault.message} (line ${fault.line}, column ${fault.column})`, pointer);
}
