import { PostgresLog } from './postgres-log.js';
import { Projection } from './projection.js';
import type { ReadModel } from './read-model.js';

/**
 * Folds read models anew from the log, beside the ones that are read, compares the two and flips; the service may run all the while.
 * Prints one JSON line a model (`compared` is false where the live tables are of another version). Answers the exit code: 0 equal, 1 the new rows differ from the old ones (the new ones are right, and
 * the difference is a defect), 2 a name that is none.
 */
export async function rebuildCommand(options: {
  readonly log: string;
  readonly connectionString: string;
  readonly kek: string;
  readonly models: readonly ReadModel[];
  /** Names of the models to rebuild; all of them when there are none. */
  readonly asked: readonly string[];
}): Promise<0 | 1 | 2> {
  const { models, asked, connectionString } = options;
  const unknown = asked.filter((name) => !models.some((model) => model.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no such read model: ${unknown.join(', ')}; there are ${models.map(({ name }) => name).join(', ')}\n`,
    );
    return 2;
  }
  const log = await PostgresLog.open({
    connectionString,
    kek: options.kek,
    log: options.log,
    applicationName: `${options.log} rebuild`,
  });
  let differing = 0;
  for (const model of models.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    const beganMs = performance.now();
    const result = await new Projection({ log, connectionString, model }).rebuild({ compare: true });
    const differences = result?.differences ?? [];
    differing += differences.length;
    const seconds = Number(((performance.now() - beganMs) / 1000).toFixed(2));
    const line = {
      model: model.name,
      version: model.version,
      position: result?.position ?? null,
      compared: result?.compared ?? false,
      differences,
      seconds,
      // The most that this process has held so far.
      rssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  await log.close();
  return differing > 0 ? 1 : 0;
}
