import { Command, Option } from 'commander';
import { Server } from '../server.js';
import { type DecidedAgain, Rules } from '../decided-again.js';
import { readExactJson } from '../exact-json.js';
import { FoldedLog, type LoggedEvent } from '../folded-log.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  log?: string;
  delivery?: string;
  attempt?: number;
  bytes?: boolean;
  decisions?: boolean;
  rules: string;
  notification?: string;
  since?: string;
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
    .option('--bytes', 'prints what was sent; exit 1 when it is not what was recorded')
    .option('--attempt <number>', 'the last one that sent something when absent', attemptOf)
    .option('--decisions', 'decides routed notifications once more and compares with the record')
    .addOption(
      new Option('--rules <when>', 'the subscriptions as they stood then, or as they are now')
        .choices(['then', 'now'])
        .default('then'),
    )
    .option('--notification <id>', 'with --decisions: one notification, and every subscription that stood')
    .option('--since <time>', 'with --decisions: the first notification that counts')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const { log, until, stream, json, delivery, attempt, bytes } = options;
      if (options.decisions === true) return replayDecisions(world, options);
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

/** The rules of then must come to what is recorded; those of now may not, which is what one asks for. */
async function replayDecisions(world: World, { rules, notification, since, until, json }: Options): Promise<void> {
  const server = new Server(world);
  const isBefore = untilOf(until);
  if (since !== undefined && Number.isNaN(Date.parse(since))) throw new Usage('--since takes an RFC 3339 time');
  const isAfter = since === undefined ? () => true : ({ at }: LoggedEvent) => Date.parse(at) >= Date.parse(since);
  const now = new Rules();
  if (rules === 'now') for await (const event of eventsOf(server, 'subscriptions-0', undefined)) now.take(event);
  const then = new Rules();
  const found: DecidedAgain[] = [];
  let notifications = 0;
  let shredded = 0;
  for await (const event of eventsOf(server, 'subscriptions-0', undefined)) {
    if (!isBefore(event)) break;
    then.take(event);
    const isAsked = notification === undefined || event.data['notificationId'] === notification;
    if (event.type !== 'NotificationRouted' || !isAfter(event) || !isAsked) continue;
    notifications += 1;
    const again = (rules === 'now' ? now : then).decide(event);
    if (again === null) shredded += 1;
    else if (!again.same || notification !== undefined) found.push(again);
  }
  const different = found.filter(({ same }) => !same);
  say(world, json, { rules, notifications, shredded, different: different.length, found }, () => [
    `${notifications} notifications, ${different.length} would go elsewhere by the rules of ${rules}, ${shredded} cannot be decided again because they were shredded`,
    ...found.flatMap(decisionWords),
  ]);
  if (rules === 'then' && different.length > 0) throw new NotDone('');
}

function decisionWords({ notificationId, position, subscriptions, same }: DecidedAgain): string[] {
  const shown = same ? subscriptions : subscriptions.filter(({ recorded, decided }) => recorded !== decided);
  return [
    `${notificationId} (subscriptions-0:${position})`,
    ...shown.map(({ name, subscriptionId, recorded, decided, because }) => {
      const went = recorded ? 'was chosen' : 'was not chosen';
      return `  ${name} (${subscriptionId}) ${went}${recorded === decided ? '' : `, and ${decided ? 'would be' : 'would not be'}`}: ${because}`;
    }),
  ];
}

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

const examples = `
Examples:
  waybill replay --log delivery-0 --until 2026-11-24T08:00:00Z         what was known at that moment
  waybill replay --log registry-0 --stream connector-con_… --until 40  one connector at one position
  waybill replay --delivery dlv_… --bytes                              what was sent, and the proof that it is that
  waybill replay --decisions --notification ntf_…                      why each subscription got it or not
  waybill replay --decisions --rules now --since 2026-11-17T00:00:00Z  what today's rules would have done differently`;

function attemptOf(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Usage('--attempt takes the number of an attempt, from 1');
  return Number(text);
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
    const path = `/v1/log/${encodeURIComponent(log)}/events`;
    const text = await server.text(path, { after, limit: pageLimit, stream });
    const page = readExactJson(text) as { items: LoggedEvent[]; nextAfter: number | null };
    yield* page.items;
    after = page.nextAfter;
  }
}
