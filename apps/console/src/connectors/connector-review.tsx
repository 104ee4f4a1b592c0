import { Alert, Anchor, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ConnectorWritten, Target } from '../api/shapes';
import { CopyAs, CopyText } from '../pieces/copy-text';
import { Icon } from '../pieces/icons';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { type Draft, shownDraft, titleOf } from './draft';

/** What will be created; secrets by name only. */
export function Review({ target, draft: entered }: { target: Target; draft: Draft }) {
  const draft = shownDraft(entered);
  const secrets = Object.keys(draft.secrets);
  const templates = Object.keys(draft.templates);
  const rows: [string, React.ReactNode][] = [
    [words.target, target.name],
    [general.name, draft.name],
    ...Object.entries(draft.config).map(([name, value]): [string, React.ReactNode] => [
      titleOf(target.form, name),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    [
      words.wizard.secretsTitle,
      secrets.length === 0 ? general.none : secrets.map((name) => titleOf(target.secrets, name)).join(', '),
    ],
    [words.tabs.templates, templates.length === 0 ? general.none : templates.join(', ')],
  ];
  return (
    <Card withBorder maw={760}>
      <Stack>
        <Text>{words.wizard.reviewLead}</Text>
        <Table>
          <Table.Tbody>
            {rows.map(([label, value]) => (
              <Table.Tr key={label}>
                <Table.Th scope="row">{label}</Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <CopyAs label={words.copyApi} text={() => apiCall(draft)} />
      </Stack>
    </Card>
  );
}

/** The same act as a command; secrets as placeholders. */
function apiCall(draft: Draft): string {
  const { target, name, config, secrets, templates } = draft;
  const body = JSON.stringify({ target, name, config, secrets, templates }, null, 2);
  return `curl -X POST ${location.origin}/v1/connectors -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d '${body.replaceAll("'", `'\\''`)}'`;
}

/** After creating: what was made and is shown once, and the way on. */
export function CreatedConnector({ connector }: { connector: ConnectorWritten }) {
  const made = Object.entries(connector.generatedSecrets ?? {});
  return (
    <Stack maw={760} role="status">
      <Alert variant="light" color="green" icon={<Icon name="check" />} title={connector.name}>
        {words.wizard.created}
        {connector.propagated === false && <Text size="sm">{general.notPropagated}</Text>}
      </Alert>
      {made.length > 0 && (
        <Card withBorder>
          <Title order={2} size="h5">
            {words.wizard.generated}
          </Title>
          <Text size="sm" c="dimmed">
            {words.wizard.generatedLead}
          </Text>
          {made.map(([name, value]) => (
            <Group key={name}>
              <Text size="sm">{name}</Text>
              <CopyText text={value} />
            </Group>
          ))}
        </Card>
      )}
      <Group>
        <Button component={Link} to="/subscriptions/new" search={{ connectorId: connector.id } as never}>
          {words.wizard.goOn}
        </Button>
        <Anchor component={Link} to="/connectors/$id" params={{ id: connector.id } as never}>
          {words.wizard.open}
        </Anchor>
      </Group>
    </Stack>
  );
}
