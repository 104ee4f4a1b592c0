import { Command } from 'commander';
import { Server } from '../server.js';
import { type World } from '../world.js';

/** Follows the live feed until it is interrupted, or `--count` events were seen. */
export const tailCommand = (world: World): Command =>
  new Command('tail')
    .description('follows what is recorded, as it happens')
    .option('--after <place>', 'resumes after a place such as subscriptions-0:30,delivery-0:812')
    .option('--count <n>', 'ends after so many events', Number)
    .action(async ({ after, count, json }: { after?: string; count?: number; json?: boolean }) => {
      const stop = new AbortController();
      const feed = await new Server(world).stream(
        '/v1/live',
        {},
        after === undefined ? {} : { 'Last-Event-ID': after },
        stop.signal,
      );
      let seen = 0;
      for await (const data of sseData(feed)) {
        world.out(json === true ? `${data}\n` : `${lineOf(data)}\n`);
        seen += 1;
        if (count !== undefined && seen >= count) break;
      }
      stop.abort();
    });

function lineOf(data: string): string {
  try {
    const { at, log, position, type, stream } = JSON.parse(data) as Record<string, string | number>;
    return `${at ?? ''}  ${log ?? ''}:${position ?? ''}  ${type ?? ''}  ${stream ?? ''}`;
  } catch {
    return data;
  }
}

/** The data of every event of a server-sent stream. */
export async function* sseData(feed: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of feed) {
    held += decoder.decode(bytes, { stream: true });
    for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
      const lines = held.slice(0, end).split('\n');
      held = held.slice(end + 2);
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
      if (data.length > 0) yield data.join('\n');
    }
  }
}
