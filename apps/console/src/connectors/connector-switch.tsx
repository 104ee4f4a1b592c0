import { Anchor, Button, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client';
import { connectorQuery, subscriptionsQuery } from '../api/queries';
import type { Connector } from '../api/shapes';
import { Answer, ProblemNotice } from '../pieces/notice';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';

/** Disables with a reason, enables at once: enabling can be undone, so it asks nothing. */
export function SwitchConnector({ connector }: { connector: Connector }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const { id } = connector;
  const turn = useMutation({
    mutationFn: () =>
      connector.enabled
        ? api('POST /v1/connectors/{id}/disable', { params: { id }, body: { reason } })
        : api('POST /v1/connectors/{id}/enable', { params: { id }, body: {} }),
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: connectorQuery(id).queryKey });
      await queries.invalidateQueries({ queryKey: ['connectors'] });
    },
  });
  if (!connector.enabled)
    return (
      <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate()}>
        {words.enable}
      </Button>
    );
  return (
    <>
      <Button variant="default" onClick={open}>
        {words.disable}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.disableTitle}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.disableLead}</Text>
          <TextInput
            label={words.reason}
            description={words.reasonHelp}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            data-autofocus
          />
          {turn.isError && <ProblemNotice error={turn.error} />}
          <Button loading={turn.isPending} onClick={() => turn.mutate()}>
            {words.disable}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}

/** Says what depends on the connector, then wants its name typed. */
export function DeleteConnector({ connector }: { connector: Connector }) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        {general.delete}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.deleteTitle(connector.name)}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <DeleteForm connector={connector} />
      </Modal>
    </>
  );
}

function DeleteForm({ connector }: { connector: Connector }) {
  const [typed, setTyped] = useState('');
  const router = useRouter();
  const queries = useQueryClient();
  const { id, version, name } = connector;
  const dependents = useQuery(subscriptionsQuery({ connectorId: id }));
  const remove = useMutation({
    mutationFn: () => api('DELETE /v1/connectors/{id}', { params: { id }, ifVersion: version }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['connectors'] });
      await router.navigate({ to: '/connectors' });
    },
  });
  return (
    <Stack>
      <Text size="sm">{words.deleteLead}</Text>
      <Answer of={dependents}>
        {({ items }) => (
          <>
            <Text size="sm">{words.dependents(items.length)}</Text>
            <List size="sm">
              {items.map((subscription) => (
                <List.Item key={subscription.id}>
                  <Anchor component={Link} to="/subscriptions/$id" params={{ id: subscription.id } as never} size="sm">
                    {subscription.name}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </>
        )}
      </Answer>
      <TextInput
        label={words.typeName(name)}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-autofocus
      />
      {remove.isError && <ProblemNotice error={remove.error} />}
      <Button color="red" disabled={typed !== name} loading={remove.isPending} onClick={() => remove.mutate()}>
        {general.delete}
      </Button>
    </Stack>
  );
}
