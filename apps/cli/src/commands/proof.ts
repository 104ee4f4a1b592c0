import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { parseCheckpoint } from '@waybill/event-log/checkpoint';
import { Server } from '../server.js';
import { say, Usage, type World } from '../world.js';

interface Output {
  output?: string;
  json?: boolean;
}

export const checkpointCommand = (world: World): Command =>
  new Command('checkpoint')
    .description('takes the newest signed checkpoint of a log home, to hold the log to it later')
    .requiredOption('--log <log>', 'registry-0, subscriptions-0 or delivery-0')
    .option('-o, --output <file>', 'standard output when absent')
    .action(async ({ log, ...rest }: Output & { log: string }) => {
      deliver(world, rest, 'checkpoint', await new Server(world).text(`/v1/log/${log}/checkpoint`));
    });

export const proofCommand = (world: World): Command =>
  new Command('proof')
    .description('takes the proof home that one event is in a log (c2sp.org/tlog-proof@v1), for `waybill verify`')
    .option('--notification <id>', 'the receipt of a notification; a key that may publish is enough')
    .option('--log <log>', 'with --position: any event')
    .option('--position <position>')
    .option('-o, --output <file>', 'standard output when absent')
    .action(
      async ({
        notification,
        log,
        position,
        ...rest
      }: Output & { notification?: string; log?: string; position?: string }) => {
        const isOne = notification !== undefined && log === undefined && position === undefined;
        const isOther = notification === undefined && log !== undefined && position !== undefined;
        if (!isOne && !isOther) throw new Usage('Name --notification, or --log and --position.');
        const server = new Server(world);
        const proof = isOne
          ? await server.text(`/v1/notifications/${notification}/receipt`)
          : await server.text(`/v1/log/${log ?? ''}/proof`, { position: position ?? '', entry: true });
        deliver(world, rest, 'proof', proof);
      },
    );

export const consistencyCommand = (world: World): Command =>
  new Command('consistency')
    .description('takes the proof home that a log has only grown between two checkpoints, for `waybill verify`')
    .option('--log <log>', 'that of the checkpoint files when absent')
    .requiredOption('--from <checkpoint>', 'a file with the earlier checkpoint, or its size')
    .option('--to <checkpoint>', 'the later one; the newest when absent')
    .option('-o, --output <file>', 'standard output when absent')
    .action(async ({ log, from, to, ...rest }: Output & { log?: string; from: string; to?: string }) => {
      const [earlier, later] = [placeOf(from), to === undefined ? null : placeOf(to)];
      const named = [log, earlier.log, later?.log].filter((one) => one !== undefined);
      if (new Set(named).size !== 1)
        throw new Usage(named.length === 0 ? 'Name the log with --log.' : 'These checkpoints are of different logs.');
      const query = { from: earlier.size, ...(later === null ? {} : { to: later.size }) };
      const proof = await new Server(world).text(`/v1/log/${named[0] ?? ''}/consistency`, query);
      deliver(world, rest, 'consistency', proof);
    });

function placeOf(text: string): { size: number; log?: string } {
  if (/^\d+$/.test(text)) return { size: Number(text) };
  if (!existsSync(text)) throw new Usage(`${text} is neither a size nor a file`);
  const { origin, size } = parseCheckpoint(readFileSync(text, 'utf8'));
  return { size, log: origin.slice(origin.lastIndexOf('/') + 1) };
}

/** Byte for byte as it came: a signature is about bytes. */
function deliver(world: World, { output, json }: Output, name: string, text: string): void {
  if (output === undefined) return world.out(json === true ? `${JSON.stringify({ [name]: text })}\n` : text);
  writeFileSync(output, text);
  say(world, json, { file: output }, () => [`${output} is written`]);
}
