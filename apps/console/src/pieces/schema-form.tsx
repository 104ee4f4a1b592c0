import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  JsonInput,
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
import { type ReactNode, useState } from 'react';
import { general } from '../words/general';
import { Icon } from './icons';

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
  faults?: Readonly<Record<string, string>>;
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
  faults: Readonly<Record<string, string>>;
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
    error: faults[pointer],
    name: pointer,
  };
  const textOrNothing = (text: string): void => onChange(text === '' ? undefined : text);
  if (type === 'object' && field.properties !== undefined) return <Nested {...props} />;
  if (type === 'object') return <Pairs {...props} />;
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
  const text = (value as string | undefined) ?? '';
  if (field.enum !== undefined) {
    const data = isRequired || field.default !== undefined ? field.enum : ['', ...field.enum];
    return (
      <NativeSelect
        {...same}
        data={data}
        value={text || String(field.default ?? '')}
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
        ff="monospace"
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
        visibilityToggleButtonProps={{ 'aria-label': `Show ${same.label}` }}
      />
    );
  return (
    <TextInput
      {...same}
      value={text}
      placeholder={exampleOf(field) ?? (field.default === undefined ? undefined : String(field.default))}
      onChange={(event) => textOrNothing(event.currentTarget.value)}
    />
  );
}

/** A field's help; what stands in backticks is code. */
function helpOf({ description }: FieldSchema): ReactNode {
  const parts = description?.split('`') ?? [];
  return parts.length < 2 ? description : parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
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
    </Fieldset>
  );
}

/** An object whose names are free: rows of name and value; JSON where values may be anything. */
function Pairs({ name, field, value, faults, pointer, onChange }: FieldProps) {
  const isText = typeof field.additionalProperties === 'object' && field.additionalProperties.type === 'string';
  const [json, setJson] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [pairs, setPairs] = useState(() => Object.entries((value as Record<string, string> | undefined) ?? {}));
  const label = field.title ?? name;
  if (!isText) {
    const change = (text: string): void => {
      setJson(text);
      if (text.trim() === '') return onChange(undefined);
      try {
        onChange(JSON.parse(text));
      } catch {
        // Half-typed JSON is kept in the field and said there; the last good value stands.
      }
    };
    return (
      <JsonInput
        label={label}
        description={helpOf(field)}
        value={json}
        onChange={change}
        autosize
        minRows={2}
        formatOnBlur
        validationError="This is no JSON yet"
        error={faults[pointer]}
        placeholder={field.examples === undefined ? '{}' : JSON.stringify(field.examples[0])}
      />
    );
  }
  const change = (next: [string, string][]): void => {
    setPairs(next);
    const filled = next.filter(([key]) => key !== '');
    onChange(filled.length === 0 ? undefined : Object.fromEntries(filled));
  };
  return (
    <Fieldset legend={label}>
      {field.description !== undefined && (
        <Text size="xs" c="dimmed" mb="xs">
          {helpOf(field)}
        </Text>
      )}
      <Stack gap="xs">
        {pairs.map(([key, text], at) => (
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput
              aria-label={`${label} ${at + 1}, name`}
              value={key}
              onChange={(event) => change(pairs.with(at, [event.currentTarget.value, text]))}
            />
            <TextInput
              aria-label={`${label} ${at + 1}, value`}
              flex={1}
              value={text}
              onChange={(event) => change(pairs.with(at, [key, event.currentTarget.value]))}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${general.remove} ${key || at + 1}`}
              onClick={() => change(pairs.toSpliced(at, 1))}
            >
              <Icon name="cross" />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setPairs([...pairs, ['', '']])}
        >
          {label}
        </Button>
      </Stack>
    </Fieldset>
  );
}
