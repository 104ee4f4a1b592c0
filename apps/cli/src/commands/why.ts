import { Command } from 'commander';
import { Server } from '../server.js';
import { say, type World } from '../world.js';

interface Why {
  words: string;
  steps: { at: string | null; words: string; log?: string; position?: number }[];
}

export const whyCommand = (world: World): Command =>
  new Command('why')
    .description('explains a notification, delivery, connector, subscription or job')
    .argument('<id>')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const why = await new Server(world).get<Why>(`/v1/why/${encodeURIComponent(id)}`);
      say(world, json, why, () => [
        why.words,
        ...why.steps.map(
          ({ at, words, log, position }) =>
            `  ${at ?? ''}  ${words}${log === undefined ? '' : `  (${log}:${position ?? ''})`}`,
        ),
      ]);
    });
