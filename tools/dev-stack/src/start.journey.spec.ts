import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DevContent } from './dev-file.js';
import { answers } from './free-port.js';
import { isAlive, processMark } from './process-mark.js';
import { waitForReceived } from './received.js';
import { runOnce } from './run-once.js';
import { waybillApi } from './waybill-api.js';

/**
 * One life of a data folder: first start, a service that is killed, a second copy, a stack that is killed, a start that continues, an end.
 * The tests stand on each other, in this order. Needs the build (`npm test` and `npm run build` make it).
 */
describe('a data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-journey-'));
  const dataDir = join(folder, 'data');
  let stack: Started;
  let dev: DevContent;
  afterAll(async () => {
    stack?.child.kill('SIGTERM');
    await stack?.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts empty, and soon has one notification delivered to both example connectors', async () => {
    stack = start(dataDir);
    dev = await devFile(dataDir, stack);
    await until(() => stack.said().includes('Waybill is running'), stack);
    expect(stack.said()).toContain('It has arrived at the example webhook and in the example mailbox.');
    const api = waybillApi(dev.httpUrl, dev.adminKey);
    const statuses = async (): Promise<string[]> =>
      (await api.get<{ items: { status: string }[] }>('/v1/deliveries')).items.map(({ status }) => status);
    // The receivers have it a moment before the outcome is on the record.
    await until(async () => (await statuses()).every((status) => status === 'delivered'), stack);
    expect(await statuses()).toEqual(['delivered', 'delivered']);
  });

  it('says in dev.json where everything is, to its owner only', async () => {
    expect(dev).toMatchObject({
      tenant: 'default',
      adminKey: expect.stringMatching(/^wb_/),
      natsUrl: expect.stringMatching(/^nats:\/\/publisher:\w+@127/),
    });
    const services = ['registry', 'subscriptions', 'delivery', 'gateway'];
    expect(Object.keys(dev.pids)).toEqual(expect.arrayContaining(services));
    for (const service of services) expect((await fetch(`${dev.opsUrls[service]}/readyz`)).status).toBe(200);
    for (const file of [
      'dev.json',
      'secrets.json',
      'keys/connector-secrets.kek',
      'env/registry.env',
      'nats/nats.conf',
    ]) {
      expect(`${file} ${(statSync(join(dataDir, file)).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    }
  });

  it('does what the README shows', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const blocks = [...readme.matchAll(/```sh\n([^`]*)```/g)].map(([, block = '']) => block);
    // Those with curl, in one shell; `nats` is a program that not every machine has.
    const script = blocks
      .filter((block) => /curl|KEY=/.test(block))
      .join('\n')
      .replaceAll('./.waybill', dataDir);
    const env = { PATH: process.env['PATH'] ?? '' };
    const said = await runOnce('README', 'bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      timeoutMs: 30_000,
      env,
    });
    expect(said).toMatch(/"id":"sub_\w+"[^]*"notificationId":"ntf_\w+"/);
    const received = await waitForReceived(
      dev.receiversUrl,
      { target: 'slack', since: new Date(0).toISOString() },
      30_000,
    );
    expect(JSON.stringify(received?.body)).toContain('Brute force from 1.2.3.4');
  });

  it('refuses a second stack', async () => {
    await expect(program('start.js', [], dataDir)).rejects.toThrow(`A stack is running on ${dataDir} already`);
  });

  it('leaves a killed service down until somebody starts it', async () => {
    process.kill(dev.pids['delivery'] ?? 0, 'SIGKILL');
    await until(() => readDev(dataDir).pids['delivery'] === null, stack);
    await until(() => stack.said().includes('npm run service -- start delivery'), stack);
    expect(await program('service.js', ['start', 'delivery'], dataDir)).toMatch(/^delivery started, pid \d+/);
    expect(readDev(dataDir).pids['delivery']).toBeGreaterThan(0);
    expect(readDev(dataDir).opsUrls['delivery']).toBe(dev.opsUrls['delivery']);
  });

  it('runs a second copy beside the first, and delivers with the second alone', async () => {
    await program('service.js', ['start', 'delivery', '--copy', '2'], dataDir);
    await expect(program('service.js', ['start', 'delivery', '--copy', '2'], dataDir)).rejects.toThrow(
      'delivery-2 is running already',
    );
    expect(await program('service.js', ['stop', 'delivery'], dataDir)).toContain('delivery stopped (exit 0)');
    expect(await program('demo.js', [], dataDir)).toContain("it arrived at Slack's stand-in");
  });

  it('is taken over from a stack that was killed, with all its data', async () => {
    const before = processesOf(dataDir);
    stack.child.kill('SIGKILL');
    await stack.ended;
    stack = start(dataDir);
    const again = await devFile(dataDir, stack);
    await until(() => stack.said().includes('Waybill is running'), stack);
    expect(stack.said()).toContain('The data of an earlier start was found');
    expect(before.filter(({ pid, mark }) => isAlive(pid, mark))).toEqual([]);
    expect({ ...again, pids: null, opsUrls: null }).toEqual({ ...dev, pids: null, opsUrls: null });
    const { items } = await waybillApi(again.httpUrl, again.adminKey).get<{ items: unknown[] }>('/v1/notifications');
    expect(items).toHaveLength(3);
  });

  it('leaves no process, no port and no lock behind', async () => {
    const running = processesOf(dataDir);
    expect(running.length).toBeGreaterThanOrEqual(7);
    stack.child.kill('SIGTERM');
    expect(await stack.ended).toBe(0);
    expect(running.filter(({ pid, mark }) => isAlive(pid, mark))).toEqual([]);
    for (const url of [dev.httpUrl, dev.natsUrl, dev.databaseUrl, dev.receiversUrl])
      expect(await answers(Number(new URL(url).port))).toBe(false);
    expect(
      ['dev.json', 'stack.lock', 'control.json', 'processes.json'].filter((file) => existsSync(join(dataDir, file))),
    ).toEqual([]);
  });
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

const programs = join(process.cwd(), 'tools', 'dev-stack', 'dist');
const waitMs = 90_000;

function start(dataDir: string): Started {
  const child = spawn(process.execPath, [join(programs, 'start.js')], {
    env: { PATH: process.env['PATH'], WAYBILL_DATA_DIR: dataDir },
  });
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, said: () => said };
}

const program = (name: string, args: string[], dataDir: string): Promise<string> =>
  runOnce(name, process.execPath, [join(programs, name), ...args], {
    cwd: process.cwd(),
    timeoutMs: waitMs,
    env: { WAYBILL_DATA_DIR: dataDir },
  });

const readDev = (dataDir: string): DevContent =>
  JSON.parse(readFileSync(join(dataDir, 'dev.json'), 'utf8')) as DevContent;

async function devFile(dataDir: string, stack: Started): Promise<DevContent> {
  await until(() => existsSync(join(dataDir, 'dev.json')) && stack.said().includes('Waybill is running'), stack);
  return readDev(dataDir);
}

function processesOf(dataDir: string): { pid: number; mark: string }[] {
  const recorded = JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')) as { pid: number; mark: string }[];
  return recorded.filter(({ pid, mark }) => processMark(pid) === mark);
}

async function until(holds: () => boolean | Promise<boolean>, stack: Started): Promise<void> {
  for (const end = Date.now() + waitMs; !(await holds());) {
    if (Date.now() > end || stack.child.exitCode !== null)
      throw new Error(`it did not come to hold; the stack said:\n${stack.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
