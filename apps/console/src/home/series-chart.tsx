import { Card, Group, Table, Text, Title } from '@mantine/core';
import type { Stats } from '../api/shapes';
import { homeWords as words } from '../words/home';

const width = 900;
const height = 160;
const gap = 1;

/** Bars of what was delivered and what was given up, with the numbers as a table behind it. */
export function SeriesChart({ series }: { series: Stats['series'] }) {
  const most = Math.max(1, ...series.map(({ delivered, deadLettered }) => delivered + deadLettered));
  const step = width / Math.max(1, series.length);
  const scale = height / most;
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {words.chart}
        </Title>
        <Text size="xs" c="dimmed">
          {words.last} · ▮ {words.delivered} · ▨ {words.deadLettered}
        </Text>
      </Group>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        height={height}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.chart}
      >
        <defs>
          <pattern id="dead" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" fill="var(--mantine-color-red-2)" />
            <rect width="3" height="6" fill="var(--mantine-color-red-8)" />
          </pattern>
        </defs>
        {series.map(({ at, delivered, deadLettered }, index) => (
          <g key={at} transform={`translate(${index * step} 0)`}>
            <rect
              width={Math.max(1, step - gap)}
              height={delivered * scale}
              y={height - delivered * scale}
              fill="var(--mantine-primary-color-filled)"
            />
            <rect
              width={Math.max(1, step - gap)}
              height={deadLettered * scale}
              y={height - (delivered + deadLettered) * scale}
              fill="url(#dead)"
            />
          </g>
        ))}
      </svg>
      <details>
        <summary>{words.chartTable}</summary>
        <Numbers series={series} />
      </details>
    </Card>
  );
}

/** The numbers behind the chart. */
function Numbers({ series }: { series: Stats['series'] }) {
  return (
    <Table.ScrollContainer minWidth={400} mah={300}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {[words.at, words.delivered, words.deadLettered, words.failedAttempts].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {series.map((row) => (
            <Table.Tr key={row.at}>
              <Table.Td>{row.at}</Table.Td>
              <Table.Td>{row.delivered}</Table.Td>
              <Table.Td>{row.deadLettered}</Table.Td>
              <Table.Td>{row.failedAttempts}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
