import { availableParallelism, cpus } from 'node:os';
import { startStack } from './stack.js';
import { measureBarePosts, measureWalk } from './walk.js';

/** Deliveries before the walk is measured, at each fan-out. */
const warmUpDeliveries = 10_000;

/** `npm run bench -- --smoke | --walk | --append | --render | --rebuild | --export | --explorer`: what is measured, on which machine, as JSON lines; a table for people last. */
const wanted = new Set(process.argv.slice(2));
if (wanted.has('--append')) await appendRun();
else if (wanted.has('--explorer')) await explorerRun();
else if (wanted.has('--render')) await (await import('./render.js')).runRenderBench();
else if (wanted.has('--rebuild')) await rebuildRun();
else if (wanted.has('--export')) await exportRun();
else await walkRun(wanted.has('--walk') ? 20_000 : 6_000);

async function walkRun(notifications: number): Promise<void> {
  const stack = await startStack();
  let end: 'failed' | undefined = 'failed';
  try {
    const cold = await measureWalk(stack.dev, 1, 1_000);
    // V8 compiles some 500 functions of delivery alone, on the same two cores, while it learns what is hot: a system that has run for a minute
    // is what is asked for. What it does right after its start stands beside it.
    for (const fanOut of [1, 5]) await measureWalk(stack.dev, fanOut, warmUpDeliveries / fanOut);
    const bare = await measureBarePosts(stack.dev, 10_000);
    const single = await measureWalk(stack.dev, 1, notifications);
    const five = await measureWalk(stack.dev, 5, Math.round(notifications / 2));
    say({ machine: machine(), bareUndiciPostsPerSecond: bare, cold, walk: [single, five] });
    console.log(`\nbare undici loop    ${bare} posts/s`);
    console.log(
      `right after start   ${cold.deliveriesPerSecond} deliveries/s at fan-out 1, the first ${cold.notifications}`,
    );
    for (const figure of [single, five]) {
      console.log(
        `fan-out ${figure.fanOut}           ${figure.deliveriesPerSecond} deliveries/s (${figure.notificationsPerSecond} notifications/s, ${figure.notifications} of 1 KB in ${figure.seconds.toFixed(2)} s)`,
      );
    }
    end = undefined;
  } finally {
    await stack.stop(end);
  }
}

/** Fails when one of the pages takes longer than it may. */
async function explorerRun(): Promise<void> {
  const { measureExplorer, pageMsMax } = await import('./explorer.js');
  const stack = await startStack();
  try {
    const { rows, answers } = await measureExplorer(stack.dev);
    say({ machine: machine(), explorer: { rows, answers } });
    for (const { question, items, p50Ms, p95Ms } of answers)
      console.log(`${question.padEnd(56)} ${String(items).padStart(6)}  p50 ${p50Ms} ms  p95 ${p95Ms} ms`);
    if (answers.some(({ p95Ms }) => p95Ms > pageMsMax)) process.exitCode = 1;
  } finally {
    await stack.stop();
  }
}

async function appendRun(): Promise<void> {
  const { runAppendBench } = await import('./append.js');
  await runAppendBench({ seconds: Number(process.env['WAYBILL_BENCH_SECONDS'] ?? 30) });
}

/** `WAYBILL_BENCH_EVENTS` instead of a million; `WAYBILL_BENCH_SERVICES=delivery,registry` for some of them. */
async function rebuildRun(): Promise<void> {
  const { runRebuildBench } = await import('./rebuild.js');
  const services = process.env['WAYBILL_BENCH_SERVICES']?.split(',');
  await runRebuildBench({
    events: Number(process.env['WAYBILL_BENCH_EVENTS'] ?? 1_000_000),
    ...(services && { services }),
    say: (figures) => {
      say({ machine: machine(), rebuild: figures });
      const { service, events, firstSeconds, againSeconds, megabytes } = figures;
      console.log(
        `${service.padEnd(14)} ${events} events: rebuilt in ${firstSeconds} s, again and compared in ${againSeconds} s, ${megabytes} MB`,
      );
    },
  });
}

/** `WAYBILL_BENCH_EVENTS` instead of a hundred thousand. */
async function exportRun(): Promise<void> {
  const { measureExport } = await import('./export.js');
  const stack = await startStack();
  try {
    const figures = await measureExport(stack, Number(process.env['WAYBILL_BENCH_EVENTS'] ?? 100_000));
    say({ machine: machine(), export: figures });
    const { events, megabytes, exportedPerSecond, verifiedPerSecond, rssMegabytes } = figures;
    console.log(
      `${events} events, ${megabytes} MB: exported at ${exportedPerSecond}/s, verified at ${verifiedPerSecond}/s; resident at a tenth, a half, all: ${Object.values(rssMegabytes).join(', ')} MB`,
    );
  } finally {
    await stack.stop();
  }
}

function machine(): Record<string, unknown> {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
  };
}

function say(figures: unknown): void {
  console.log(JSON.stringify(figures));
}
