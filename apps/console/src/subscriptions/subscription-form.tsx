import {
  Anchor,
  Button,
  Grid,
  MultiSelect,
  NumberInput,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { connectorsQuery, typesQuery } from '../api/queries';
import type { Filter, Subscription, SubscriptionCreate } from '../api/shapes';
import { faultsIn } from '../pieces/faults';
import { ProblemNotice } from '../pieces/notice';
import { pathsIn } from '../templates/payload-paths';
import { connectorWords } from '../words/connectors';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';
import { FilterEditor } from './filter-editor';

/** Everything of a subscription that can be entered. */
export type SubscriptionDraft = Required<Pick<SubscriptionCreate, 'name' | 'connectorIds' | 'types' | 'enabled'>> & {
  filter: Filter | null;
  suppression: { minutes: number; key: string | null };
  correlationKey: string | null;
};

export function draftOf(subscription: Subscription): SubscriptionDraft {
  const { name, connectorIds, types, enabled, suppression, correlationKey } = subscription;
  const { minutes, key } = suppression;
  return {
    name,
    connectorIds,
    types,
    enabled,
    filter: subscription.filter as Filter | null,
    suppression: { minutes, key },
    correlationKey,
  };
}

interface SubscriptionFormProps {
  first: SubscriptionDraft;
  onSave: (draft: SubscriptionDraft) => void;
  isSaving: boolean;
  error: unknown;
  readOnly?: boolean;
  /** Told whether something is entered that is not saved. */
  onDirty?: (isDirty: boolean) => void;
}

/** Name, types, connectors, filter and the two keys; used for a new subscription and for a stored one. */
export function SubscriptionForm({ first, onSave, isSaving, error, readOnly = false, onDirty }: SubscriptionFormProps) {
  const [draft, setDraft] = useState(first);
  const change = (changes: Partial<SubscriptionDraft>): void => setDraft({ ...draft, ...changes });
  const isDirty = JSON.stringify(draft) !== JSON.stringify(first);
  useEffect(() => onDirty?.(isDirty), [isDirty]);
  const types = useQuery(typesQuery).data?.items ?? [];
  const paths = useMemo(
    () =>
      types
        .filter(({ type }) => draft.types.includes(type))
        .flatMap(({ sample }) => pathsIn(JSON.stringify(sample ?? {}))),
    [types, draft.types],
  );
  const faults = faultsIn(error, '/patch');
  const parts = { draft, change, faults };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(draft);
      }}
    >
      <Stack gap="lg">
        <What {...parts} types={types.map(({ type }) => type)} />
        <section aria-labelledby="filter">
          <Title order={2} size="h4" id="filter">
            {words.filter}
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            {words.filterLead}
          </Text>
          <FilterEditor
            filter={draft.filter}
            onChange={(filter) => change({ filter })}
            paths={paths}
            error={faults['/filter']}
          />
        </section>
        <Repeats {...parts} />
        <Switch
          label={words.enabled}
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
        {error !== null && <ProblemNotice error={error} />}
        {!readOnly && (
          <Button type="submit" w="fit-content" loading={isSaving}>
            {words.save}
          </Button>
        )}
      </Stack>
    </form>
  );
}

interface PartProps {
  draft: SubscriptionDraft;
  change: (changes: Partial<SubscriptionDraft>) => void;
  faults: Readonly<Record<string, string>>;
}

/** Its name, what it takes and where that goes. */
function What({ draft, change, faults, types }: PartProps & { types: string[] }) {
  return (
    <Grid maw={1100}>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <TextInput
          label={general.name}
          required
          value={draft.name}
          error={faults['/name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <TagsInput
          label={words.types}
          description={words.typesHelp}
          required={draft.types.length === 0}
          data={types}
          value={draft.types}
          onChange={(next) => change({ types: next })}
          error={faults['/types']}
          acceptValueOnBlur
        />
      </Grid.Col>
      <Grid.Col span={12}>
        <ConnectorChoice
          ids={draft.connectorIds}
          onChange={(connectorIds) => change({ connectorIds })}
          error={faults['/connectorIds']}
        />
      </Grid.Col>
    </Grid>
  );
}

/** What counts as a repeat, and what belongs together. */
function Repeats({ draft, change, faults }: PartProps) {
  return (
    <Grid maw={1100}>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <NumberInput
          label={words.suppression}
          min={0}
          max={10_080}
          value={draft.suppression.minutes}
          error={faults['/suppression/minutes']}
          onChange={(minutes) =>
            typeof minutes === 'number' && change({ suppression: { ...draft.suppression, minutes } })
          }
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <TextInput
          label={words.suppressionKey}
          description={words.suppressionKeyHelp}
          value={draft.suppression.key ?? ''}
          error={faults['/suppression/key']}
          onChange={(event) =>
            change({ suppression: { ...draft.suppression, key: event.currentTarget.value || null } })
          }
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <TextInput
          label={words.correlationKey}
          description={words.correlationKeyHelp}
          value={draft.correlationKey ?? ''}
          error={faults['/correlationKey']}
          onChange={(event) => change({ correlationKey: event.currentTarget.value || null })}
        />
      </Grid.Col>
    </Grid>
  );
}

interface ConnectorChoiceProps {
  ids: string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}

function ConnectorChoice({ ids, onChange, error }: ConnectorChoiceProps) {
  const connectors = useQuery(connectorsQuery()).data?.items;
  if (connectors?.length === 0)
    return (
      <Text size="sm">
        {words.noConnectors}{' '}
        <Anchor component={Link} to="/connectors/new" size="sm">
          {connectorWords.create}
        </Anchor>
      </Text>
    );
  return (
    <MultiSelect
      label={words.connectors}
      description={words.connectorsHelp}
      required={ids.length === 0}
      searchable
      data={(connectors ?? []).map(({ id, name, target }) => ({ value: id, label: `${name} (${target})` }))}
      value={ids}
      onChange={onChange}
      error={error}
    />
  );
}
