import { Alert, Button, Grid, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { typesQuery } from '../api/queries';
import type { Target, TestResult } from '../api/shapes';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { Exchange } from '../pieces/exchange';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import { testWords as words } from '../words/connectors';
import { reasonNext, reasonWords } from '../words/reasons';

/** Sends for real with a sample, or makes only the harmless call of the target. */
export type TestWish = { readonly type: string } | { readonly mode: 'connection' };

interface TestPanelProps {
  /** With the saved connector or the draft. */
  send: (wish: TestWish) => Promise<TestResult>;
  /** What the target says of a test without sending. */
  connectionTest: Target['connectionTest'] | undefined;
  onTested?: (result: TestResult) => void;
}

/** Sends a test and shows each phase with its time, the target's answer unchanged, and what to do next. */
export function TestPanel({ send, connectionTest, onTested }: TestPanelProps) {
  const types = useQuery(typesQuery).data?.items ?? [];
  const [type, setType] = useState('incident');
  const test = useMutation({ mutationFn: send, onSuccess: (result) => onTested?.(result) });
  const isConnection = test.variables !== undefined && 'mode' in test.variables;
  return (
    <Stack>
      <Group align="flex-end">
        <NativeSelect
          label={words.type}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={types.length === 0 ? [type] : types.map((one) => ({ value: one.type, label: one.title }))}
        />
        <Button
          onClick={() => test.mutate({ type })}
          loading={test.isPending && !isConnection}
          leftSection={<Icon name="send" />}
        >
          {test.data === undefined || isConnection ? words.send : words.again}
        </Button>
        {connectionTest?.offered === true && (
          <Button
            variant="default"
            onClick={() => test.mutate({ mode: 'connection' })}
            loading={test.isPending && isConnection}
          >
            {words.connection}
          </Button>
        )}
      </Group>
      {connectionTest !== undefined && (
        <Text size="sm" c="dimmed">
          {words.connectionSays(connectionTest.offered)} {connectionTest.says.replaceAll('`', '')}
        </Text>
      )}
      {test.isError && <ProblemNotice error={test.error} />}
      {test.data !== undefined && <Outcome result={test.data} isConnection={isConnection} />}
    </Stack>
  );
}

const looks = {
  accepted: { color: 'green', icon: 'check' },
  refused: { color: 'red', icon: 'cross' },
  unknown: { color: 'orange', icon: 'question' },
} as const;

function Outcome({ result, isConnection }: { result: TestResult; isConnection: boolean }) {
  const { outcome, reason, error, timingsMs, request } = result;
  const { color, icon } = looks[outcome];
  const next = reasonNext(reason);
  return (
    <Stack role="status">
      <Alert
        variant="light"
        color={color}
        icon={<Icon name={icon} size={18} />}
        title={isConnection && outcome === 'accepted' ? words.connected : words[outcome]}
      >
        {reason !== null && <Text size="sm">{reasonWords(reason)}</Text>}
        {error !== null && (
          <Text size="sm">
            {error.code}: {error.message}
          </Text>
        )}
        {next !== null && (
          <Text size="sm">
            <strong>{words.next}:</strong> {next}
          </Text>
        )}
      </Alert>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Phases timingsMs={timingsMs} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {request !== null && (
            <CodeBlock
              label={`${words.request}: ${request.method ?? ''} ${request.url ?? ''}`}
              text={prettyJson(request.body ?? '')}
              maxHeight={240}
            />
          )}
          <Exchange response={result.response} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

export function Phases({ timingsMs }: { timingsMs: TestResult['timingsMs'] }) {
  const rows = Object.entries(words.phases).filter(([name]) => typeof timingsMs[name] === 'number');
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.phase}</Table.Th>
          <Table.Th>{words.time}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, label]) => (
          <Table.Tr key={name}>
            <Table.Td>{label}</Table.Td>
            <Table.Td>{words.ms(Number(timingsMs[name]))}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
