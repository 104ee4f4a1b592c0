import { Button, Grid, Stack, Text, Textarea } from '@mantine/core';
import type { Filter } from '../api/shapes';
import { useState } from 'react';
import { subscriptionWords as words } from '../words/subscriptions';
import { FilterNode } from './filter-builder';
import { emptyFilter, filterIn } from './filter-tree';

interface FilterEditorProps {
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
  paths: readonly string[];
  error?: string | undefined;
}

/** A filter as conditions and as text, in step: each shows what the other says, as soon as it says something whole. */
export function FilterEditor({ filter, onChange, paths, error }: FilterEditorProps) {
  const [text, setText] = useState<string | null>(null);
  if (filter === null)
    return (
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{words.filterNone}</Text>
        <Button variant="default" size="xs" onClick={() => onChange(emptyFilter)}>
          {words.addFilter}
        </Button>
      </Stack>
    );
  const change = (next: Filter): void => {
    setText(null);
    onChange(next);
  };
  const type = (typed: string): void => {
    const read = filterIn(typed);
    setText(typed);
    if (read !== null) onChange(read);
  };
  const shown = text ?? JSON.stringify(filter, null, 2);
  const isWhole = filterIn(shown) !== null;
  return (
    <Stack gap="xs">
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Text size="sm" fw={600} mb="xs">
            {words.tree}
          </Text>
          <FilterNode node={filter} onChange={change} paths={paths} place="1" />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Textarea
            label={words.text}
            value={shown}
            onChange={(event) => type(event.currentTarget.value)}
            autosize
            minRows={6}
            maxRows={24}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
            error={isWhole ? error : words.textInvalid}
          />
        </Grid.Col>
      </Grid>
      <Button variant="default" size="xs" w="fit-content" onClick={() => onChange(null)}>
        {words.removeFilter}
      </Button>
    </Stack>
  );
}
