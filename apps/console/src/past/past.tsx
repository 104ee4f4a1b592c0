import { Alert, Autocomplete, Button, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { deliveriesQuery } from '../api/queries';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { pastWords as words } from '../words/past';
import { kindOf } from './moment';
import { TimeSlider } from './time-slider';
import { Thing } from './thing';

/** A page of what was there; more than this are the API's to tell. */
const shownMax = 200;
const recentShown = 20;

/** The system as it was: a moment, what was configured then, and one thing in full. */
export function Past() {
  const [state] = usePageState();
  const may = useMay();
  if (!may('audit') || !may('read')) return <Empty title={words.needsAudit} />;
  const { at, id } = state;
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Stack gap="lg">
        <TimeSlider />
        {at !== undefined && <Alert variant="light" color="blue" role="status" title={words.watermark(at)} />}
        <Grid>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Connectors at={at} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Subscriptions at={at} />
          </Grid.Col>
        </Grid>
        <DeliveryChoice />
        {id !== undefined && kindOf(id) !== null && <Thing key={id} id={id} at={at} />}
      </Stack>
    </>
  );
}

interface Row {
  id: string;
  name: string;
  version: number;
  state: string;
}

function Connectors({ at }: { at: string | undefined }) {
  const then = useQuery({
    queryKey: ['connectors', 'then', at],
    queryFn: ({ signal }) => api('GET /v1/connectors', { query: { limit: shownMax, at }, signal }),
  });
  return (
    <Answer of={then}>
      {({ items, nextCursor }) => (
        <Rows
          title={words.connectors(items.length)}
          rows={items.map(({ id, name, version, status }) => ({ id, name, version, state: status }))}
          isCut={nextCursor !== null}
        />
      )}
    </Answer>
  );
}

function Subscriptions({ at }: { at: string | undefined }) {
  const then = useQuery({
    queryKey: ['subscriptions', 'then', at],
    queryFn: ({ signal }) => api('GET /v1/subscriptions', { query: { limit: shownMax, at }, signal }),
  });
  return (
    <Answer of={then}>
      {({ items, nextCursor }) => (
        <Rows
          title={words.subscriptions(items.length)}
          rows={items.map(({ id, name, version, enabled }) => ({
            id,
            name,
            version,
            state: enabled ? 'enabled' : 'disabled',
          }))}
          isCut={nextCursor !== null}
        />
      )}
    </Answer>
  );
}

function Rows({ title, rows, isCut }: { title: string; rows: Row[]; isCut: boolean }) {
  const [state, change] = usePageState();
  const { columns } = words;
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {rows.length === 0 ? (
        <Text c="dimmed">{words.none}</Text>
      ) : (
        <Table.ScrollContainer minWidth={420} maxHeight={320}>
          <Table stickyHeader aria-label={title}>
            <Table.Thead>
              <Table.Tr>
                {Object.values(columns).map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ id, name, version, state: was }) => (
                <Table.Tr key={id}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    <Status of={was} size="sm" />
                  </Table.Td>
                  <Table.Td>{version}</Table.Td>
                  <Table.Td>
                    {state['id'] === id ? (
                      words.looked
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={words.look(name)}
                        onClick={() => change({ id })}
                      >
                        {columns.look}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {isCut && (
        <Text size="sm" c="dimmed">
          {words.more}
        </Text>
      )}
    </>
  );
}

function DeliveryChoice() {
  const [state, change] = usePageState();
  const chosen = kindOf(state['id'] ?? '') === 'dlv' ? (state['id'] ?? '') : '';
  const [typed, setTyped] = useState(chosen);
  const recent = useInfiniteQuery(deliveriesQuery({}, recentShown)).data?.pages[0]?.items ?? [];
  const id = typed.trim();
  const isWrong = id !== '' && kindOf(id) !== 'dlv';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (id !== '' && !isWrong) change({ id });
      }}
    >
      <Group align="flex-end">
        <Autocomplete
          label={words.delivery}
          description={words.deliveryHelp}
          data-search=""
          w={360}
          maw="100%"
          value={typed}
          onChange={setTyped}
          data={recent.map((one) => one.id)}
          error={isWrong && words.deliveryWrong}
        />
        <Button type="submit" variant="default">
          {words.open}
        </Button>
      </Group>
    </form>
  );
}
