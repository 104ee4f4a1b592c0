import type { JsonPath } from '@waybill/contracts/payload/json-tree';

export {
  type FaultCode,
  outputBytesMax,
  TemplateFailed,
  type TemplateFault,
  TemplateRefused,
} from '@waybill/contracts/rendering/template-fault';

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
/** Tags run, array elements joined and blocks of 256 characters written in one rendering. */
export const stepsMax = 100_000;

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
