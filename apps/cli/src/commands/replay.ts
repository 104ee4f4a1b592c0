import { Command } from 'commander';
import { Server } from '../server.js';
import { FoldedLog, type LoggedEvent } from '../folded-log.js';
import { say, Usage, type World } from '../world.js';

interface Options {
  log: string;
  until?: string;
  stream?: string;
  json?: boolean;
}

const pageLimit = 1_000;

export const replayCommand = (world: World): Command =>
  new Command('replay')
    .description('folds the state of a service as it was at a position or a time, out of its log')
    .requiredOption('--log <log>', 'registry-0, subscriptions-0 or delivery-0')
    .option('--until <position|time>', 'the last event that counts; the newest when absent')
    .option('--stream <name>', 'one stream only, such as connector-con_…')
    .action(async ({ log, until, stream, json }: Options) => {
      const isBefore = untilOf(until);
      const folded = new FoldedLog(log);
      for await (const event of eventsOf(new Server(world), log, stream)) {
        if (!isBefore(event)) break;
        folded.take(event);
      }
      const state = {
        log,
        until: until ?? null,
        position: folded.position,
        at: folded.at,
        events: folded.events,
        streams: folded.states(),
      };
      say(world, json, state, () => [
        `${log} at position ${folded.position}${folded.at === null ? '' : ` (${folded.at})`}: ${folded.events} events, ${folded.streams} streams`,
        ...folded
          .states()
          .map(({ stream: name, version, state: value }) => `${name}  v${version}  ${JSON.stringify(value)}`),
      ]);
    });

function untilOf(until: string | undefined): (event: LoggedEvent) => boolean {
  if (until === undefined) return () => true;
  if (/^\d+$/.test(until)) return ({ position }) => position <= Number(until);
  const time = Date.parse(until);
  if (Number.isNaN(time)) throw new Usage('--until takes a position or an RFC 3339 time');
  return ({ at }) => Date.parse(at) <= time;
}

async function* eventsOf(server: Server, log: string, stream: string | undefined): AsyncGenerator<LoggedEvent> {
  let after: number | null = 0;
  while (after !== null) {
    const page: { items: LoggedEvent[]; nextAfter: number | null } = await server.get(
      `/v1/log/${encodeURIComponent(log)}/events`,
      {
        after,
        limit: pageLimit,
        stream,
      },
    );
    yield* page.items;
    after = page.nextAfter;
  }
}
