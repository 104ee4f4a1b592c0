import { Button, Group, Modal, Stack, Tabs, Text } from '@mantine/core';
import { useId } from '../app/use-id';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client';
import { subscriptionQuery } from '../api/queries';
import type { Subscription, SubscriptionPatch } from '../api/shapes';
import { tabOf, usePageState } from '../app/search';
import { useMay } from '../app/session';
import { DeliveryTable } from '../deliveries/delivery-table';
import { AsItWas } from '../pieces/as-it-was';
import { NewerVersion, useEdited } from '../pieces/edited';
import { Answer, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';
import { ExplainPanel } from './explain-panel';
import { draftOf, SubscriptionForm } from './subscription-form';

export function SubscriptionPage() {
  const id = useId();
  const subscription = useQuery(subscriptionQuery(id));
  return <Answer of={subscription}>{(found) => <Shown subscription={found} />}</Answer>;
}

function Shown({ subscription }: { subscription: Subscription }) {
  const [state, change] = usePageState();
  const may = useMay();
  const { id } = subscription;
  return (
    <>
      <PageHead
        title={subscription.name}
        above={{ to: '/subscriptions', label: words.title }}
        lead={
          <Group gap="sm">
            <Status of={subscription.enabled ? 'enabled' : 'disabled'} /> <AsItWas id={id} />
          </Group>
        }
        actions={may('manage') && <Acts subscription={subscription} />}
      />
      <Tabs
        value={tabOf(state, words.tabs, 'settings')}
        onChange={(next) => change({ tab: next ?? undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {Object.entries(words.tabs).map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="settings">
          <Settings subscription={subscription} />
        </Tabs.Panel>
        <Tabs.Panel value="explain">
          <ExplainPanel subscription={subscription} />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <DeliveryTable filters={{ subscriptionId: id }} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Settings({ subscription }: { subscription: Subscription }) {
  const may = useMay();
  const queries = useQueryClient();
  const { id } = subscription;
  const [isDirty, setDirty] = useState(false);
  const edited = useEdited(
    subscription,
    () => isDirty,
    () => setDirty(false),
  );
  const { version } = edited.from;
  const patch = useMutation({
    mutationFn: (body: SubscriptionPatch) =>
      api('PATCH /v1/subscriptions/{id}', { params: { id }, ifVersion: version, body }),
    onSuccess: async (written) => {
      edited.restart(written);
      const { name } = written;
      await queries.invalidateQueries({ queryKey: subscriptionQuery(id).queryKey });
      await queries.invalidateQueries({ queryKey: ['subscriptions'] });
      notifications.show({ message: general.changed(name) });
    },
  });
  return (
    <Stack>
      {edited.isStale && <NewerVersion onLoad={() => edited.restart()} />}
      <SubscriptionForm
        key={version}
        first={draftOf(edited.from)}
        onSave={(draft) => patch.mutate(draft)}
        isSaving={patch.isPending}
        error={patch.error}
        readOnly={!may('manage')}
        onDirty={setDirty}
      />
    </Stack>
  );
}

function Acts({ subscription }: { subscription: Subscription }) {
  const [isOpen, { open, close }] = useDisclosure();
  const queries = useQueryClient();
  const router = useRouter();
  const { id, version, enabled, name } = subscription;
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['subscriptions'] });
  const turn = useMutation({
    mutationFn: () =>
      api(`POST /v1/subscriptions/{id}/${enabled ? 'disable' : 'enable'}`, { params: { id }, body: {} }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: subscriptionQuery(id).queryKey });
      await again();
    },
  });
  const remove = useMutation({
    mutationFn: () => api('DELETE /v1/subscriptions/{id}', { params: { id }, ifVersion: version }),
    onSuccess: async () => {
      await again();
      await router.navigate({ to: '/subscriptions' });
    },
  });
  return (
    <>
      <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate()}>
        {enabled ? words.disable : words.enable}
      </Button>
      <Button variant="default" onClick={open}>
        {general.delete}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.deleteTitle(name)}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.deleteLead}</Text>
          {remove.isError && <ProblemNotice error={remove.error} />}
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {general.delete}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
