import { ActionIcon, Tooltip } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { deliveriesQuery } from '../api/queries';
import type { Search } from '../app/search';
import { isTyping } from '../pieces/record-table';
import { deliveryWords as words } from '../words/deliveries';
import { filtersIn } from './filters';

/** The deliveries before and after this one in the list that the reader came from; also by [ and ]. */
export function Neighbours({ id, filters }: { id: string; filters: Search }) {
  const router = useRouter();
  const list = useInfiniteQuery({ ...deliveriesQuery(filtersIn(filters)), staleTime: 60_000 });
  const ids = list.data?.pages.flatMap(({ items }) => items.map((delivery) => delivery.id)) ?? [];
  const at = ids.indexOf(id);
  const before = at > 0 ? ids[at - 1] : undefined;
  const after = at >= 0 ? ids[at + 1] : undefined;
  const go = (to: string | undefined): void => {
    if (to !== undefined)
      void router.navigate({ to: '/deliveries/$id', params: { id: to } as never, search: filters as never });
  };
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (isTyping(event.target)) return;
      if (event.key === '[') go(before);
      if (event.key === ']') go(after);
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  });
  if (at < 0) return null;
  return (
    <>
      <Tooltip label={words.previous}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={words.previous}
          disabled={before === undefined}
          onClick={() => go(before)}
        >
          ‹
        </ActionIcon>
      </Tooltip>
      <Tooltip label={words.following}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={words.following}
          disabled={after === undefined}
          onClick={() => go(after)}
        >
          ›
        </ActionIcon>
      </Tooltip>
    </>
  );
}
