import {
  Fieldset,
  Input,
  NativeSelect,
  NumberInput,
  PasswordInput,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { general } from '../words/general';
import { type Faults, faultAt } from './faults';
import { JsonField, PairsField } from './free-fields';

/** What of a JSON Schema our targets' forms use. */
export interface FieldSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: string[];
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, FieldSchema>;
  required?: string[];
  additionalProperties?: boolean | FieldSchema;
  items?: FieldSchema;
  writeOnly?: boolean;
  contentMediaType?: string;
  allOf?: { if?: FieldSchema; then?: FieldSchema }[];
  const?: unknown;
  maxLength?: number;
}

type Value = Record<string, unknown>;

interface SchemaFormProps {
  schema: FieldSchema;
  value: Value;
  onChange: (value: Value) => void;
  /** By JSON pointer below this form: `/auth/username`. */
  faults?: Faults;
  /** Fields to leave out. */
  without?: readonly string[];
  pointer?: string;
}

/** A form out of a JSON Schema: a field for each property, with its title, help and example; faults stand at their field. */
export function SchemaForm({ schema, value, onChange, faults = {}, without = [], pointer = '' }: SchemaFormProps) {
  const required = new Set([...(schema.required ?? []), ...requiredNow(schema, value)]);
  const shown = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !without.includes(name) && isAskedFor(schema, name, value),
  );
  const set = (name: string, next: unknown): void => {
    const { [name]: _, ...others } = value;
    onChange(next === undefined ? others : { ...others, [name]: next });
  };
  return (
    <Stack gap="sm">
      {shown.map(([name, field]) => (
        <Field
          key={name}
          name={name}
          field={field}
          value={value[name]}
          isRequired={required.has(name)}
          faults={faults}
          pointer={`${pointer}/${name}`}
          onChange={(next) => set(name, next)}
        />
      ))}
    </Stack>
  );
}

/** A property that some condition makes required is shown only while that condition holds. */
function isAskedFor(schema: FieldSchema, name: string, value: Value): boolean {
  const conditions = (schema.allOf ?? []).filter((rule) => rule.then?.required?.includes(name));
  return conditions.length === 0 || conditions.some((rule) => holds(rule.if, value));
}

function requiredNow(schema: FieldSchema, value: Value): string[] {
  return (schema.allOf ?? []).flatMap((rule) => (holds(rule.if, value) ? (rule.then?.required ?? []) : []));
}

function holds(condition: FieldSchema | undefined, value: Value): boolean {
  return Object.entries(condition?.properties ?? {}).every(([name, { const: wanted }]) => value[name] === wanted);
}

interface FieldProps {
  name: string;
  field: FieldSchema;
  value: unknown;
  isRequired: boolean;
  faults: Faults;
  pointer: string;
  onChange: (value: unknown) => void;
}

function Field(props: FieldProps) {
  const { name, field, value, isRequired, faults, pointer, onChange } = props;
  const type = Array.isArray(field.type) ? field.type[0] : field.type;
  const same = {
    label: field.title ?? name,
    description: helpOf(field),
    required: isRequired,
    error: withCode(faultAt(faults, pointer, value)),
    name: pointer,
  };
  if (type === 'object' && field.properties !== undefined) return <Nested {...props} />;
  if (type === 'object') {
    const isText = typeof field.additionalProperties === 'object' && field.additionalProperties.type === 'string';
    const free = { label: same.label, help: same.description, value, fault: same.error, onChange };
    return isText ? <PairsField {...free} /> : <JsonField {...free} example={field.examples?.[0]} />;
  }
  if (type === 'array')
    return (
      <TagsInput
        {...same}
        value={(value as string[] | undefined) ?? []}
        onChange={(next) => onChange(next.length === 0 ? undefined : next)}
        placeholder={exampleOf(field)}
        splitChars={[',', ' ', ';']}
        acceptValueOnBlur
      />
    );
  if (type === 'boolean')
    return <Switch {...same} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (type === 'integer' || type === 'number')
    return (
      <NumberInput
        {...same}
        value={(value as number | undefined) ?? ''}
        onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
      />
    );
  return <TextField field={field} text={(value as string | undefined) ?? ''} same={same} onChange={onChange} />;
}

interface TextFieldProps {
  field: FieldSchema;
  text: string;
  /** What every kind of field takes. */
  same: { label: string; description: ReactNode; required: boolean; error: ReactNode; name: string };
  onChange: (value: unknown) => void;
}

/** A text: out of a list, over many lines, hidden, or plain. */
function TextField({ field, text, same, onChange }: TextFieldProps) {
  const textOrNothing = (typed: string): void => onChange(typed === '' ? undefined : typed);
  const fallback = typeof field.default === 'string' ? field.default : '';
  if (field.enum !== undefined) {
    const data = same.required || field.default !== undefined ? field.enum : ['', ...field.enum];
    return (
      <NativeSelect
        {...same}
        data={data}
        value={text || fallback}
        onChange={(event) => textOrNothing(event.currentTarget.value)}
      />
    );
  }
  if (field.contentMediaType !== undefined)
    return (
      <Textarea
        {...same}
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        onChange={(event) => textOrNothing(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    );
  if (field.writeOnly === true)
    return (
      <PasswordInput
        {...same}
        value={text}
        placeholder={exampleOf(field)}
        autoComplete="new-password"
        onChange={(event) => textOrNothing(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': general.show(same.label) }}
      />
    );
  return (
    <TextInput
      {...same}
      value={text}
      placeholder={exampleOf(field) ?? fallback}
      onChange={(event) => textOrNothing(event.currentTarget.value)}
    />
  );
}

const helpOf = ({ description }: FieldSchema): ReactNode => withCode(description);

/** A text of the API; what stands in backticks is code. */
export function withCode(text: string | undefined): ReactNode {
  const parts = text?.split('`') ?? [];
  return parts.length < 2 ? text : parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}

function exampleOf(field: FieldSchema): string | undefined {
  const example = field.examples?.[0];
  if (Array.isArray(example)) return example.join(', ');
  return typeof example === 'string' ? example : undefined;
}

function Nested({ name, field, value, faults, pointer, onChange }: FieldProps) {
  const inner = (value as Value | undefined) ?? (field.default as Value | undefined) ?? {};
  return (
    <Fieldset legend={field.title ?? name}>
      {field.description !== undefined && (
        <Text size="xs" c="dimmed" mb="xs">
          {helpOf(field)}
        </Text>
      )}
      <SchemaForm schema={field} value={inner} onChange={onChange} faults={faults} pointer={pointer} />
      {faults[pointer] !== undefined && <Input.Error mt="xs">{withCode(faults[pointer])}</Input.Error>}
    </Fieldset>
  );
}
