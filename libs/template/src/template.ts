import type { JsonPath } from '@waybill/contracts/payload/json-tree';

/** The bounds of a template and of one rendering. Numbers of reliability-security.md section 4; each has a test at the bound and one past it. */
export const templateBytesMax = 32 * 1024;
export const tagsMax = 500;
/** Sections inside each other. */
export const sectionDepthMax = 16;
/** Containers inside each other in the template itself; as for payloads. */
export const templateDepthMax = 32;
/** Steps of one path; a payload is 32 deep. */
export const pathSegmentsMax = 32;
/** Turns of all sections of one rendering together, empty bodies counted too. */
export const turnsMax = 10_000;
/** Tags run and array elements joined in one rendering. */
export const stepsMax = 100_000;
/** UTF-8 bytes of what one rendering gives. */
export const outputBytesMax = 256 * 1024;

export type FaultCode =
  | 'template_too_large'
  | 'template_invalid_json'
  | 'template_duplicate_key'
  | 'template_too_deep'
  | 'template_tag_unclosed'
  | 'template_tag_unsupported'
  | 'template_tag_misplaced'
  | 'template_path_invalid'
  | 'template_section_unclosed'
  | 'template_section_crossed'
  | 'template_too_many_tags'
  | 'template_reserved_character'
  | 'template_jq_syntax'
  | 'template_limit';

/** One thing wrong with a template's text. Lines and columns count from 1 (columns in UTF-16 units); 0 where the place is not known. */
export interface TemplateFault {
  readonly code: FaultCode;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The template's text is refused; shown to the user beside the text, never retried. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
  constructor(readonly faults: readonly TemplateFault[]) {
    super(faults.map((fault) => `${fault.line}:${fault.column} ${fault.message}`).join('; '));
  }
}

/**
 * A template that compiles gave nothing for this payload: `template_limit` (a budget or the time ran out), `template_failed` (jq's own
 * error, no output, more than one). The same payload fails again, so a delivery ends with it.
 */
export class TemplateFailed extends Error {
  override readonly name = 'TemplateFailed';
  constructor(
    readonly code: 'template_limit' | 'template_failed',
    message: string,
  ) {
    super(message);
  }
}

/** A compiled template is a list of these; json and text templates run by the same interpreter (`run.ts`). */
export interface Op {
  readonly kind: 'literal' | 'text' | 'typed' | 'section' | 'inverted';
  /** Of a literal: what is written as it stands. */
  readonly text: string;
  /** Of everything else; null is `{{.}}`, the innermost context. */
  readonly path: JsonPath | null;
  /** The nearest key above the tag, by which an escape rule chooses; empty in a text template. */
  readonly landing: string;
  readonly body: readonly Op[];
}

export interface CompiledTemplate {
  readonly kind: 'json' | 'text';
  readonly ops: readonly Op[];
}

/** Opens a secret's placeholder (`placeholder` in libs/targets); neither a template nor data may bring it into a request. */
export const reservedCharacter = '\u27e6';
