import { Command } from 'commander';
import { Server } from '../server.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Answer {
  shredded: number;
  held: string[];
  nextCursor: string | null;
}

/** `--tenant` is the key's own: whoever may shred for another tenant holds a key of it. */
export const shredCommand = (world: World): Command =>
  new Command('shred')
    .description('makes payloads unreadable for ever; the log says so, and everything still verifies')
    .option('--notification <id>', 'one notification')
    .option('--before <time>', 'all that were recorded up to a time')
    .option('--tenant', "everything of the key's tenant")
    .requiredOption('--reason <words>', 'stands in the log')
    .action(
      async ({
        notification,
        before,
        tenant,
        reason,
        json,
      }: {
        notification?: string;
        before?: string;
        tenant?: boolean;
        reason: string;
        json?: boolean;
      }) => {
        if ([notification, before, tenant].filter((given) => given !== undefined).length !== 1)
          throw new Usage('Name a notification, a time or --tenant, one of them.');
        const server = new Server(world);
        const until = tenant === true ? new Date().toISOString() : before;
        const body = notification === undefined ? { before: until, reason } : { notificationId: notification, reason };
        const total = { shredded: 0, held: [] as string[] };
        let cursor: string | null = null;
        do {
          const done: Answer = await server.post<Answer>('/v1/shredding', cursor === null ? body : { ...body, cursor });
          total.shredded += done.shredded;
          total.held.push(...done.held);
          cursor = done.nextCursor;
        } while (cursor !== null);
        say(world, json, total, () => [
          `${total.shredded} payloads are shredded`,
          ...(total.held.length === 0
            ? []
            : [`${total.held.length} are kept by a legal hold: ${total.held.join(', ')}`]),
        ]);
        if (total.held.length > 0) throw new NotDone('');
      },
    );

export const holdCommand = (world: World): Command =>
  new Command('hold')
    .description('keeps payloads from being shredded, or releases them')
    .option('--notification <id>', "one notification; everything of the key's tenant when absent")
    .option('--release', 'ends the hold')
    .requiredOption('--reason <words>', 'stands in the log')
    .action(
      async ({
        notification,
        release,
        reason,
        json,
      }: {
        notification?: string;
        release?: boolean;
        reason: string;
        json?: boolean;
      }) => {
        const held = release !== true;
        const done = await new Server(world).post<object>('/v1/legal-holds', {
          notificationId: notification,
          held,
          reason,
        });
        say(world, json, done, () => [`${notification ?? 'the tenant'} is ${held ? 'held' : 'released'}`]);
      },
    );
