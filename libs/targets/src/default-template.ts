import type { DefaultTemplate } from './target.js';

/** A json template written as ordinary values, laid out for the person who is going to change it. */
export function jsonTemplate(shape: unknown): DefaultTemplate {
  return { format: 'json', body: JSON.stringify(shape, null, 2) };
}

export function jqTemplate(program: string): DefaultTemplate {
  return { format: 'jq', body: program.trim() };
}
