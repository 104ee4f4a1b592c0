import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';

const page = join('docs', 'audit.md');
const waitMs = 60_000;

/**
 * Every command of docs/audit.md, run as it stands there by somebody who has the page, the address and a key with the scope `audit` (and
 * one that may shred). A command that is added to the page and not to this list breaks the promise, and so does one that is taken out.
 */
export function byThePage(stage: Stage): Promised {
  return {
    says: 'every command of docs/audit.md does what the page says, for somebody who has only the page, an address and a key',
    holds: async () => {
      const stranger = await Stranger.arrive(stage);
      const wanted = commandsOf(readFileSync(page, 'utf8'));
      const done: string[] = [];
      for (const { says, runs } of stranger.commands()) {
        for (const one of runs) {
          const { code, said } = await stranger.run(one);
          hold(code === 0, `${one}\nended with ${code}: ${said.slice(-600)}`);
        }
        done.push(says);
      }
      same([...done].sort(), [...wanted].sort(), 'the commands of the page');
      return `${wanted.length} commands`;
    },
  };
}

/** The commands in a page: lines of its shell blocks, and what stands in backquotes and begins as one. Each once; comments are left out. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) => block.split('\n'));
  const inline = [...text.replaceAll(/```[^]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const commands = [...blocks, ...inline].map((line) => line.replace(/\s+#.*$/, '').trim());
  // What asks for time stamps needs an authority: apps/notary/src/anchor/anchors.int.spec.ts has one.
  const typed = commands.filter((line) => /^(npx waybill \S+|python3|openssl) \S/.test(line) && !line.includes('tsa'));
  return [...new Set(typed)];
}

interface Known {
  readonly notificationId: string;
  readonly deliveryId: string;
  readonly position: number;
}

class Stranger {
  private constructor(
    private readonly stage: Stage,
    private readonly folder: string,
    private readonly known: Known,
  ) {}

  /** Publishes something worth asking about, and makes a folder in which nothing of ours is but the page's programs. */
  static async arrive(stage: Stage): Promise<Stranger> {
    const folder = join(stage.folder, 'stranger');
    mkdirSync(join(folder, 'docs'), { recursive: true });
    for (const file of ['verify.py', 'ed25519.py']) copyFileSync(join('docs', file), join(folder, 'docs', file));
    const body = { type: 'incident', payload: { incident: { summary: 'For the auditor', threatRating: 'High' } } };
    const { notificationId, position } = await stage.api.post<Known>('/v1/notifications', body);
    const deliveryId = await eventually('it is delivered', waitMs, async () => {
      const [first] = await stage.api.all<{ id: string; status: string }>(
        `/v1/deliveries?notificationId=${notificationId}`,
      );
      return first?.status === 'delivered' ? first.id : null;
    });
    const anchors = join(stage.dataDir, 'notary', 'anchor');
    await eventually('a checkpoint is anchored', waitMs, async () => (existsSync(anchors) ? true : null));
    if (!existsSync(join(folder, 'anchors'))) symlinkSync(anchors, join(folder, 'anchors'));
    return new Stranger(stage, folder, { notificationId, deliveryId, position });
  }

  /** What the page says, and what has to be typed for it where the page leaves something out. */
  commands(): readonly { readonly says: string; readonly runs: readonly string[] }[] {
    const { notificationId, deliveryId, position } = this.known;
    const as = (says: string, ...runs: string[]) => ({ says, runs: runs.length === 0 ? [says] : runs });
    return [
      as('npx waybill checkpoint --log delivery-0 -o today.checkpoint', 'npx waybill checkpoint --log delivery-0 -o today.checkpoint', 'cp today.checkpoint last-year.checkpoint'),
      as('npx waybill export --log delivery-0 -o delivery.tar', `npx waybill export --notification ${notificationId} -o one.tar`, 'npx waybill verify one.tar --key "$VKEY"', 'npx waybill export --since 2026-01-01T00:00:00Z --until 2100-01-01T00:00:00Z -o span.tar', 'python3 docs/verify.py span.tar "$VKEY"', 'npx waybill export --log delivery-0 -o delivery.tar'),
      as('npx waybill verify delivery.tar --key "$VKEY" --previous last-year.checkpoint'),
      as('python3 docs/verify.py delivery.tar "$VKEY" last-year.checkpoint'),
      as('npx waybill proof --log … --position …', `npx waybill proof --log subscriptions-0 --position ${position} -o event.proof`, 'npx waybill verify event.proof --key "$VKEY"'),
      as('npx waybill proof --notification ntf_…', `npx waybill proof --notification ${notificationId} -o mine.proof`, 'npx waybill verify mine.proof --key "$VKEY"'),
      as('npx waybill consistency --from old.checkpoint --to new.checkpoint', 'npx waybill consistency --from last-year.checkpoint -o grown.json', 'npx waybill verify grown.json --key "$VKEY" --previous last-year.checkpoint'),
      as('npx waybill replay --log delivery-0 --until 2026-11-24T08:00:00Z'),
      as('npx waybill replay --decisions', 'npx waybill replay --decisions', `npx waybill replay --decisions --notification ${notificationId}`, 'npx waybill replay --decisions --rules now'),
      as('npx waybill replay --delivery dlv_… --bytes', `npx waybill replay --delivery ${deliveryId} --bytes`),
      as('npx waybill why ntf_…', `npx waybill why ${notificationId}`),
      as('npx waybill verify delivery.tar --key "$VKEY" --anchors ./anchors', 'npx waybill export --log delivery-0 -o delivery.tar', 'npx waybill verify delivery.tar --key "$VKEY" --anchors ./anchors'),
      as('npx waybill hold --notification ntf_… --reason "…"', `npx waybill hold --notification ${notificationId} --reason "asked by law"`, `! npx waybill shred --notification ${notificationId} --reason "forgotten"`, `npx waybill hold --notification ${notificationId} --release --reason "over"`),
      as('npx waybill shred --notification ntf_… --reason "…"', `npx waybill shred --notification ${notificationId} --reason "forgotten"`, 'npx waybill export --log subscriptions-0 -o after.tar', 'npx waybill verify after.tar --key "$VKEY"', 'python3 docs/verify.py after.tar "$VKEY"'),
    ]; // prettier-ignore
  }

  /** As typed into a shell, in the stranger's own folder; `npx waybill` is the program of this repository. */
  async run(command: string): Promise<{ code: number; said: string }> {
    const { httpUrl, adminKey, notaryVkey } = this.stage.dev;
    const program = `"${process.execPath}" "${join(process.cwd(), 'apps', 'cli', 'waybill.mjs')}"`;
    const child = spawn('sh', ['-c', command.replace('npx waybill', program)], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], WAYBILL_URL: httpUrl, WAYBILL_KEY: adminKey, VKEY: notaryVkey },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? 1)));
    return { code, said };
  }
}
