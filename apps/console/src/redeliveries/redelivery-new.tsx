import { Alert, Badge, Button, Card, Group, Radio, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import type { BodyOf } from '../api/calls';
import { api } from '../api/client';
import { connectorsQuery, namesOf, subscriptionsQuery } from '../api/queries';
import type { RedeliveryPreview } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { filtersIn } from '../deliveries/filters';
import { Icon } from '../pieces/icons';
import { Empty, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { deliveryWords, redeliveryWords as words } from '../words/deliveries';
import { general } from '../words/general';

type Body = BodyOf<'POST /v1/redeliveries'>;

/** Many at once: the filter comes from the address, a dry run says who would get how many, the count is typed to confirm. */
export function RedeliveryNew() {
  const [state] = usePageState();
  const may = useMay();
  const filter = Object.fromEntries(Object.entries(filtersIn(state)).filter(([, value]) => value !== undefined));
  const [mode, setMode] = useState<Body['mode']>('same-bytes');
  const names = namesOf(useQuery(connectorsQuery()).data?.items, useQuery(subscriptionsQuery()).data?.items);
  const look = useMutation({
    mutationFn: () => api('POST /v1/redeliveries', { body: { filter, mode, dryRun: true } }),
  });
  if (!may('redeliver')) return <Empty title={general.noScope('redeliver')} />;
  return (
    <>
      <PageHead title={words.title} lead={words.lead} above={{ to: '/deliveries', label: deliveryWords.title }} />
      <Stack maw={760}>
        <Text fw={600}>{words.filter}</Text>
        <Group gap="xs">
          {Object.entries(filter).map(([name, value]) => (
            <Badge key={name} variant="default" tt="none" size="lg">
              {deliveryWords.filters[name as keyof typeof deliveryWords.filters] ?? name}:{' '}
              {names.get(String(value)) ?? value}
            </Badge>
          ))}
          {Object.keys(filter).length === 0 && <Text size="sm">{words.filterNone}</Text>}
        </Group>
        <Radio.Group value={mode} onChange={(next) => setMode(next)} label={words.mode}>
          <Stack gap="xs" mt="xs">
            {Object.entries(deliveryWords.modes).map(([value, [label, description]]) => (
              <Radio key={value} value={value} label={label} description={description} />
            ))}
          </Stack>
        </Radio.Group>
        <Button
          w="fit-content"
          onClick={() => look.mutate()}
          loading={look.isPending}
          disabled={Object.keys(filter).length === 0}
        >
          {words.look}
        </Button>
        {look.isError && <ProblemNotice error={look.error} />}
        {look.data !== undefined && 'dryRun' in look.data && (
          <Confirm preview={look.data as RedeliveryPreview} body={{ filter, mode }} />
        )}
      </Stack>
    </>
  );
}

function Confirm({ preview, body }: { preview: RedeliveryPreview; body: Body }) {
  const [typed, setTyped] = useState('');
  const router = useRouter();
  const names = namesOf(useQuery(connectorsQuery()).data?.items);
  const start = useMutation({
    mutationFn: () => api('POST /v1/redeliveries', { body: { ...body, dryRun: false } }),
    onSuccess: async (job) => {
      if ('id' in job) await router.navigate({ to: '/jobs/$id', params: { id: job.id } as never });
    },
  });
  const { total, connectors, duplicateRisk } = preview;
  return (
    <Card withBorder role="status">
      <Stack>
        <Text fw={700}>{words.preview(total)}</Text>
        {duplicateRisk > 0 && (
          <Alert variant="light" color="yellow" icon={<Icon name="warning" />}>
            {words.risk(duplicateRisk)}
          </Alert>
        )}
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.byConnector}</Table.Th>
              <Table.Th>{words.count}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {connectors.map(({ connectorId, count }) => (
              <Table.Tr key={connectorId}>
                <Table.Td>{names.get(connectorId) ?? connectorId}</Table.Td>
                <Table.Td>{count}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {total > 0 && (
          <>
            <TextInput
              label={words.confirm(total)}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              inputMode="numeric"
            />
            <Button
              w="fit-content"
              disabled={typed !== String(total)}
              loading={start.isPending}
              onClick={() => start.mutate()}
            >
              {words.start}
            </Button>
          </>
        )}
        {start.isError && <ProblemNotice error={start.error} />}
      </Stack>
    </Card>
  );
}
