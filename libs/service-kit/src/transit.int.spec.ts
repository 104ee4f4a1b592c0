import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { memoryHolding } from '@waybill/testkit/process-memory';

const fileOf = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

/** A process of its own that takes what comes over HTTP as the gateway does: bytes, text, members. */
const taking = (isForgotten: boolean): string => `
  const { createServer } = await import('node:http');
  const { manageMemory } = await import(${fileOf('./memory.ts')});
  const { watchLoad } = await import(${fileOf('./load-watch.ts')});
  const { Transit } = await import(${fileOf('./transit.ts')});
  const transit = new Transit();
  manageMemory(watchLoad, ${isForgotten} ? transit : undefined, 1_000);
  let held = '';
  createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      const { token, keep } = JSON.parse(Buffer.concat(chunks).toString());
      if (keep) held = token;
      response.on('close', () => transit.came()).end(JSON.stringify({ length: Buffer.from(token + token).length }));
    });
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

const children: ReturnType<typeof spawn>[] = [];
afterAll(() => children.forEach((child) => child.kill()));

/** As the dev stack starts the gateway. */
async function start(isForgotten: boolean): Promise<{ pid: number; url: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', taking(isForgotten)], {
    env: { PATH: process.env['PATH'], MALLOC_PERTURB_: '165', GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { pid: child.pid ?? 0, url: `http://127.0.0.1:${port}` };
}

async function send(url: string, token: string, keep = false): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ token, keep }),
    headers: { connection: 'close' },
  });
  expect(await response.json()).toEqual({ length: token.length * 2 });
}

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));

describe('what passes through a process', () => {
  const stem = `mark${randomBytes(8).toString('hex')}`;

  it('is in no memory of it once it has been at rest, as it is where nobody forgets', async () => {
    const [forgetful, other] = await Promise.all([start(true), start(false)]);
    for (const { url } of [forgetful, other])
      for (let n = 0; n < 50; n += 1) await send(url, `${stem}${n}${'x'.repeat(n * 40)}`);
    expect(memoryHolding(forgetful.pid, [stem])).not.toEqual([]);
    await seconds(6);
    expect(memoryHolding(forgetful.pid, [stem])).toEqual([]);
    expect(memoryHolding(other.pid, [stem])).not.toEqual([]);
  });

  it('is found where something holds on to it', async () => {
    const { pid, url } = await start(true);
    await send(url, stem, true);
    await seconds(6);
    expect(memoryHolding(pid, [stem])).not.toEqual([]);
  });
});
