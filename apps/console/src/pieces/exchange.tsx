import { Stack, Table, Text } from '@mantine/core';
import type { TargetResponse } from '../api/shapes';
import { testWords as words } from '../words/connectors';
import { CodeBlock, prettyJson } from './code-block';

interface Recipient {
  stage: string;
  recipient: string;
  code: number | null;
  text: string;
}

/** The target's answer as it came: status, headers, body; for mail one row a recipient. */
export function Exchange({ response }: { response: TargetResponse | null }) {
  if (response === null)
    return (
      <Text size="sm" c="dimmed">
        {words.noAnswer}
      </Text>
    );
  if ('recipients' in response) return <Recipients rows={response.recipients as Recipient[]} />;
  const { status, headers, body, bodyTruncated } = response as {
    status: number;
    headers: Record<string, string>;
    body: string;
    bodyTruncated: boolean;
  };
  return (
    <Stack gap="xs">
      <CodeBlock label={`${words.response}: ${status}`} text={prettyJson(body)} maxHeight={240} />
      {bodyTruncated && <Text size="xs">{words.truncated}</Text>}
      <HeaderList headers={headers} />
    </Stack>
  );
}

export function HeaderList({ headers }: { headers: Record<string, string> }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>
        {words.headers} ({lines.length})
      </summary>
      <CodeBlock label={words.headers} text={lines.join('\n')} maxHeight={200} />
    </details>
  );
}

function Recipients({ rows }: { rows: Recipient[] }) {
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table captionSide="top">
        <Table.Caption>{words.recipients}</Table.Caption>
        <Table.Tbody>
          {rows.map(({ stage, recipient, code, text }) => (
            <Table.Tr key={`${recipient}${stage}`}>
              <Table.Th scope="row">{recipient}</Table.Th>
              <Table.Td>{stage}</Table.Td>
              <Table.Td>{code}</Table.Td>
              <Table.Td>{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
