import { ActionIcon, Button, Fieldset, Group, Input, JsonInput, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { general } from '../words/general';
import { Icon } from './icons';

interface FreeFieldProps {
  label: string;
  help: ReactNode;
  value: unknown;
  fault: ReactNode;
  onChange: (value: unknown) => void;
}

/** An object whose names and values are free, as JSON. What is no JSON yet is given as it was typed: the API refuses it, where the last good value would be saved in its place. */
export function JsonField({ label, help, value, fault, onChange, example }: FreeFieldProps & { example: unknown }) {
  const [json, setJson] = useState(() => jsonOf(value));
  const change = (text: string): void => {
    setJson(text);
    if (text.trim() === '') return onChange(undefined);
    try {
      onChange(JSON.parse(text));
    } catch {
      onChange(text);
    }
  };
  return (
    <JsonInput
      label={label}
      description={help}
      value={json}
      onChange={change}
      autosize
      minRows={2}
      formatOnBlur
      validationError={general.noJson}
      error={fault}
      placeholder={example === undefined ? '{}' : JSON.stringify(example)}
    />
  );
}

function jsonOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** An object whose names are free and whose values are texts: a row each. */
export function PairsField({ label, help, value, fault, onChange }: FreeFieldProps) {
  const [pairs, setPairs] = useState(() => Object.entries((value as Record<string, string> | undefined) ?? {}));
  const change = (next: [string, string][]): void => {
    setPairs(next);
    const filled = next.filter(([key]) => key !== '');
    onChange(filled.length === 0 ? undefined : Object.fromEntries(filled));
  };
  return (
    <Fieldset legend={label}>
      {help !== undefined && (
        <Text size="xs" c="dimmed" mb="xs">
          {help}
        </Text>
      )}
      <Stack gap="xs">
        {pairs.map(([key, text], at) => (
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput
              aria-label={`${label} ${at + 1}, ${general.name}`}
              value={key}
              onChange={(event) => change(pairs.with(at, [event.currentTarget.value, text]))}
            />
            <TextInput
              aria-label={`${label} ${at + 1}, ${general.value}`}
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
        {fault !== undefined && <Input.Error>{fault}</Input.Error>}
      </Stack>
    </Fieldset>
  );
}
