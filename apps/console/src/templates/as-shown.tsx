import { Box, Card, Divider, SimpleGrid, Stack, Text } from '@mantine/core';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { templateWords as words } from '../words/connectors';

/** A picture of what the target's people will see. It is ours, not the target's: the raw request is the truth. */
export function AsShown({ target, body }: { target: string; body: string }) {
  const parsed = parse(body);
  if (parsed === null) return <CodeBlock label={words.body} text={body} />;
  if (target === 'slack') return <SlackMessage body={parsed} />;
  if (target === 'email') return <Mail body={parsed} />;
  if (target === 'teams') return <TeamsCard body={parsed} />;
  const ticket = (parsed['fields'] ?? parsed['requestFieldValues'] ?? parsed) as Record<string, unknown>;
  const title = textOf(ticket['summary'] ?? ticket['short_description'] ?? member(parsed, 'payload', 'summary'));
  const text = textOf(ticket['description'] ?? member(parsed, 'payload', 'custom_details'));
  if (title === '')
    return (
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {words.noPreview}
        </Text>
        <CodeBlock label={words.body} text={prettyJson(body)} />
      </Stack>
    );
  return (
    <Card withBorder>
      <Text fw={700}>{title}</Text>
      <Divider my="xs" />
      <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
        {text}
      </Text>
    </Card>
  );
}

type Body = Record<string, unknown>;

function parse(body: string): Body | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Body) : null;
  } catch {
    return null;
  }
}

function member(body: Body, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Body | undefined)?.[name], body);
}

/** Text of a string, of a Slack or ADF text node, or JSON of anything else. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  const node = value as { text?: unknown; content?: unknown[] };
  if (typeof node.text === 'string') return node.text;
  if (Array.isArray(node.content)) return node.content.map(textOf).join('\n');
  return JSON.stringify(value, null, 2);
}

interface SlackBlock {
  type: string;
  text?: unknown;
  fields?: unknown[];
  elements?: unknown[];
}

function SlackMessage({ body }: { body: Body }) {
  const blocks = Array.isArray(body['blocks']) ? (body['blocks'] as SlackBlock[]) : [];
  if (blocks.length === 0) return <Card withBorder>{mrkdwn(textOf(body['text']))}</Card>;
  return (
    <Card withBorder>
      <Stack gap="xs">
        {blocks.map((block, at) => (
          <SlackBlockView key={at} block={block} />
        ))}
      </Stack>
    </Card>
  );
}

function SlackBlockView({ block }: { block: SlackBlock }) {
  if (block.type === 'divider') return <Divider />;
  if (block.type === 'header') return <Text fw={700}>{textOf(block.text)}</Text>;
  if (block.type === 'context')
    return (
      <Text size="xs" c="dimmed">
        {(block.elements ?? []).map(textOf).join(' · ')}
      </Text>
    );
  return (
    <Box>
      {block.text !== undefined && (
        <Text size="sm" component="div">
          {mrkdwn(textOf(block.text))}
        </Text>
      )}
      {block.fields !== undefined && (
        <SimpleGrid cols={2} spacing="xs">
          {block.fields.map((field, at) => (
            <Text key={at} size="sm" component="div">
              {mrkdwn(textOf(field))}
            </Text>
          ))}
        </SimpleGrid>
      )}
    </Box>
  );
}

/** Bold and links of Slack's own markup; everything else as it stands. */
function mrkdwn(text: string): React.ReactNode {
  const parts = text.split(/(\*[^*\n]+\*|<[^>|\s]+\|[^>]+>)/);
  return (
    <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {parts.map((part, at) => {
        if (/^\*[^*]+\*$/.test(part)) return <strong key={at}>{part.slice(1, -1)}</strong>;
        const link = /^<[^|]+\|(.+)>$/.exec(part);
        return link === null ? part : <u key={at}>{link[1]}</u>;
      })}
    </span>
  );
}

function TeamsCard({ body }: { body: Body }) {
  const attachments = body['attachments'] as { content?: { body?: Body[] } }[] | undefined;
  const items = attachments?.[0]?.content?.body ?? [];
  return (
    <Card withBorder>
      <Stack gap="xs">
        {items.map((item, at) => (
          <TeamsItem key={at} item={item} />
        ))}
      </Stack>
    </Card>
  );
}

function TeamsItem({ item }: { item: Body }) {
  const facts = item['facts'] as { title: string; value: string }[] | undefined;
  if (facts !== undefined)
    return (
      <>
        {facts.map(({ title, value }, at) => (
          <Text key={at} size="sm">
            <strong>{title}</strong> {value}
          </Text>
        ))}
      </>
    );
  const isStrong = item['weight'] === 'Bolder';
  return (
    <Text size="sm" fw={isStrong ? 700 : 400} style={{ whiteSpace: 'pre-wrap' }}>
      {textOf(item['text'])}
    </Text>
  );
}

/** The HTML part in a frame without scripts, forms or origin: a mail is somebody else's text. */
function Mail({ body }: { body: Body }) {
  return (
    <Card withBorder>
      <Text fw={700}>{textOf(body['subject'])}</Text>
      <Text size="xs" c="dimmed">
        {textOf(body['from'])} → {Array.isArray(body['to']) ? body['to'].join(', ') : ''}
      </Text>
      <Divider my="xs" />
      <iframe
        title={words.asShown}
        sandbox=""
        srcDoc={textOf(body['html'])}
        style={{ width: '100%', height: 320, border: 0, background: '#fff' }}
      />
    </Card>
  );
}
