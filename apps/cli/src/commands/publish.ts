import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { Server } from '../server.js';
import { say, Usage, type World } from '../world.js';

interface Options {
  id?: string;
  source?: string;
  time?: string;
  json?: boolean;
}

export const publishCommand = (world: World): Command =>
  new Command('publish')
    .description('publishes a notification and answers its receipt')
    .argument('<type>', 'incident, observation, … or a type of your own')
    .argument('[payload]', 'JSON text, a file with it, or - for standard input', '-')
    .option('--id <id>', "the publisher's own id: the same id and source are one notification for ever")
    .option('--source <source>')
    .option('--time <time>', 'RFC 3339')
    .action(async (type: string, payload: string, { id, source, time, json }: Options) => {
      const text = payloadText(payload);
      const { payload: _, ...rest } = { type, id, source, time, payload: null };
      // The text goes out as it was written: numbers keep their digits.
      const body = `${JSON.stringify(rest).slice(0, -1)},"payload":${text}}`;
      const receipt = await new Server(world).post<{ notificationId: string; position: number; duplicate: boolean }>(
        '/v1/notifications',
        body,
      );
      say(world, json, receipt, () => [
        `${receipt.notificationId} ${receipt.duplicate ? 'was recorded before' : 'is recorded'} at position ${receipt.position} of subscriptions-0`,
      ]);
    });

function payloadText(given: string): string {
  const text =
    given === '-' ? readFileSync(0, 'utf8') : given.trimStart().startsWith('{') ? given : readFileSync(given, 'utf8');
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new Usage(`the payload is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
