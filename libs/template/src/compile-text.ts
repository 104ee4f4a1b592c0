import { Segments } from './segments.js';
import { Source } from './source.js';
import { type CompiledTemplate, reservedCharacter } from './template.js';

/**
 * Compiles a plain-text template: an e-mail subject, a suppression key, a correlation key. The same tags as in json templates, no JSON around.
 * Refuses (throws `TemplateRefused` with line and column) what has a fault.
 */
export function compileText(text: string): CompiledTemplate {
  const source = new Source(text);
  const segments = new Segments(source);
  const reserved = text.indexOf(reservedCharacter);
  if (reserved >= 0) segments.refuseReserved(reserved);
  let at = 0;
  for (let tag = text.indexOf('{{'); tag >= 0; tag = text.indexOf('{{', at)) {
    segments.literal(text.slice(at, tag));
    at = segments.tag(tag);
  }
  segments.literal(text.slice(at));
  segments.checkClosed(0);
  return { kind: 'text', ops: segments.finish() };
}
