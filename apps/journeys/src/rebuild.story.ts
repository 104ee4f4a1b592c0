import { balanced, drawUp, openSink } from './account.js';
import { runProgram } from './program.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { hold, pause, type Promised, same, type Story } from './story.js';

/** Read models are thrown away and folded again from the log. */
export const rebuild: Story = {
  name: 'rebuild',
  about: 'read models are made anew while the service runs and notifications flow',
  tell: (stage) => Object.keys(listsOf).map((service) => rebuilt(stage, service as keyof typeof listsOf)),
};

/** What each service shows, in lists that everybody can read. */
const listsOf = {
  registry: ['/v1/connectors', '/v1/api-keys', '/v1/notification-types'],
  subscriptions: ['/v1/subscriptions', '/v1/notifications'],
  delivery: ['/v1/deliveries'],
} as const;

const perSecond = 100;
const count = 400;
const settleWaitMs = 60_000;

function rebuilt(stage: Stage, service: keyof typeof listsOf): Promised {
  return {
    says: `npx nx run ${service}:rebuild ends with 0 and without a difference while notifications flow, and the lists are the same afterwards`,
    holds: async () => {
      const sink = await openSink(stage, `rebuild-${service}-${Date.now()}`);
      const publisher = await Publisher.open(stage.dev, stage.api);
      const published = nothingPublished();
      try {
        const publishing = publisher.publish(
          { type: sink.type, way: 'jetstream', perSecond, from: 0, to: count },
          published,
        );
        await pause(500);
        const [said] = await Promise.all([runRebuild(stage, service), publishing]);
        const flow = balanced(await drawUp(stage, sink, published, settleWaitMs), published);
        const before = await shown(stage, service);
        const again = await runRebuild(stage, service);
        same(await shown(stage, service), before, 'the lists after a rebuild');
        return `${said.join(' ')}; ${again.length} models again at rest, ${before.reduce((sum, { items }) => sum + items.length, 0)} rows equal; ${flow}`;
      } finally {
        await publisher.close();
      }
    },
  };
}

/** What a service shows now, list by list. */
export async function shown(
  stage: Stage,
  service: keyof typeof listsOf,
): Promise<{ path: string; items: unknown[] }[]> {
  return Promise.all(listsOf[service].map(async (path) => ({ path, items: await stage.api.all<unknown>(path) })));
}

/** With the environment that the stack has written for the service. Answers a word a model; rejects on another exit code or a difference. */
export async function runRebuild(stage: Stage, service: string): Promise<string[]> {
  const said = await runProgram(stage, service, 'rebuild', []);
  const models = said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { model: string; position: number; differences: unknown[] });
  hold(models.length > 0, `it named no read model:\n${said.slice(-2_000)}`);
  const differing = models.filter(({ differences }) => differences.length > 0);
  hold(differing.length === 0, `differences: ${JSON.stringify(differing).slice(0, 1_000)}`);
  return models.map(({ model, position }) => `${model}@${position}`);
}
