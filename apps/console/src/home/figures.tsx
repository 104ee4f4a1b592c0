import { Anchor, Card, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ConnectorStats, Stats } from '../api/shapes';
import { duration } from '../pieces/duration';
import { When } from '../pieces/when';
import { homeWords as words } from '../words/home';

/** The numbers of a time; each is a link to the list behind it. */
export function Figures({ stats, last, connectors }: { stats: Stats; last: string; connectors: ConnectorStats[] }) {
  const { counts, latencyMs, oldestUndelivered } = stats;
  const ended = counts.delivered + counts.deadLettered + counts.cancelled;
  const open = counts.pending + counts.attempting + counts.retrying;
  const minutes = Math.max(1, (Date.parse(stats.until) - Date.parse(stats.since)) / 60_000);
  const failed = stats.series.reduce((sum, point) => sum + point.failedAttempts, 0);
  const breakers = connectors.filter(needsSomebody).length;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
      <Figure
        label={words.success}
        value={stats.successRate === null ? '–' : `${(stats.successRate * 100).toFixed(1)} %`}
        note={stats.successRate === null ? words.successNone : words.successOf(counts.delivered, ended)}
        to="/deliveries"
        search={{ status: 'delivered', last }}
      />
      <Figure
        label={`${words.latency}, ${words.median}`}
        value={duration(latencyMs.p50)}
        note={`${words.p95} ${duration(latencyMs.p95)} · ${words.p99} ${duration(latencyMs.p99)}`}
        to="/deliveries"
        search={{ last }}
      />
      <Figure
        label={words.throughput}
        value={words.perMinute(rateOf(counts.delivered / minutes))}
        note={words.throughputNote(counts.delivered)}
        to="/deliveries"
        search={{ status: 'delivered', last }}
      />
      <Figure
        label={words.open}
        value={String(open)}
        note={words.openHelp}
        to="/deliveries"
        search={{ status: 'retrying', last }}
      />
      <Figure
        label={words.oldest}
        value={oldestUndelivered === null ? '–' : <When at={oldestUndelivered.since} />}
        note={oldestUndelivered === null ? words.oldestNone : <IdLink id={oldestUndelivered.deliveryId} />}
        to={null}
      />
      <Figure
        label={words.dead}
        value={String(counts.deadLettered)}
        note={words.deadHelp}
        to="/deliveries"
        search={{ status: 'dead-lettered', last }}
      />
      <Figure
        label={words.failedAttempts}
        value={failed.toLocaleString('en')}
        note={words.failedAttemptsNote}
        to="/deliveries"
        search={{ status: 'retrying', last }}
      />
      <Figure
        label={words.breakers}
        value={String(breakers)}
        note={words.breakersNote}
        to="/connectors"
        search={breakers === 0 ? {} : { status: 'failing' }}
      />
    </SimpleGrid>
  );
}

/** A connector that fails in a row, or whose target asked for quiet. */
export function needsSomebody({ failing, pausedUntil }: ConnectorStats): boolean {
  return failing !== null || pausedUntil !== null;
}

function rateOf(perMinute: number): string {
  if (perMinute === 0) return '0';
  return perMinute < 0.1 ? '< 0.1' : perMinute.toLocaleString('en', { maximumFractionDigits: perMinute < 10 ? 1 : 0 });
}

interface FigureProps {
  label: string;
  value: ReactNode;
  note: ReactNode;
  /** The page behind the number; null where the note holds the link. */
  to: string | null;
  search?: Record<string, string>;
}

function Figure({ label, value, note, to, search = {} }: FigureProps) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed" component="div">
        {to === null ? (
          label
        ) : (
          <Anchor component={Link} to={to} search={search as never} size="sm">
            {label}
          </Anchor>
        )}
      </Text>
      <Text fz={26} fw={700} component="div">
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {note}
      </Text>
    </Card>
  );
}

function IdLink({ id }: { id: string }) {
  return (
    <Anchor component={Link} to="/deliveries/$id" params={{ id } as never} size="xs">
      …{id.slice(-8)}
    </Anchor>
  );
}
