import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Connector, Target } from '../api/shapes';
import { Actor } from '../pieces/actor';
import { CopyText } from '../pieces/copy-text';
import { When } from '../pieces/when';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { titleOf } from './draft';

/** Everything that may be known of a connector; of its secrets that they are set, when and by whom. */
export function ConnectorOverview({ connector, target }: { connector: Connector; target: Target }) {
  const { config, secrets, limits, lastTest } = connector;
  const rows: [label: string, value: ReactNode][] = [
    [words.id, <CopyText key="id" text={connector.id} />],
    [words.target, target.name],
    ...Object.entries(config).map(([name, value]): [string, ReactNode] => [
      titleOf(target.form, name),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ...Object.entries(secrets).map(([name, { setAt, setBy }]): [string, ReactNode] => [
      titleOf(target.secrets, name),
      <span key={name}>
        {words.secretSet} <When at={setAt} /> {words.secretBy} <Actor of={setBy} />
      </span>,
    ]),
    [
      words.lastTest,
      lastTest === null ? (
        words.untested
      ) : (
        <span key="test">
          {words.tested(lastTest.outcome)}
          <When at={lastTest.at} />
        </span>
      ),
    ],
    [words.maxConcurrent, limits.maxConcurrent],
    [words.maxPerSecond, limits.maxPerSecond ?? general.none],
    [words.timeoutMs, limits.timeoutMs],
    [words.retryDelays, limits.retryDelaysSeconds?.join(', ') ?? words.deploymentPlan],
    [words.created, <By key="created" at={connector.createdAt} by={connector.createdBy} />],
    [words.updated, <By key="updated" at={connector.updatedAt} by={connector.updatedBy} />],
    [general.versionLabel, connector.version],
  ];
  return (
    <Table maw={900} variant="vertical" layout="fixed">
      <Table.Tbody>
        {rows.map(([label, value], at) => (
          <Table.Tr key={`${label}${at}`}>
            <Table.Th scope="row" w={240}>
              {label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function By({ at, by }: { at: string; by: string }) {
  return (
    <Text span size="sm">
      <When at={at} /> {words.by} <Actor of={by} />
    </Text>
  );
}
