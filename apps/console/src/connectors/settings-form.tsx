import { Card, Grid, Stack, Text, TextInput, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { Connector, Target } from '../api/shapes';
import { Actor } from '../pieces/actor';
import { type Faults, faultsBelow } from '../pieces/faults';
import { type FieldSchema, SchemaForm } from '../pieces/schema-form';
import { When } from '../pieces/when';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { type Draft, secretsAskedFor } from './draft';

const Markdown = lazy(async () => ({ default: (await import('../pieces/markdown')).Markdown }));

interface SettingsFormProps {
  target: Target;
  draft: Draft;
  onChange: (draft: Draft) => void;
  faults: Faults;
  /** The secrets that are stored already, by name. */
  stored?: Connector['secrets'];
}

/** Name, settings and secrets of a connector, with the target's own help beside them. */
export function SettingsForm({ target, draft, onChange, faults, stored = {} }: SettingsFormProps) {
  const form = target.form as FieldSchema;
  const hasConfig = Object.keys(form.properties ?? {}).length > 0;
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <TextInput
            label={general.name}
            description={words.wizard.nameHelp}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
            error={faults['/name']}
            required
          />
          {hasConfig && (
            <SchemaForm
              schema={form}
              value={draft.config}
              onChange={(config) => onChange({ ...draft, config })}
              faults={faultsBelow(faults, '/config')}
            />
          )}
          <Secrets target={target} draft={draft} onChange={onChange} faults={faults} stored={stored} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Card withBorder component="aside" aria-label={words.wizard.help}>
          <Text fw={700}>{words.wizard.help}</Text>
          <Suspense>
            <Markdown text={target.help} />
          </Suspense>
        </Card>
      </Grid.Col>
    </Grid>
  );
}

function Secrets({ target, draft, onChange, faults, stored = {} }: SettingsFormProps) {
  const schema = described(target.secrets, stored);
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 0) return null;
  const asked = secretsAskedFor(target.id, draft.config);
  const first = asked.length === 0 && target.id !== 'email' ? names : asked;
  const further = names.filter((name) => !first.includes(name));
  const same = {
    schema: Object.keys(stored).length > 0 ? { ...schema, required: [] } : schema,
    value: draft.secrets,
    onChange: (secrets: Record<string, unknown>) => onChange({ ...draft, secrets: secrets as Record<string, string> }),
    faults: faultsBelow(faults, '/secrets'),
  };
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        {words.wizard.secretsTitle}
      </Title>
      <Text size="sm" c="dimmed">
        {words.wizard.secretsLead}
      </Text>
      {Object.entries(stored).map(([name, { setAt, setBy }]) => (
        <Text key={name} size="sm">
          {schema.properties?.[name]?.title ?? name}: {words.secretSet} <When at={setAt} /> {words.secretBy}{' '}
          <Actor of={setBy} />
        </Text>
      ))}
      <SchemaForm {...same} without={further} />
      {further.length > 0 && (
        <details>
          <summary>{words.wizard.moreSecrets}</summary>
          <SchemaForm {...same} without={names.filter((name) => !further.includes(name))} />
        </details>
      )}
    </Stack>
  );
}

/** A stored secret says that leaving its field empty keeps it. */
function described(schema: FieldSchema, stored: Connector['secrets']): FieldSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    name in stored ? { ...field, description: `${field.description ?? ''} ${words.keep}` } : field,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, FieldSchema> };
}
