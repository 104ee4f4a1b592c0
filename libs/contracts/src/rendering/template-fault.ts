/** Words of rendering that libs/template and the threads that run jq (libs/service-kit/src/jq) must agree on. */

import { payloadBytesMax } from '../payload/json-text.js';

/** What a template may write around the largest payload; the default templates of a webhook need less than 1 KiB. */
export const wrappingBytesMax = 16 * 1024;

/** UTF-8 bytes of what one rendering gives: whatever may be published can be sent whole (IN-29). */
export const outputBytesMax = payloadBytesMax + wrappingBytesMax;

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
  | 'template_jq_syntax';

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
