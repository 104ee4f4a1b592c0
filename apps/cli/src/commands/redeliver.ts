import { Command, Option } from 'commander';
import { Server } from '../server.js';
import { say, Usage, type World } from '../world.js';

interface Options {
  mode: string;
  dryRun?: boolean;
  json?: boolean;
  status?: string;
  connectorId?: string;
  subscriptionId?: string;
  notificationId?: string;
  type?: string;
  since?: string;
  until?: string;
}

export const redeliverCommand = (world: World): Command =>
  new Command('redeliver')
    .description('sends one delivery again, or as a job all that a filter finds')
    .argument('[id]', 'one delivery; without it a filter')
    .addOption(new Option('--mode <mode>').choices(['same-bytes', 'render-again']).default('same-bytes'))
    .option('--dry-run', 'only says how many, to whom, and how many may arrive twice')
    .option('--status <status>')
    .option('--connector-id <id>')
    .option('--subscription-id <id>')
    .option('--notification-id <id>')
    .option('--type <type>')
    .option('--since <time>')
    .option('--until <time>')
    .action(async (id: string | undefined, { mode, dryRun, json, ...filter }: Options) => {
      const server = new Server(world);
      if (id !== undefined) {
        const done = await server.post<{ status: string }>(`/v1/deliveries/${encodeURIComponent(id)}/redeliver`, {
          mode,
        });
        return say(world, json, done, () => [`${id} is ${done.status}`]);
      }
      if (Object.keys(filter).length === 0) throw new Usage('Name a delivery, or at least one condition.');
      const job = await server.post<Record<string, unknown>>('/v1/redeliveries', {
        filter,
        mode,
        dryRun: dryRun === true,
      });
      say(world, json, job, () => [JSON.stringify(job, null, 2)]);
    });
