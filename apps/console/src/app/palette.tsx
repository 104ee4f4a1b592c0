import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { connectorsQuery, subscriptionsQuery } from '../api/queries';
import { Icon } from '../pieces/icons';
import { general } from '../words/general';
import { pageOf, places } from './places';
import { useMay } from './session';

const shownMax = 12;

export function openPalette(): void {
  spotlight.open();
}

/** Ctrl-K: pages, connectors and subscriptions by name, anything by id. */
export function Palette() {
  const [text, setText] = useState('');
  const router = useRouter();
  const may = useMay();
  const isWanted = text !== '' && may('read');
  const connectors = useQuery({ ...connectorsQuery(), enabled: isWanted }).data?.items ?? [];
  const subscriptions = useQuery({ ...subscriptionsQuery(), enabled: isWanted }).data?.items ?? [];
  const go = (to: string) => () => void router.navigate({ to });
  const page = pageOf(text);
  const actions: SpotlightActionData[] = [
    ...(page === null ? [] : [{ id: 'id', label: general.openId(text.trim()), keywords: text, onClick: go(page) }]),
    ...places
      .filter(({ scopes }) => scopes.every(may))
      .map(({ to, label, icon }) => ({ id: to, label, leftSection: <Icon name={icon} />, onClick: go(to) })),
    ...connectors.map(({ id, name, target }) => ({
      id,
      label: name,
      description: `${general.nav.connectors} · ${target}`,
      leftSection: <Icon name="connectors" />,
      onClick: go(`/connectors/${id}`),
    })),
    ...subscriptions.map(({ id, name }) => ({
      id,
      label: name,
      description: general.nav.subscriptions,
      leftSection: <Icon name="subscriptions" />,
      onClick: go(`/subscriptions/${id}`),
    })),
  ];
  return (
    <Spotlight
      shortcut="mod + K"
      actions={actions}
      query={text}
      onQueryChange={setText}
      limit={shownMax}
      scrollable
      highlightQuery
      nothingFound={general.searchNothing}
      searchProps={{
        placeholder: general.searchHint,
        'aria-label': general.search,
        leftSection: <Icon name="search" />,
      }}
    />
  );
}
