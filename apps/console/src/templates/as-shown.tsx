import { Anchor, Badge, Box, Card, Divider, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { templateWords as words } from '../words/connectors';
import { Rich } from './rich';
import { type Body, linksOf, member, parseBody, textOf } from './shown-body';

/** A picture of what the target's people will see. It is ours, not the target's: the raw request is the truth. */
export function AsShown({ target, body }: { target: string; body: string }) {
  const parsed = parseBody(body);
  if (parsed === null) return <CodeBlock label={words.body} text={body} />;
  if (target === 'slack') return <SlackMessage body={parsed} />;
  if (target === 'email') return <Mail body={parsed} />;
  if (target === 'teams') return <TeamsCard body={parsed} />;
  if (target === 'pagerduty') return <Alarm body={parsed} />;
  if (target !== 'webhook') return <Ticket body={parsed} />;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {words.noPreview}
      </Text>
      <CodeBlock label={words.body} text={prettyJson(body)} />
    </Stack>
  );
}

/** Jira, Jira Service Management and ServiceNow: a title, a text, and what the ticket is filed under. */
function Ticket({ body }: { body: Body }) {
  const fields = (body['fields'] ?? body['requestFieldValues'] ?? body) as Body;
  const { summary, short_description, description, ...others } = fields;
  const isWiki = body['requestFieldValues'] !== undefined || body['fields'] !== undefined;
  return (
    <Card withBorder>
      <Text fw={700}>{textOf(summary ?? short_description)}</Text>
      <Divider my="xs" />
      {isWiki ? <Rich text={textOf(description)} language="wiki" /> : <Rich text={textOf(description)} />}
      <Members of={others} />
    </Card>
  );
}

function Alarm({ body }: { body: Body }) {
  const payload = (body['payload'] ?? {}) as Body;
  return (
    <Card withBorder>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Badge variant="default" tt="none">
          {textOf(payload['severity'])}
        </Badge>
        <Text fw={700}>{textOf(payload['summary'])}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {[payload['source'], payload['group'], payload['class']].map(textOf).filter(Boolean).join(' · ')}
      </Text>
      <Members of={(payload['custom_details'] ?? {}) as Body} />
      {linksOf(body['links']).map(({ href, text }) => (
        <Anchor key={href} size="sm" href={href} target="_blank" rel="noopener noreferrer">
          {text}
        </Anchor>
      ))}
    </Card>
  );
}

function Members({ of }: { of: Body }) {
  const rows = Object.entries(of).map(([name, value]) => [name, textOf(value)] as const);
  if (rows.length === 0) return null;
  return (
    <Table variant="vertical" mt="xs">
      <Table.Tbody>
        {rows.map(([name, text]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{text}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface SlackBlock {
  type: string;
  text?: unknown;
  fields?: unknown[];
  elements?: unknown[];
  alt_text?: unknown;
}

function SlackMessage({ body }: { body: Body }) {
  const blocks = Array.isArray(body['blocks']) ? (body['blocks'] as SlackBlock[]) : [];
  return (
    <Card withBorder>
      <Stack gap="xs">
        {blocks.length === 0 && <Rich text={textOf(body['text'])} language="slack" />}
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
  if (block.type === 'image') return <Text size="sm">[{textOf(block.alt_text)}]</Text>;
  if (block.type === 'context')
    return (
      <Text size="xs" c="dimmed">
        {(block.elements ?? []).map(textOf).join(' · ')}
      </Text>
    );
  if (block.type === 'actions')
    return (
      <Group gap="xs">
        {(block.elements ?? []).map((element, at) => (
          <Badge key={at} variant="default" tt="none">
            {textOf(member(element as Body, 'text'))}
          </Badge>
        ))}
      </Group>
    );
  return (
    <Box>
      {block.text !== undefined && <Rich text={textOf(block.text)} language="slack" />}
      {block.fields !== undefined && (
        <SimpleGrid cols={2} spacing="xs">
          {block.fields.map((field, at) => (
            <Rich key={at} text={textOf(field)} language="slack" />
          ))}
        </SimpleGrid>
      )}
    </Box>
  );
}

function TeamsCard({ body }: { body: Body }) {
  const attachments = body['attachments'] as { content?: Body }[] | undefined;
  const card = attachments?.[0]?.content ?? body;
  const items = Array.isArray(card['body']) ? (card['body'] as Body[]) : [];
  const actions = Array.isArray(card['actions']) ? (card['actions'] as Body[]) : [];
  return (
    <Card withBorder>
      <Stack gap="xs">
        {items.map((item, at) => (
          <TeamsItem key={at} item={item} />
        ))}
        <Group gap="xs">
          {actions.map((action, at) => (
            <Badge key={at} variant="default" tt="none">
              {textOf(action['title'])}
            </Badge>
          ))}
        </Group>
      </Stack>
    </Card>
  );
}

function TeamsItem({ item }: { item: Body }) {
  const facts = item['facts'] as { title: string; value: string }[] | undefined;
  if (Array.isArray(facts))
    return <Members of={Object.fromEntries(facts.map(({ title, value }) => [textOf(title), textOf(value)]))} />;
  const inner = item['items'] ?? item['columns'];
  if (Array.isArray(inner)) return (inner as Body[]).map((one, at) => <TeamsItem key={at} item={one} />);
  return <Rich text={textOf(item['text'])} language="markdown" isStrong={item['weight'] === 'Bolder'} />;
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
