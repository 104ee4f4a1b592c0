import { Accordion, Grid, Group, Stack, Text } from '@mantine/core';
import type { Attempt } from '../api/shapes';
import { usePageState } from '../app/search';
import { diffOf } from '../audit/diff';
import { Diff } from '../audit/event-list';
import { Phases } from '../connectors/test-panel';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { Exchange, HeaderList } from '../pieces/exchange';
import { Status } from '../pieces/status';
import { Exactly } from '../pieces/when';
import { deliveryWords as words } from '../words/deliveries';
import { reasonWords } from '../words/reasons';

/** Every attempt with its request and the target's answer side by side. Those that are open stand in the address. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const [state, change] = usePageState();
  const newest = attempts.at(-1);
  return (
    <Accordion
      variant="separated"
      chevronPosition="left"
      multiple
      value={(state['attempt'] ?? newest?.id ?? '').split(',')}
      onChange={(ids) => change({ attempt: ids.filter((id) => id !== '' && id !== 'none').join() || 'none' })}
    >
      {attempts.toReversed().map((attempt, at) => (
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
            <AttemptBody attempt={attempt} before={attempts[attempts.length - 2 - at]} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function AttemptBody({ attempt, before }: { attempt: Attempt; before: Attempt | undefined }) {
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
      <OtherBody attempt={attempt} before={before} />
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

/** What a body that was rendered again says otherwise than the one before it; nothing where the same bytes were sent. */
function OtherBody({ attempt, before }: { attempt: Attempt; before: Attempt | undefined }) {
  const [then, now] = [before?.request, attempt.request];
  if (!then || !now || then.bodySha256 === now.bodySha256) return null;
  const [was, is] = [then['body'], now['body']];
  if (before === undefined || typeof was !== 'string' || typeof is !== 'string') return null;
  return (
    <section>
      <Text size="sm">{words.otherBody(before.number)}</Text>
      <Diff lines={diffOf(valueIn(was), valueIn(is))} />
    </section>
  );
}

/** JSON is compared as what it says, anything else as its text. */
function valueIn(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
