import type { ConnectorStats } from '../api/shapes';
import { connectorWords as words } from '../words/connectors';

const width = 96;
const height = 20;
const bars = 24;

/** What a connector got in the last day, one bar an hour: delivered from below, given up on top. Its numbers stand in its label. */
export function Sparkline({ stats, sinceMs, pointMs }: { stats: ConnectorStats; sinceMs: number; pointMs: number }) {
  const most = Math.max(1, ...stats.points.map(({ delivered, deadLettered }) => delivered + deadLettered));
  const step = width / bars;
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={words.spark(stats.delivered, stats.deadLettered)}
      style={{ display: 'block' }}
    >
      <title>{words.spark(stats.delivered, stats.deadLettered)}</title>
      <line x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} stroke="var(--mantine-color-default-border)" />
      {stats.points.map(({ at, delivered, deadLettered }) => {
        const place = Math.min(bars - 1, Math.max(0, Math.floor((Date.parse(at) - sinceMs) / pointMs)));
        const good = (delivered / most) * (height - 1);
        const bad = (deadLettered / most) * (height - 1);
        return (
          <g key={at} transform={`translate(${place * step} 0)`}>
            <rect width={step - 1} height={good} y={height - good} fill="var(--mantine-primary-color-filled)" />
            <rect width={step - 1} height={bad} y={height - good - bad} fill="var(--mantine-color-red-7)" />
          </g>
        );
      })}
    </svg>
  );
}
