import { Badge, Button, Group, NativeSelect, Switch } from '@mantine/core';
import { SearchField } from '../pieces/search-field';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '../api/live';
import { connectorsQuery, subscriptionsQuery, typesQuery } from '../api/queries';
import type { LogEvent } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Icon } from '../pieces/icons';
import { PageHead } from '../pieces/page-head';
import { general } from '../words/general';
import { deliveryWords as words } from '../words/deliveries';
import { DeliveryTable } from './delivery-table';
import { Facets } from './facets';
import { filtersIn, statuses } from './filters';
import { TimeWindow } from './time-window';

/** Searches deliveries. Every filter stands in the address; the live tail says what is new and shows it when asked. */
export function DeliveryExplorer() {
  const [state] = usePageState();
  const may = useMay();
  // A window that ends now moves on with each look, not with each render.
  const filters = useMemo(() => filtersIn(state), [JSON.stringify(state)]);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return (
    <>
      <PageHead
        title={words.title}
        lead={words.lead}
        actions={
          isFiltered &&
          may('redeliver') && (
            <Button variant="default" component={Link} to="/redeliveries/new" search={filters as never}>
              {words.redeliverThese}
            </Button>
          )
        }
      />
      <Filters isFiltered={isFiltered} />
      <Facets filters={filters} />
      <DeliveryTable filters={filters} />
    </>
  );
}

/** One control a filter; each writes its part of the address. */
function Filters({ isFiltered }: { isFiltered: boolean }) {
  const [state, change] = usePageState();
  const connectors = useQuery(connectorsQuery()).data?.items ?? [];
  const subscriptions = useQuery(subscriptionsQuery()).data?.items ?? [];
  const types = useQuery(typesQuery).data?.items ?? [];
  const options = (list: { id: string; name: string }[]) => [
    { value: '', label: general.all },
    ...list.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <Group mb="md" align="flex-end" gap="sm">
      <SearchField label={words.filters.q} value={state['q']} onChange={(q) => change({ q })} />
      <NativeSelect
        label={words.filters.status}
        value={state['status'] ?? ''}
        onChange={(event) => change({ status: event.currentTarget.value })}
        data={[{ value: '', label: general.all }, ...statuses]}
      />
      <NativeSelect
        label={words.filters.connectorId}
        value={state['connectorId'] ?? ''}
        onChange={(event) => change({ connectorId: event.currentTarget.value })}
        data={options(connectors)}
      />
      <NativeSelect
        label={words.filters.subscriptionId}
        value={state['subscriptionId'] ?? ''}
        onChange={(event) => change({ subscriptionId: event.currentTarget.value })}
        data={options(subscriptions)}
      />
      <NativeSelect
        label={words.filters.type}
        value={state['type'] ?? ''}
        onChange={(event) => change({ type: event.currentTarget.value })}
        data={[{ value: '', label: general.all }, ...types.map(({ type }) => type)]}
      />
      <TimeWindow />
      {state['notificationId'] !== undefined && (
        <Button
          variant="default"
          onClick={() => change({ notificationId: undefined })}
          rightSection={<Icon name="cross" size={12} />}
        >
          {words.filters.notificationId} …{state['notificationId'].slice(-8)}
        </Button>
      )}
      {isFiltered && (
        <Button variant="default" component={Link} to="/deliveries">
          {words.clear}
        </Button>
      )}
      <LiveTail />
    </Group>
  );
}

/** The count is renewed so often, however fast the feed is; and beyond so many it only says that there are more. */
const freshEveryMs = 250;
const freshMax = 9_999;

/** Counts what has changed since the list was read, so that rows never jump under the reader. */
function LiveTail() {
  const [state, change] = usePageState();
  const isOn = state['live'] === '1';
  const seen = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [fresh, setFresh] = useState(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const queries = useQueryClient();
  const show = (): void => {
    seen.current.clear();
    setFresh(0);
    void queries.invalidateQueries({ queryKey: ['deliveries'] });
  };
  const hear = ({ stream }: LogEvent): void => {
    if (!stream.startsWith('delivery-') || seen.current.size >= freshMax) return;
    seen.current.add(stream);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setFresh(seen.current.size);
    }, freshEveryMs);
  };
  const feed = useLive(isOn, hear, show);
  return (
    <Group gap="xs" mb={6}>
      <Switch
        label={words.live}
        checked={isOn}
        onChange={(event) => change({ live: event.currentTarget.checked ? '1' : undefined })}
      />
      {isOn && (
        <Badge variant="default" tt="none" role="status">
          {words.liveStates[feed]}
        </Badge>
      )}
      {fresh > 0 && (
        <Button size="xs" onClick={show}>
          {words.fresh(fresh, fresh >= freshMax)}
        </Button>
      )}
    </Group>
  );
}
