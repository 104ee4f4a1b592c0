import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { problemOf } from '../api/problem';
import { deliveryHoldQuery } from '../api/queries';
import { Icon } from '../pieces/icons';
import { When } from '../pieces/when';
import { general } from '../words/general';
import { holdWords as words } from '../words/hold';
import { useMay } from './session';

/** On every page while nothing is sent: since when, why, and for whoever may, the way out. Nothing while deliveries leave, or delivery is away. */
export function Held() {
  const may = useMay();
  const hold = useQuery({ ...deliveryHoldQuery, enabled: may('read') }).data;
  if (hold?.since === undefined || hold.since === null) return null;
  return (
    <Alert
      variant="light"
      color="yellow"
      role="status"
      mb="md"
      icon={<Icon name="warning" size={18} />}
      title={words.title}
    >
      <Group justify="space-between" align="flex-start">
        <Text size="sm" component="div">
          {words.since} <When at={hold.since} />.{' '}
          {[...new Set(hold.holds.map(({ reason }) => words.reasons[reason]))].join(' ')} {words.meanwhile}
        </Text>
        {may('admin') && <Release />}
      </Group>
    </Alert>
  );
}

function Release() {
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const release = useMutation({
    mutationFn: () => api('POST /v1/delivery-hold/release', {}),
    onSuccess: (standing) => {
      close();
      queries.setQueryData(deliveryHoldQuery.queryKey, standing);
      notifications.show({ message: standing.held ? words.notYet : words.released });
    },
    onError: (error) => notifications.show({ color: 'red', message: problemOf(error).title }),
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {words.release}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.releaseTitle}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.releaseLead}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {general.cancel}
            </Button>
            <Button onClick={() => release.mutate()} loading={release.isPending}>
              {words.releaseAll}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
