import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { notifications } from '@mantine/notifications';
import { api } from '../api/client';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';
import { type SubscriptionDraft, SubscriptionForm } from './subscription-form';

export function SubscriptionNew() {
  const [{ connectorId }] = usePageState();
  const may = useMay();
  const router = useRouter();
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: (draft: SubscriptionDraft) => api('POST /v1/subscriptions', { body: draft }),
    onSuccess: async ({ id, name }) => {
      await queries.invalidateQueries({ queryKey: ['subscriptions'] });
      notifications.show({ message: general.changed(name) });
      await router.navigate({ to: '/subscriptions/$id', params: { id } as never, search: { tab: 'explain' } as never });
    },
  });
  const first: SubscriptionDraft = {
    name: '',
    connectorIds: connectorId === undefined ? [] : [connectorId],
    types: ['incident'],
    enabled: true,
    filter: null,
    suppression: { minutes: 0, key: null },
    correlationKey: null,
  };
  return (
    <>
      <PageHead title={words.newTitle} lead={words.lead} above={{ to: '/subscriptions', label: words.title }} />
      {may('manage') ? (
        <SubscriptionForm
          first={first}
          onSave={(draft) => create.mutate(draft)}
          isSaving={create.isPending}
          error={create.error}
        />
      ) : (
        <Empty title={general.noScope('manage')} />
      )}
    </>
  );
}
