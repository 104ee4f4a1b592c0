import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { connectorsQuery, facetsQuery, namesOf, subscriptionsQuery } from '../api/queries';
import type { DeliveryFacets } from '../api/shapes';
import { usePageState } from '../app/search';
import { statusWords } from '../words/general';
import { deliveryWords } from '../words/deliveries';

const words = deliveryWords.facets;
const facetNames = ['status', 'connectorId', 'type'] as const;
type FacetName = (typeof facetNames)[number];
/** More choices than a line holds are behind a button. */
const shownMax = 6;

/** How many deliveries each choice would show, with the other filters as they are; a click chooses it, a second one lets it go. */
export function Facets({ filters }: { filters: Record<string, string | undefined> }) {
  const counts = useQuery(facetsQuery(filters)).data;
  const connectors = useQuery(connectorsQuery()).data?.items;
  const subscriptions = useQuery(subscriptionsQuery()).data?.items;
  const names = namesOf(connectors, subscriptions);
  if (counts === undefined || (counts.counted === 0 && facetNames.every((name) => counts.facets[name].length === 0)))
    return null;
  return (
    <Stack gap={6} mb="md" component="section" aria-label={words.title}>
      {facetNames.map((name) => (
        <Facet key={name} name={name} choices={counts.facets[name]} names={names} />
      ))}
      <Text size="xs" c="dimmed" role="status">
        {counts.complete ? words.counted(counts.counted) : words.countedNewest(counts.counted)}
      </Text>
    </Stack>
  );
}

interface FacetProps {
  name: FacetName;
  choices: DeliveryFacets['facets'][FacetName];
  names: ReadonlyMap<string, string>;
}

function Facet({ name, choices, names }: FacetProps) {
  const [state, change] = usePageState();
  const [isWhole, setWhole] = useState(false);
  const chosen = state[name];
  const shown = isWhole ? choices : choices.slice(0, shownMax);
  if (choices.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={words[name]}>
      <Text size="xs" c="dimmed" w={80}>
        {words[name]}
      </Text>
      {shown.map(({ value, count }) => (
        <Button
          key={value}
          size="compact-xs"
          variant={chosen === value ? 'filled' : 'default'}
          aria-pressed={chosen === value}
          onClick={() => change({ [name]: chosen === value ? undefined : value })}
        >
          {labelOf(name, value, names)} · {count.toLocaleString('en')}
        </Button>
      ))}
      {shown.length < choices.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          {words.more(choices.length - shown.length)}
        </Button>
      )}
    </Group>
  );
}

function labelOf(name: FacetName, value: string, names: ReadonlyMap<string, string>): string {
  if (name === 'status') return statusWords[value as keyof typeof statusWords] ?? value;
  return names.get(value) ?? value;
}
