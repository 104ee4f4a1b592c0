import { Button, Card, Code, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { CopyText } from '../pieces/copy-text';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { When } from '../pieces/when';
import { auditWords as words } from '../words/audit';
import { EventList } from './event-list';
import { Verification } from './verification';

const shownMax = 50;

/** The auditor's room: the logs as they stand, by position, stream or type, and whether they can be believed. */
export function AuditLog() {
  const [state, change] = usePageState();
  const may = useMay();
  const log = state['log'] ?? 'delivery-0';
  const head = useQuery({
    queryKey: ['log', log, 'head'],
    queryFn: ({ signal }) => api('GET /v1/log/{log}/head', { params: { log }, signal }),
    enabled: may('audit'),
  });
  if (!may('audit')) return <Empty title={words.needsAudit} />;
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Stack>
        <Answer of={head}>
          {({ position, epoch, rootHash, at }) => (
            <Card withBorder>
              <Text fw={600}>
                {words.head}: {words.headAt(position, epoch)} · <When at={at} />
              </Text>
              <Group gap="xs">
                <Text size="sm">{words.root}</Text>
                <CopyText text={rootHash} />
              </Group>
              <Verification log={log} head={position} />
            </Card>
          )}
        </Answer>
        <Group align="flex-end">
          <NativeSelect
            label={words.log}
            value={log}
            onChange={(event) =>
              change({ log: event.currentTarget.value, from: undefined, stream: undefined, type: undefined })
            }
            data={Object.entries(words.logs).map(([value, label]) => ({ value, label: `${value}: ${label}` }))}
          />
          <TextInput
            label={words.from}
            inputMode="numeric"
            value={state['from'] ?? ''}
            onChange={(event) => change({ from: event.currentTarget.value.replace(/\D/g, '') })}
          />
          <TextInput
            label={words.stream}
            data-search=""
            defaultValue={state['stream'] ?? ''}
            onChange={(event) => change({ stream: event.currentTarget.value })}
          />
          <TextInput
            label={words.type}
            defaultValue={state['type'] ?? ''}
            onChange={(event) => change({ type: event.currentTarget.value })}
          />
        </Group>
        {head.data !== undefined && <Events log={log} head={head.data.position} />}
      </Stack>
    </>
  );
}

function Events({ log, head }: { log: string; head: number }) {
  const [state, change] = usePageState();
  const { stream, type } = state;
  const isFiltered = Boolean(stream ?? type);
  // Positions are contiguous, so the newest page begins a page before the head; with a filter the log is read from its beginning.
  const first =
    state['from'] === undefined
      ? isFiltered
        ? 1
        : Math.max(1, head - shownMax + 1)
      : Math.max(1, Number(state['from']));
  const query = {
    after: first - 1,
    limit: shownMax,
    stream,
    type: /^[A-Z][A-Za-z]{0,99}$/.test(type ?? '') ? type : undefined,
  };
  const events = useQuery({
    queryKey: ['log', log, 'events', query],
    queryFn: ({ signal }) => api('GET /v1/log/{log}/events', { params: { log }, query, signal }),
  });
  return (
    <Answer of={events}>
      {({ items, nextAfter }) => (
        <Stack>
          <Group>
            <Button
              variant="default"
              size="xs"
              disabled={first <= 1}
              onClick={() => change({ from: String(Math.max(1, first - shownMax)) })}
            >
              {words.older}
            </Button>
            <Button
              variant="default"
              size="xs"
              disabled={nextAfter === null}
              onClick={() => change({ from: String((nextAfter ?? 0) + 1) })}
            >
              {words.newer}
            </Button>
            <Button variant="default" size="xs" onClick={() => change({ from: undefined })}>
              {words.newest}
            </Button>
            <Text size="sm" c="dimmed">
              <Code>{log}</Code> {items[0]?.position ?? '–'} … {items.at(-1)?.position ?? '–'}
            </Text>
          </Group>
          {items.length === 0 ? <Empty title={words.empty} /> : <EventList events={items.toReversed()} compare />}
        </Stack>
      )}
    </Answer>
  );
}
