import { Alert, Button, Card, Center, Code, Group, List, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { problemOf } from '../api/problem';
import { general } from '../words/general';
import { CopyText } from './copy-text';
import { Icon } from './icons';

/** What went wrong, in the API's own words, what to do next, and the id to ask about. A missing service is said calmly. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = problemOf(error);
  const isAway = problem.status === 503 || problem.status === 504;
  const next = general.problemNext[problem.code];
  const isSaidBelow = problem.errors?.some(({ message }) => message === problem.detail) === true;
  return (
    <Alert
      variant="light"
      color={isAway ? 'yellow' : 'red'}
      role={isAway ? 'status' : 'alert'}
      icon={<Icon name="warning" size={18} />}
      title={isAway ? general.away : problem.title}
    >
      <Stack gap="xs" align="flex-start">
        {problem.detail !== undefined && !isSaidBelow && <Text size="sm">{problem.detail}</Text>}
        {problem.errors !== undefined && (
          <List size="sm">
            {problem.errors.map(({ pointer, message, line, column }) => (
              <List.Item key={`${pointer}${message}`}>
                {pointer !== '' && <Code>{pointer}</Code>} {message}
                {line !== undefined && !message.includes('line') && ` (line ${line}, column ${column ?? 1})`}
              </List.Item>
            ))}
          </List>
        )}
        {isAway && <Text size="sm">{general.awayHow}</Text>}
        {next !== undefined && <Text size="sm">{next}</Text>}
        <Group gap="sm">
          {retry !== undefined && (
            <Button size="xs" variant="default" onClick={retry}>
              {general.retry}
            </Button>
          )}
          {problem.requestId !== undefined && problem.requestId !== '' && (
            <Text size="xs" component="span">
              {general.requestId} <CopyText text={problem.requestId} />
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** The answer of a query, or what stands in its place: that it is coming, or why it is not. */
export function Answer<T>({ of, children }: { of: Asked<T>; children: (answer: T) => ReactNode }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error !== null && of.error !== undefined)
    return <ProblemNotice error={of.error} retry={() => void of.refetch()} />;
  return <Loading />;
}

export function Loading() {
  return (
    <Center p="xl" role="status" aria-label={general.loading}>
      <Loader size="sm" />
    </Center>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  command?: string | undefined;
}

/** Nothing is here: what the screen is for, why it is empty, and one thing to do. */
export function Empty({ title, children, action, command }: EmptyProps) {
  return (
    <Card withBorder p="xl">
      <Stack align="center" gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children !== undefined && (
          <Text ta="center" maw="60ch" c="dimmed">
            {children}
          </Text>
        )}
        {action}
        {command !== undefined && <CopyText text={command} />}
      </Stack>
    </Card>
  );
}
