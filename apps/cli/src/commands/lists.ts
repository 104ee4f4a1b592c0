import { Command } from 'commander';
import { Server } from '../server.js';
import { say, table, type World } from '../world.js';

interface Page {
  items: Record<string, unknown>[];
  nextCursor: string | null;
}
type Given = Record<string, unknown> & { json?: boolean };

const cell = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

function list(world: World, path: string, columns: readonly string[], options: Given): Promise<void> {
  const { json, ...query } = options;
  return new Server(world).get<Page>(path, query).then((page) => {
    say(world, json, page, () => [
      ...table(
        columns,
        page.items.map((item) => columns.map((column) => cell(item[column]))),
      ),
      ...(page.nextCursor === null ? [] : [`more with --cursor ${page.nextCursor}`]),
    ]);
  });
}

function show(world: World, path: string, json: boolean | undefined): Promise<void> {
  return new Server(world).get<object>(path).then((found) => {
    say(world, json, found, () => [JSON.stringify(found, null, 2)]);
  });
}

const paged = (command: Command): Command =>
  command.option('--limit <n>', 'at most so many', '50').option('--cursor <cursor>');

/** `waybill <things> list|get|enable|disable`: what both kinds of configured things have in common. */
function configured(
  world: World,
  name: string,
  columns: readonly string[],
  filters: (command: Command) => Command,
): Command {
  const path = `/v1/${name}`;
  const turn = (verb: 'enable' | 'disable'): Command =>
    new Command(verb)
      .description(verb === 'enable' ? 'lets it work again' : 'keeps it, but nothing goes out by it')
      .argument('<id>')
      .option('--reason <words>')
      .action(async (id: string, { reason, json }: { reason?: string; json?: boolean }) => {
        const body = verb === 'disable' && reason !== undefined ? { reason } : {};
        const done = await new Server(world).post<{ version?: number }>(
          `${path}/${encodeURIComponent(id)}/${verb}`,
          body,
        );
        say(world, json, done, () => [`${id} is ${verb}d`]);
      });
  return new Command(name)
    .description(`lists, shows, enables and disables ${name}`)
    .addCommand(
      filters(paged(new Command('list').description('newest first')))
        .option('--at <time>', 'as they were then, with those that were deleted since')
        .action((options: Given) => list(world, path, columns, options)),
    )
    .addCommand(
      new Command('get')
        .description('shows one of them whole; secrets are never shown')
        .argument('<id>')
        .option('--at <time>', 'as it was at that time')
        .action((id: string, { at, json }: { at?: string; json?: boolean }) =>
          show(
            world,
            `${path}/${encodeURIComponent(id)}${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`,
            json,
          ),
        ),
    )
    .addCommand(turn('enable'))
    .addCommand(turn('disable'));
}

export const connectorsCommand = (world: World): Command =>
  configured(world, 'connectors', ['id', 'name', 'target', 'status', 'version'], (command) =>
    command.option('--target <target>').option('--status <status>').option('--q <text>', 'part of the name'),
  );

export const subscriptionsCommand = (world: World): Command =>
  configured(world, 'subscriptions', ['id', 'name', 'types', 'enabled', 'version'], (command) =>
    command
      .option('--connector-id <id>', 'those that send to a connector')
      .option('--type <type>', 'those that want a type of notification')
      .option('--q <text>', 'part of the name'),
  );

export const deliveriesCommand = (world: World): Command =>
  new Command('deliveries')
    .description('lists and shows deliveries, and cancels one that waits')
    .addCommand(
      paged(new Command('list').description('newest first'))
        .option('--status <status>')
        .option('--connector-id <id>')
        .option('--subscription-id <id>')
        .option('--notification-id <id>')
        .option('--type <type>')
        .option('--since <time>')
        .option('--until <time>')
        .option('--q <text>')
        .action((options: Given) =>
          list(world, '/v1/deliveries', ['id', 'status', 'type', 'connectorId', 'notificationId', 'reason'], options),
        ),
    )
    .addCommand(
      new Command('get')
        .description('one delivery with every attempt, what was sent and what came back')
        .argument('<id>')
        .option('--at <time>', 'as it was at that time')
        .action((id: string, { at, json }: Given & { at?: string }) =>
          show(
            world,
            `/v1/deliveries/${encodeURIComponent(id)}${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`,
            json,
          ),
        ),
    )
    .addCommand(
      new Command('cancel')
        .description('ends one that waits for its next attempt')
        .argument('<id>')
        .requiredOption('--reason <words>')
        .action(async (id: string, { reason, json }: { reason: string; json?: boolean }) => {
          const done = await new Server(world).post<object>(`/v1/deliveries/${encodeURIComponent(id)}/cancel`, {
            reason,
          });
          say(world, json, done, () => [`${id} is cancelled`]);
        }),
    );
