import { Accordion, Grid, Group, Stack, Text } from '@mantine/core';
import type { Attempt } from '../api/shapes';
import { usePageState } from '../app/search';
import { Phases } from '../connectors/test-panel';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { Exchange, HeaderList } from '../pieces/exchange';
import { Status } from '../pieces/status';
import { Exactly } from '../pieces/when';
import { deliveryWords as words } from '../words/deliveries';
import { reasonWords } from '../words/reasons';

/** Every attempt with its request and the target's answer side by side. The open one stands in the address. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const [state, change] = usePageState();
  const newest = attempts.at(-1);
  return (
    <Accordion
      variant="separated"
      chevronPosition="left"
      value={state['attempt'] ?? newest?.id ?? null}
      onChange={(id) => change({ attempt: id ?? 'none' })}
    >
      {attempts.toReversed().map((attempt) => (
        <Accordion.Item key={attempt.id} value={attempt.id}>
          <Accordion.Control>
            <Group gap="sm">
              <Text span fw={600}>
                {words.attempt(attempt.number)}
              </Text>
              <Status of={attempt.outcome ?? 'attempting'} />
              <Text span size="sm">
                {reasonWords(attempt.reason)}
              </Text>
              <Text span size="sm" c="dimmed">
                <Exactly at={attempt.startedAt} />
              </Text>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <AttemptBody attempt={attempt} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function AttemptBody({ attempt }: { attempt: Attempt }) {
  const { request, response, error, timingsMs, connectorVersion } = attempt;
  const body = request?.['body'];
  return (
    <Stack>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          {request !== null && (
            <Stack gap="xs">
              <CodeBlock
                label={`${words.request}: ${request.method} ${request.url}`}
                text={typeof body === 'string' ? prettyJson(body) : words.bodyLater}
              />
              <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {words.bodyHash(request.bodyBytes, request.bodySha256)}
              </Text>
              <HeaderList headers={request.headers} />
            </Stack>
          )}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          {error !== null && (
            <Text size="sm" mb="xs">
              {error.code}: {error.message}
            </Text>
          )}
          <Exchange response={response} />
        </Grid.Col>
      </Grid>
      <Group align="flex-start">
        <Phases timingsMs={timingsMs} />
        {connectorVersion !== undefined && (
          <Text size="sm" c="dimmed">
            {words.connectorVersion(connectorVersion)}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
