import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { parseCheckpoint } from '@waybill/event-log/checkpoint';
import { readTar, tarEnd, tarMember } from '@waybill/event-log/tar';
import { Server } from '../server.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  log?: string[];
  from?: string;
  to?: string;
  since?: string;
  until?: string;
  connector?: string;
  notification?: string;
  previous?: string;
  payloads: string;
  output: string;
  json?: boolean;
}

const allLogs = ['registry-0', 'subscriptions-0', 'delivery-0'];

export const exportCommand = (world: World): Command =>
  new Command('export')
    .description('writes a tar that proves what a log holds, for `waybill verify` and anybody else')
    .option('--log <log...>', 'registry-0, subscriptions-0, delivery-0; all that know something when absent')
    .option('--from <position>', 'the first position, of one log')
    .option('--to <position>', 'the last position; the newest that is signed when absent')
    .option('--since <time>', 'from the first event at or after a time')
    .option('--until <time>', 'to the last event at or before a time')
    .option('--connector <id>', 'what concerns one connector')
    .option('--notification <id>', 'what concerns one notification')
    .option('--previous <file>', 'a checkpoint that the auditor holds: adds the proof that its log only grew since')
    .addOption(
      new Option('--payloads <which>', 'none leaves out the keys that open payloads')
        .choices(['all', 'none'])
        .default('all'),
    )
    .option('-o, --output <file>', 'the archive', 'export.tar')
    .addHelpText(
      'after',
      `
Examples:
  waybill export --log delivery-0 -o delivery.tar
  waybill export --connector con_… --previous last-year.checkpoint
  waybill export --notification ntf_… --payloads none
  waybill export --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z`,
    )
    .action(async (options: Options) => {
      const logs = options.log ?? logsAbout(options);
      if (logs.length > 1 && (options.from !== undefined || options.to !== undefined))
        throw new Usage('Positions are of one log: name it with --log.');
      const server = new Server(world);
      const file = createWriteStream(options.output, { mode: 0o600 });
      const write = async (bytes: Uint8Array): Promise<void> => {
        if (!file.write(bytes)) await once(file, 'drain');
      };
      let members = 0;
      for (const [at, log] of logs.entries())
        members += await copyExport(server, log, queryOf(options, log), at === 0, write);
      await write(tarEnd);
      file.end();
      await finished(file);
      say(world, options.json, { file: options.output, logs, members }, () => [
        `${options.output} holds ${logs.join(', ')}`,
      ]);
    });

function logsAbout({ connector, notification }: Options): string[] {
  if (connector !== undefined && notification === undefined) return ['registry-0', 'delivery-0'];
  if (notification !== undefined && connector === undefined) return ['subscriptions-0', 'delivery-0'];
  return connector === undefined ? allLogs : ['delivery-0'];
}

function queryOf(options: Options, log: string): Record<string, unknown> {
  const { from, to, since, until, connector, notification, payloads } = options;
  return {
    from,
    to,
    since,
    until,
    connectorId: connector,
    notificationId: notification,
    payloads,
    previous: previousSize(options, log),
  };
}

function previousSize({ previous }: Options, log: string): number | undefined {
  if (previous === undefined) return undefined;
  const { origin, size } = parseCheckpoint(readFileSync(previous, 'utf8'));
  return origin.endsWith(`/${log}`) ? size : undefined;
}

/** Copies the members of one log's archive; an answer that ends early is no export. */
async function copyExport(
  server: Server,
  log: string,
  query: Record<string, unknown>,
  isFirst: boolean,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  let members = 0;
  try {
    for await (const { name, bytes } of readTar(await server.stream(`/v1/log/${log}/export`, query))) {
      if (name === 'README' && !isFirst) continue;
      await write(tarMember(name, bytes, now));
      members += 1;
    }
  } catch (error) {
    if (error instanceof NotDone) throw error;
    throw new NotDone(`the export of ${log} broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
  return members;
}
