import { type JsonTree, stringifyTree } from '@waybill/contracts/payload/json-tree';
import { compileJson } from './compile-json.js';
import { compileText } from './compile-text.js';
import { escapeLine, type EscapeRule } from './escape.js';
import type { JqEngine } from './jq-engine.js';
import { run } from './run.js';
import { Source } from './source.js';
import {
  type CompiledTemplate,
  outputBytesMax,
  reservedCharacter,
  TemplateFailed,
  type TemplateFault,
  TemplateRefused,
} from './template.js';

export interface Template {
  readonly format: 'json' | 'jq';
  readonly body: string;
}

export interface RenderOptions {
  /** How values of a json template are escaped; default `none`. A jq program writes its strings itself and is not touched. */
  readonly escape?: EscapeRule;
  /** Facts about the notification, found where the payload has no such name; json templates only. */
  readonly context?: JsonTree;
  /** Needed for jq. */
  readonly engine?: JqEngine;
}

export interface Rendered {
  /** The text of one JSON value. */
  readonly text: string;
  /** Paths of tags that the payload does not have. */
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Renders one payload with a template of either format; the result is the text of one JSON value in which no data can look like a secret's placeholder.
 * Refuses with `TemplateRefused` a template with faults and with `TemplateFailed` a payload for which it gives nothing. Same input, same text
 * (jq's `now` excepted). Leaves to the caller to keep the text: a retry sends what was rendered once.
 */
export async function renderTemplate(
  template: Template,
  payload: JsonTree,
  options: RenderOptions = {},
): Promise<Rendered> {
  if (template.format === 'json') return renderJson(template.body, payload, options);
  if (options.engine === undefined) throw new Error('a jq template needs an engine');
  const output = await options.engine.run(checkedSource(template.body), stringifyTree(payload));
  const text = output.replaceAll(reservedCharacter, '\\u27e6');
  if (text.length * 3 > outputBytesMax && new TextEncoder().encode(text).length > outputBytesMax) {
    throw new TemplateFailed('template_limit', `The template gave more than ${outputBytesMax} bytes.`);
  }
  return { text, missing: [], warnings: [] };
}

/** As `renderTemplate` for the json format, without a promise: for the hot path. */
export function renderJson(body: string, payload: JsonTree, options: RenderOptions = {}): Rendered {
  const { text, missing } = run(compiledJson(body), payload, options);
  return { text, missing, warnings: missing.map(missingWarning) };
}

const missingWarning = (path: string): string => `The payload has nothing at ${path}; it was left empty.`;

export interface RenderedLine {
  readonly text: string;
  readonly missing: readonly string[];
  /** The text was longer than asked for. */
  readonly cut: boolean;
}

/** RFC 5322: a line has at most 998 characters. */
export const lineLengthMax = 998;

/**
 * Renders a plain-text template to one line of at most `lengthMax` UTF-16 units (never half a pair): subjects, suppression and correlation keys.
 * Control characters become a blank, so a value can add no header. A key that was cut must not be compared: see `cut`.
 */
export function renderLine(
  body: string,
  payload: JsonTree,
  options: { lengthMax?: number; context?: JsonTree } = {},
): RenderedLine {
  const { text, missing } = run(compiledText(body), payload, options);
  const line = escapeLine(text).replaceAll(reservedCharacter, '[').trim();
  const lengthMax = options.lengthMax ?? lineLengthMax;
  if (line.length <= lengthMax) return { text: line, missing, cut: false };
  const short = line.slice(0, lengthMax);
  return { text: short.isWellFormed() ? short : short.slice(0, -1), missing, cut: true };
}

/** The faults of a template's text, none when it can be used; the answer to "may this be saved?". Never renders. */
export async function checkTemplate(template: Template, engine?: JqEngine): Promise<readonly TemplateFault[]> {
  try {
    if (template.format === 'json') {
      compileJson(template.body);
      return [];
    }
    if (engine === undefined) throw new Error('a jq template needs an engine');
    const faults = await engine.check(checkedSource(template.body));
    return faults.map((fault) => ({ code: 'template_jq_syntax', ...fault }));
  } catch (refused) {
    if (refused instanceof TemplateRefused) return refused.faults;
    throw refused;
  }
}

/** The faults of a plain-text template. */
export function checkLine(body: string): readonly TemplateFault[] {
  try {
    compileText(body);
    return [];
  } catch (refused) {
    if (refused instanceof TemplateRefused) return refused.faults;
    throw refused;
  }
}

function checkedSource(program: string): string {
  const source = new Source(program);
  const reserved = program.indexOf(reservedCharacter);
  if (reserved >= 0)
    source.refuse('template_reserved_character', 'The character U+27E6 is reserved for secrets.', reserved);
  return program;
}

/** Compiled templates by text; the oldest goes when a new one finds the memory full. At 32 KiB a template this is at most some 100 MiB, usually 1. */
const compiledMax = 1000;

function remember(compile: (body: string) => CompiledTemplate): (body: string) => CompiledTemplate {
  const compiled = new Map<string, CompiledTemplate>();
  return (body) => {
    const known = compiled.get(body);
    if (known !== undefined) return known;
    const fresh = compile(body);
    if (compiled.size >= compiledMax) compiled.delete(compiled.keys().next().value as string);
    compiled.set(body, fresh);
    return fresh;
  };
}

const compiledJson = remember(compileJson);
const compiledText = remember(compileText);
