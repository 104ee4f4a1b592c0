import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { connectorQuery } from '../api/queries';
import type { Connector, ConnectorPatch, ConnectorWritten } from '../api/shapes';
import { general } from '../words/general';

/** Changes a connector as it was read: refused when somebody else changed it since. */
export function usePatch(connector: Connector, after?: (written: ConnectorWritten) => void) {
  const queries = useQueryClient();
  const { id, version } = connector;
  return useMutation({
    mutationFn: (patch: ConnectorPatch) =>
      api('PATCH /v1/connectors/{id}', { params: { id }, ifVersion: version, body: patch }),
    onSuccess: async (written) => {
      await queries.invalidateQueries({ queryKey: connectorQuery(id).queryKey });
      await queries.invalidateQueries({ queryKey: ['connectors'] });
      notifications.show({
        message: written.propagated === false ? general.notPropagated : general.changed(written.name),
      });
      after?.(written);
    },
  });
}
