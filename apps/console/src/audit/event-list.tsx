import { Accordion, Anchor, Badge, Code, Group, Stack, Text } from '@mantine/core';
import type { LogEvent } from '../api/shapes';
import { useMay } from '../app/session';
import { CodeBlock } from '../pieces/code-block';
import { Actor } from '../pieces/actor';
import { When } from '../pieces/when';
import { auditWords as words } from '../words/audit';
import { type DiffLine, diffOf } from './diff';

interface EventListProps {
  /** Newest first, or of one page in any order. */
  events: LogEvent[];
  /** Shows what differs from the event before in the same stream. */
  compare?: boolean;
}

/** Log events as rows that open: who, when, and what it changed. */
export function EventList({ events, compare = false }: EventListProps) {
  return (
    <Accordion variant="separated" chevronPosition="left" multiple>
      {events.map((event, at) => (
        <Accordion.Item key={`${event.log}${event.position}`} value={String(event.position)}>
          <Accordion.Control>
            <Group gap="sm">
              <Text span size="sm" ff="monospace" c="dimmed">
                #{event.position}
              </Text>
              <Text span fw={600} size="sm">
                {event.type}
              </Text>
              <Text span size="sm">
                <When at={event.at} />
              </Text>
              <Badge variant="default" tt="none" fw={500}>
                <Actor of={event.actor} />
              </Badge>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <EventBody event={event} before={compare ? earlier(events, at) : null} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function earlier(events: readonly LogEvent[], at: number): LogEvent | null {
  return events.slice(at + 1).find(({ stream }) => stream === events[at]?.stream) ?? null;
}

function EventBody({ event, before }: { event: LogEvent; before: LogEvent | null }) {
  const may = useMay();
  return (
    <Stack gap="sm">
      <Text size="sm">
        {words.stream} <Code>{event.stream}</Code> · {event.at}
      </Text>
      {before !== null && <Diff lines={diffOf(before.data, event.data)} />}
      <CodeBlock label={words.data} text={JSON.stringify(event.data, null, 2)} maxHeight={320} />
      {may('audit') && (
        <Anchor
          href={`/v1/log/${event.log}/proof?position=${event.position}&entry=true`}
          download={`${event.log}-${event.position}.tlog-proof`}
          size="sm"
        >
          {words.proofOf(event.position)}
        </Anchor>
      )}
      <details>
        <summary>{words.raw}</summary>
        <CodeBlock label={words.raw} text={JSON.stringify(event, null, 2)} maxHeight={320} />
      </details>
    </Stack>
  );
}

/** Lines that went and lines that came; their sign says which, the colour repeats it. */
export function Diff({ lines }: { lines: readonly DiffLine[] }) {
  const changed = lines.filter(({ kind }) => kind !== 'same');
  if (changed.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {words.same}
      </Text>
    );
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {words.changed}
      </Text>
      <div className="code-block" tabIndex={0} role="region" aria-label={words.changed} style={{ maxHeight: 320 }}>
        {changed.map(({ kind, text }, at) => (
          <div key={at} className={kind === 'gone' ? 'diff-gone' : 'diff-new'}>
            {kind === 'gone' ? '− ' : '+ '}
            {text}
          </div>
        ))}
      </div>
    </div>
  );
}
