import { Command } from 'commander';
import { Server } from '../server.js';
import { FoldedLog, type LoggedEvent } from '../folded-log.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  log?: string;
  delivery?: string;
  attempt?: number;
  bytes?: boolean;
  until?: string;
  stream?: string;
  json?: boolean;
}

const pageLimit = 1_000;

export const replayCommand = (world: World): Command =>
  new Command('replay')
    .description(
      'folds the state of a service as it was at a position or a time, or makes what was sent once more, out of the log',
    )
    .option('--log <log>', 'registry-0, subscriptions-0 or delivery-0')
    .option('--until <position|time>', 'the last event that counts; the newest when absent')
    .option('--stream <name>', 'one stream only, such as connector-con_…')
    .option(
      '--delivery <id>',
      'with --bytes: the request of a past attempt, made again and compared with the recorded digest',
    )
    .option('--bytes')
    .option('--attempt <number>', 'the last one that sent something when absent', Number)
    .action(async ({ log, until, stream, json, delivery, attempt, bytes }: Options) => {
      if (delivery !== undefined && bytes === true) return replayBytes(world, delivery, attempt, json);
      if (log === undefined || delivery !== undefined) throw new Usage('Give --log, or --delivery with --bytes.');
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

interface Replayed {
  attempt: number;
  connectorVersion: number;
  recorded: { bodySha256: string };
  replayed: { method: string; url: string; body: string; bodySha256: string; bodyBytes: number };
  same: boolean;
  notes: string[];
}

async function replayBytes(
  world: World,
  id: string,
  attempt: number | undefined,
  json: boolean | undefined,
): Promise<void> {
  const path = `/v1/deliveries/${encodeURIComponent(id)}/replay`;
  const { replayed, recorded, ...found } = await new Server(world).get<Replayed>(path, { attempt });
  say(world, json, { ...found, recorded, replayed }, () => [
    replayed.body,
    `attempt ${found.attempt}, connector version ${found.connectorVersion}: ${replayed.method} ${replayed.url}, ${replayed.bodyBytes} bytes`,
    `recorded ${recorded.bodySha256}`,
    `replayed ${replayed.bodySha256}`,
    ...found.notes,
    found.same ? 'The bytes are those that were sent.' : 'The bytes DIFFER from those that were sent.',
  ]);
  if (!found.same) throw new NotDone('');
}

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
