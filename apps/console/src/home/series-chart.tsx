import { Card, Group, Table, Text, Title } from '@mantine/core';
import type { Stats } from '../api/shapes';
import { Exactly } from '../pieces/when';
import { homeWords as words } from '../words/home';
import type { Change } from './attention';

const width = 900;
const height = 160;
const gap = 1;
/** The service cuts a window into so many points at most; points without deliveries are not sent. */
const points = 60;

/** Bars of what was delivered and what was given up where they fell in time, marks of what was changed, and the numbers as a table. */
export function SeriesChart({ stats, changes }: { stats: Stats; changes: readonly Change[] }) {
  const { series } = stats;
  const fromMs = Date.parse(stats.since);
  const spanMs = Math.max(1, Date.parse(stats.until) - fromMs);
  const placeOf = (at: string): number => ((Date.parse(at) - fromMs) / spanMs) * width;
  const marks = changes.filter(({ updatedAt }) => Date.parse(updatedAt) >= fromMs);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {words.chart}
        </Title>
        <Text size="xs" c="dimmed">
          ▮ {words.delivered} · ▨ {words.deadLettered} · ┊ {words.change}
        </Text>
      </Group>
      {series.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.nothingYet}
        </Text>
      )}
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
        <line x1="0" y1={height} x2={width} y2={height} stroke="var(--mantine-color-default-border)" />
        <Bars series={series} placeOf={placeOf} />
        {marks.map(({ id, name, updatedAt }) => (
          <line
            key={id}
            x1={placeOf(updatedAt)}
            x2={placeOf(updatedAt)}
            y1="0"
            y2={height}
            stroke="var(--mantine-color-dimmed)"
            strokeDasharray="3 4"
            vectorEffect="non-scaling-stroke"
          >
            <title>{name}</title>
          </line>
        ))}
      </svg>
      <Group justify="space-between" mb="xs">
        <Text size="xs" c="dimmed" component="span">
          <Exactly at={stats.since} />
        </Text>
        <Text size="xs" c="dimmed" component="span">
          <Exactly at={stats.until} />
        </Text>
      </Group>
      <details>
        <summary>{words.chartTable}</summary>
        <Numbers series={series} />
      </details>
    </Card>
  );
}

function Bars({ series, placeOf }: { series: Stats['series']; placeOf: (at: string) => number }) {
  const most = Math.max(1, ...series.map(({ delivered, deadLettered }) => delivered + deadLettered));
  const step = width / points;
  const scale = height / most;
  return series.map(({ at, delivered, deadLettered }) => (
    <g key={at} transform={`translate(${Math.min(width - step, placeOf(at))} 0)`}>
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
  ));
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
              <Table.Td>
                <Exactly at={row.at} />
              </Table.Td>
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
