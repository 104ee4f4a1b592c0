/**
 * Codes of refusals (422 where `problem-codes.ts` says nothing else) and of the entries of `errors` of a problem: what is wrong with
 * one part of what was sent. Entries also carry the code of a JSON Schema keyword (`schema_required`) or of a field's own check
 * (`invalid_type`, `too_big`, `invalid_format`), whose message says the rest.
 */
export const faultCodes = {
  required: 'The field is missing.',
  invalid: 'The field does not fit; the message says how.',
  text_unstorable:
    'The text holds U+0000, or half of a letter (a lone surrogate), which no text that is kept can hold.',
  url_invalid: 'The URL cannot be used as it is written; the message says what to write.',
  address_invalid: 'This is not one e-mail address.',
  header_forbidden: 'This header belongs to the connection or to Waybill and cannot be set.',
  auth_invalid: 'The kind of authentication and its fields do not fit together.',
  pem_invalid: 'This is not a certificate or key in PEM that can be read.',
  secret_invalid: 'The secret does not have the form that the target takes.',
  secret_key_missing: "The version of the secrets key that sealed it is not configured (the operator's task).",
  secret_tampered: "A sealed secret does not open: it was changed, or put in another connector's place.",
  schema_invalid: 'The schema of the notification type is not a JSON Schema that can be used.',
  schema_unchecked:
    'A warning: the payload was not checked, because the schema of its type cannot be used or takes longer than 50 ms.',
  key_incomplete:
    'A warning: a key of a subscription asks for what the notification does not have. A correlation key is none then; a suppression key counts with what is there.',
  sample_unknown: 'The type has no sample, so a payload must be given.',
  filter_invalid: 'The filter cannot be used; pointer and message say where and why.',
  last_event_id_invalid: '`Last-Event-ID` is none that the live feed gave.',
  deadline_not_passed: 'The attempt may still be under way.',
  job_over: 'The job has ended.',
  job_paused: 'The job is paused.',
  legal_hold: 'A legal hold keeps the payload.',
  template_too_large: 'The template is longer than 32 KiB.',
  template_invalid_json: 'The text of the template is not JSON.',
  template_duplicate_key: 'A key stands twice in one object of the template.',
  template_too_deep: 'Sections or containers of the template lie too deep in each other.',
  template_tag_unclosed: 'A tag is opened with {{ and not closed.',
  template_tag_unsupported: 'A tag of a kind that templates do not have (partials, delimiters, {{{).',
  template_tag_misplaced: 'A tag stands where none can be filled in.',
  template_path_invalid: 'A path in a tag cannot be read.',
  template_section_unclosed: 'A section has no end.',
  template_section_crossed: 'Two sections end in the wrong order.',
  template_too_many_tags: 'The template has more than 500 tags.',
  template_reserved_character: 'The template holds a character that marks the place of a secret.',
  template_jq_syntax: 'The jq program cannot be compiled; the message is that of jq.',
} as const satisfies Record<string, string>;
