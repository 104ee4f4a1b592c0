/** A type of notification that every tenant has without describing it. */
export interface BuiltInType {
  readonly type: string;
  readonly title: string;
  /** JSON Schema 2020-12. Names and kinds of what is known; a publisher may send more. */
  readonly schema: Record<string, unknown>;
  /** What a connector is tested and previewed with; it fits the schema. */
  readonly sample: Record<string, unknown>;
  /** Always false: a payload that does not fit is accepted with a warning, unless a tenant says otherwise. */
  readonly strict: boolean;
}

type Schema = Record<string, unknown>;

/** Short words for the schemas of the four types. A description is shown beside the field in the template editor. */
export const text = (description: string): Schema => ({ type: ['string', 'null'], description });
export const number = (description: string): Schema => ({ type: ['number', 'null'], description });
export const flag = (description: string): Schema => ({ type: ['boolean', 'null'], description });
/** Values that the original is known to send; others are left to come, so they are examples and no enumeration. */
export const word = (description: string, ...examples: string[]): Schema => ({
  type: ['string', 'null'],
  description,
  examples,
});
export const list = (description: string, items: Schema): Schema => ({ type: ['array', 'null'], description, items });
export const object = (
  description: string,
  properties: Record<string, Schema>,
  required: readonly string[] = [],
): Schema => ({
  type: required.length === 0 ? ['object', 'null'] : 'object',
  description,
  properties,
  ...(required.length === 0 ? {} : { required: [...required] }),
});
/** The whole payload. */
export const payload = (title: string, properties: Record<string, Schema>, required: readonly string[]): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title,
  type: 'object',
  properties,
  required: [...required],
});
