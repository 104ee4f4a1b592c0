import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { connectorHistoryQuery } from '../api/queries';
import { EventList } from '../audit/event-list';
import { AsItWas } from '../pieces/as-it-was';
import { Answer, Empty } from '../pieces/notice';
import { connectorWords as words } from '../words/connectors';

/** The log events of one connector, newest first, each with what it changed from the one before. */
export function ConnectorHistory({ id }: { id: string }) {
  const history = useQuery(connectorHistoryQuery(id));
  return (
    <Answer of={history}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={words.historyEmpty} />
        ) : (
          <Stack>
            <AsItWas id={id} />
            <EventList events={items} compare />
          </Stack>
        )
      }
    </Answer>
  );
}
