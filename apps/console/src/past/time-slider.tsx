import { Box, Button, Group, Slider, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { usePageState } from '../app/search';
import { pastWords as words } from '../words/past';
import { around, readTime, tellerOf } from './moment';

/** As many places as a slider of a screen's width can tell apart. */
const places = 1_000;
/** Of the newest changes; older moments are reached by the slider or by typing. */
const changesMax = 1_000;
const isoOf = (ms: number): string => new Date(ms).toISOString();

/** Chooses a moment: by sliding, by typing it exactly, or from change to change. */
export function TimeSlider() {
  const [state, change] = usePageState();
  const [openedMs] = useState(() => Date.now());
  const begun = useBeginning();
  const atMs = state['at'] === undefined ? openedMs : Date.parse(state['at']);
  const [sliding, setSliding] = useState<number | null>(null);
  const events = useChanges(state['id']);
  const { before, after } = around(events, atMs);
  const startMs = Math.min(begun ?? openedMs - 1, openedMs - 1);
  const shownMs = Math.min(Math.max(sliding ?? atMs, startMs), openedMs);
  return (
    <Box>
      <Text size="sm" fw={600} id="moment">
        {words.moment}: <time dateTime={isoOf(shownMs)}>{isoOf(sliding ?? atMs)}</time>
      </Text>
      <Slider
        min={startMs}
        max={openedMs}
        step={Math.max(1, Math.floor((openedMs - startMs) / places))}
        value={shownMs}
        label={null}
        thumbLabel={words.moment}
        onChange={setSliding}
        onChangeEnd={(ms) => {
          setSliding(null);
          change({ at: ms >= openedMs ? undefined : isoOf(ms) });
        }}
        my="sm"
      />
      <Group align="flex-end">
        <Exactly at={state['at']} onChange={(at) => change({ at })} />
        <Button variant="default" disabled={before === undefined} onClick={() => change({ at: before })}>
          {words.before}
        </Button>
        <Button variant="default" disabled={after === undefined} onClick={() => change({ at: after })}>
          {words.after}
        </Button>
        <Button variant="default" disabled={state['at'] === undefined} onClick={() => change({ at: undefined })}>
          {words.now}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {tellerOf(state['id'] ?? '') === null ? words.stepsOf.all : words.stepsOf.thing}
      </Text>
    </Box>
  );
}

function Exactly({ at = '', onChange }: { at: string | undefined; onChange: (at: string | undefined) => void }) {
  const [typed, setTyped] = useState(at);
  useEffect(() => setTyped(at), [at]);
  const read = readTime(typed);
  const isWrong = typed !== '' && read === null;
  const take = (): void => {
    if (!isWrong && (read ?? '') !== at) onChange(read ?? undefined);
  };
  return (
    <TextInput
      label={words.exact}
      description={words.exactHelp}
      value={typed}
      w={260}
      spellCheck={false}
      error={isWrong && words.exactWrong}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

/** When the first thing of this tenant was recorded. */
function useBeginning(): number | null {
  const first = useQuery({
    queryKey: ['log', 'registry-0', 'first'],
    queryFn: ({ signal }) =>
      api('GET /v1/log/{log}/events', { params: { log: 'registry-0' }, query: { limit: 1 }, signal }),
    staleTime: Infinity,
  }).data?.items[0];
  return first === undefined ? null : Date.parse(first.at);
}

/** The changes that the steps go through: those of the chosen thing, else the newest of the registry. */
function useChanges(id: string | undefined): { at: string }[] {
  const teller = tellerOf(id ?? '');
  const log = teller?.log ?? 'registry-0';
  const head = useQuery({
    queryKey: ['log', log, 'head'],
    queryFn: ({ signal }) => api('GET /v1/log/{log}/head', { params: { log }, signal }),
  }).data?.position;
  const after = teller === null ? Math.max(0, (head ?? 0) - changesMax) : 0;
  const events = useQuery({
    queryKey: ['log', log, 'changes', teller?.stream, after],
    queryFn: ({ signal }) =>
      api('GET /v1/log/{log}/events', {
        params: { log },
        query: { after, limit: changesMax, stream: teller?.stream },
        signal,
      }),
    enabled: head !== undefined,
  });
  return events.data?.items ?? [];
}
