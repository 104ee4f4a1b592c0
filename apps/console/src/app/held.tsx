import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '../api/client';
import { problemOf } from '../api/problem';
import { deliveryHoldQuery } from '../api/queries';
import { Actor } from '../pieces/actor';
import { Icon } from '../pieces/icons';
import { When } from '../pieces/when';
import { general } from '../words/general';
import { holdWords as words } from '../words/hold';
import { useMay } from './session';

/** On every page while nothing is sent: since when, why, by whom, what waits, and for whoever may, the way out. Nothing while deliveries leave, or delivery is away. */
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
      <Stack gap="xs" align="flex-start">
        {hold.holds.map(({ id, reason, since, by }) => (
          <Text key={id} size="sm">
            {words.reasons[reason].slice(0, -1)} (<When at={since} />, {words.by} <Actor of={by} />
            ).
          </Text>
        ))}
        <Text size="sm">
          {words.meanwhile} {hold.mayRelease === true ? words.before : words.others}
        </Text>
        <Group>
          {hold.mayRelease === true && <Release />}
          {Object.entries(words.waiting).map(([status, label]) => (
            <Anchor key={status} component={Link} to="/deliveries" search={{ status } as never} size="sm" c="inherit">
              {label}
            </Anchor>
          ))}
        </Group>
      </Stack>
    </Alert>
  );
}

function Release() {
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const isReleasing = useRef(false);
  // The button goes with the banner: whoever pressed it goes on at the content, and not at the top of the document.
  useEffect(
    () => () => {
      if (isReleasing.current) document.getElementById('content')?.focus();
    },
    [],
  );
  const release = useMutation({
    mutationFn: () => api('POST /v1/delivery-hold/release', {}),
    onSuccess: (standing) => {
      close();
      isReleasing.current = !standing.held;
      queries.setQueryData(deliveryHoldQuery.queryKey, { ...standing, mayRelease: true });
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
