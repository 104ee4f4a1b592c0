import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import { watchLoad } from './load-watch.js';

/** While the process has something to do its event loop is asked so often whether it comes in time. */
const resolutionMs = 20;

/** What prom-client measures by a timer of its own, ten times a second also where nothing happens, and with the time between two looks in it. */
const replaced = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (part) => `nodejs_eventloop_lag_${part}_seconds`,
);

/**
 * Shows how much later than it should the event loop came to what was due, since the last time somebody asked: mean, percentiles and the worst.
 * At rest nothing is measured but how late the rare looks at the load come; mean and percentiles begin anew with the next load. Answers how to
 * stop.
 */
export function showLoopDelay(metrics: Registry): () => void {
  for (const name of replaced) metrics.removeSingleMetric(name);
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  const lagSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs) / 1_000;
  const worstSeconds = (): number => (delays.count === 0 ? 0 : lagSeconds(delays.max));
  let worst = 0;
  const stop = watchLoad(({ isQuiet, lateMs }) => {
    worst = Math.max(worst, lateMs / 1_000);
    if (!isQuiet) return void delays.enable();
    worst = Math.max(worst, worstSeconds());
    delays.disable();
    // Or the time until it is enabled again would count as one long delay.
    delays.reset();
  });
  const show = (part: string, help: string, read: () => number): void =>
    void new Gauge({
      name: `nodejs_eventloop_lag_${part}_seconds`,
      help: `${help} of the delays of the event loop since the last scrape, seconds.`,
      registers: [metrics],
      collect() {
        this.set(delays.count === 0 ? 0 : read());
      },
    });
  show('mean', 'The mean', () => lagSeconds(delays.mean));
  for (const percent of [50, 90, 99])
    show(`p${percent}`, `The ${percent}th percentile`, () => lagSeconds(delays.percentile(percent)));
  // The last one that is asked begins anew.
  new Gauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'The longest of the delays of the event loop since the last scrape, seconds.',
    registers: [metrics],
    collect() {
      this.set(Math.max(worst, worstSeconds()));
      worst = 0;
      delays.reset();
    },
  });
  return () => {
    stop();
    delays.disable();
  };
}
