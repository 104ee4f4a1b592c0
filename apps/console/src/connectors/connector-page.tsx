import { Alert, Group, Tabs } from '@mantine/core';
import { useId } from '../app/use-id';
import { useQuery } from '@tanstack/react-query';
import { connectorQuery, targetsQuery } from '../api/queries';
import type { Connector, Target } from '../api/shapes';
import { api } from '../api/client';
import { tabOf, usePageState } from '../app/search';
import { useMay } from '../app/session';
import { DeliveryTable } from '../deliveries/delivery-table';
import { Answer } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { connectorWords as words } from '../words/connectors';
import { ConnectorEdit, ConnectorTemplates } from './connector-edit';
import { ConnectorHistory } from './connector-history';
import { ConnectorOverview } from './connector-overview';
import { ConnectorSubscriptions } from './connector-subscriptions';
import { ConnectorTrouble } from './connector-trouble';
import { DeleteConnector, SwitchConnector } from './connector-switch';
import { TestPanel } from './test-panel';

type Tab = keyof typeof words.tabs;

export function ConnectorPage() {
  const id = useId();
  const connector = useQuery(connectorQuery(id));
  const targets = useQuery(targetsQuery);
  const target = targets.data?.items.find((one) => one.id === connector.data?.target);
  return (
    <Answer of={connector}>
      {(found) =>
        target === undefined ? <Answer of={targets}>{() => null}</Answer> : <Shown connector={found} target={target} />
      }
    </Answer>
  );
}

function Shown({ connector, target }: { connector: Connector; target: Target }) {
  const [state, change] = usePageState();
  const may = useMay();
  const tab = tabOf(state, words.tabs, 'overview');
  const { id } = connector;
  const reason = connector['disabledReason'];
  const tabs = Object.keys(words.tabs).filter((name) => name !== 'test' || may('manage'));
  return (
    <>
      <PageHead
        title={connector.name}
        above={{ to: '/connectors', label: words.title }}
        lead={
          <Group gap="xs">
            {target.name} <Status of={connector.status} />
          </Group>
        }
        actions={
          may('manage') && (
            <>
              <SwitchConnector connector={connector} />
              <DeleteConnector connector={connector} />
            </>
          )
        }
      />
      {!connector.enabled && typeof reason === 'string' && reason !== '' && (
        <Alert color="gray" variant="light" mb="md">
          {words.disabledBecause(reason)}
        </Alert>
      )}
      <ConnectorTrouble connector={connector} />
      <Tabs value={tab} onChange={(next) => change({ tab: next ?? undefined })} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name as Tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <ConnectorOverview connector={connector} target={target} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <ConnectorEdit connector={connector} target={target} />
        </Tabs.Panel>
        <Tabs.Panel value="templates">
          <ConnectorTemplates connector={connector} target={target} />
        </Tabs.Panel>
        <Tabs.Panel value="test">
          <TestPanel
            connectionTest={target?.connectionTest}
            send={(wish) => api('POST /v1/connectors/{id}/test', { params: { id }, body: wish })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="subscriptions">
          <ConnectorSubscriptions connectorId={id} />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <DeliveryTable filters={{ connectorId: id }} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ConnectorHistory id={id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
