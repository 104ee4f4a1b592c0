import { Alert, Button, Card, Checkbox, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { apiKeysQuery } from '../api/queries';
import type { ApiKey, Scope } from '../api/shapes';
import { useMay } from '../app/session';
import { CopyText } from '../pieces/copy-text';
import { faultsIn } from '../pieces/faults';
import { Icon } from '../pieces/icons';
import { Answer, Empty, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { When } from '../pieces/when';
import { general } from '../words/general';
import { keyWords as words } from '../words/keys';

export function ApiKeys() {
  const may = useMay();
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      {may('admin') ? (
        <Stack>
          <CreateKey />
          <KeyList />
        </Stack>
      ) : (
        <Empty title={words.needsAdmin} />
      )}
    </>
  );
}

function CreateKey() {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  const [until, setUntil] = useState('');
  const create = useMutation({
    mutationFn: () => {
      const expiresAt = until === '' ? null : new Date(`${until}T23:59:59`).toISOString();
      return api('POST /v1/api-keys', { body: { name, scopes: scopes as Scope[], expiresAt } });
    },
    onSuccess: async () => {
      setName('');
      await queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
    },
  });
  const faults = faultsIn(create.error);
  return (
    <Card withBorder maw={900}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <Group align="flex-start" grow>
            <TextInput
              label={general.name}
              description={words.nameHelp}
              required
              value={name}
              error={faults['/name']}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label={words.expires}
              description=" "
              value={until}
              error={faults['/expiresAt']}
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
          </Group>
          <Checkbox.Group label={words.scopes} value={scopes} onChange={setScopes} error={faults['/scopes']}>
            <Group mt="xs">
              {Object.entries(words.scopeHelp).map(([scope, help]) => (
                <Checkbox key={scope} value={scope} label={scope} description={help} />
              ))}
            </Group>
          </Checkbox.Group>
          {create.isError && <ProblemNotice error={create.error} />}
          <Button type="submit" w="fit-content" loading={create.isPending} disabled={scopes.length === 0}>
            {words.create}
          </Button>
          {create.data?.key !== undefined && (
            <Alert variant="light" color="green" icon={<Icon name="keys" />} title={words.shownOnce} role="status">
              <Text size="sm" mb="xs">
                {words.shownOnceLead}
              </Text>
              <CopyText text={create.data.key} />
            </Alert>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function KeyList() {
  const keys = useQuery(apiKeysQuery);
  const { columns } = words;
  return (
    <Answer of={keys}>
      {({ items }) => (
        <Table.ScrollContainer minWidth={680}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {[...Object.values(columns), ''].map((label) => (
                  <Table.Th key={label}>
                    {label === '' ? <span className="hidden">{words.revoke}</span> : label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>
                    <Text size="sm" fw={600}>
                      {key.name}
                    </Text>
                    <Text size="xs" c="dimmed" ff="monospace">
                      {key.id}
                    </Text>
                  </Table.Td>
                  <Table.Td>{key.scopes.join(', ')}</Table.Td>
                  <Table.Td>
                    <When at={key.createdAt} />
                  </Table.Td>
                  <Table.Td>
                    <When at={key.expiresAt} />
                  </Table.Td>
                  <Table.Td>{stateOf(key)}</Table.Td>
                  <Table.Td>{key.revokedAt === null && <Revoke apiKey={key} />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Answer>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt !== null) return words.revoked;
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? words.expired : words.good;
}

function Revoke({ apiKey }: { apiKey: ApiKey }) {
  const [isOpen, { open, close }] = useDisclosure();
  const queries = useQueryClient();
  const { id, name } = apiKey;
  const revoke = useMutation({
    mutationFn: () => api('DELETE /v1/api-keys/{id}', { params: { id } }),
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
    },
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={open} aria-label={`${words.revoke} ${name}`}>
        {words.revoke}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.revokeTitle(name)}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.revokeLead}</Text>
          {revoke.isError && <ProblemNotice error={revoke.error} />}
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {words.revoke}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
