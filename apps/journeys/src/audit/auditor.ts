import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../stage.js';
import { eventually, hold, same } from '../story.js';

/** What a verifier says of an archive. */
export interface Judged {
  readonly verified: boolean;
  /** The first bad position; null where none is named. */
  readonly position: number | null;
  readonly words: string;
}

/** What readiness says, and how long it took to say it. */
export interface Noticed {
  readonly words: string;
  readonly seconds: string;
}

const noticedWithinMs = 30_000;
const serviceOf = (log: string): string => log.slice(0, log.lastIndexOf('-'));

/** Somebody with a key from the first day, the command line tool and a Python interpreter; trusts nothing that runs here. */
export class Auditor {
  private readonly archive: string;

  constructor(
    private readonly stage: Stage,
    private readonly log: string,
    readonly vkey: string,
  ) {
    this.archive = join(stage.folder, 'audit.tar');
  }

  /** Takes an export home and has both verifiers look at it; they must agree. */
  async judge(older?: string): Promise<Judged> {
    await this.waybill(['export', '--log', this.log, '-o', this.archive]);
    const previous = older === undefined ? [] : ['--previous', older];
    const { code, said } = await this.waybill(
      ['verify', this.archive, '--key', this.vkey, '--json', ...previous],
      false,
    );
    const { verified, logs } = JSON.parse(said) as {
      verified: boolean;
      logs: { firstBad: { position: number | null; reason: string } | null }[];
    };
    same(code, verified ? 0 : 1, 'the exit code of waybill verify');
    const python = await run(
      'python3',
      [join('docs', 'verify.py'), this.archive, this.vkey, ...(older === undefined ? [] : [older])],
      {},
    );
    same(python.code === 0, verified, `the verdict of docs/verify.py (${python.said.trim()})`);
    const position = logs[0]?.firstBad?.position ?? null;
    if (position !== null)
      hold(
        python.said.includes(`FIRST BAD POSITION ${position}:`),
        `docs/verify.py names another position: ${python.said}`,
      );
    return { verified, position, words: logs[0]?.firstBad?.reason ?? 'verified' };
  }

  /** The newest checkpoint, in a file of the auditor's own. */
  async takeCheckpoint(name: string): Promise<string> {
    const { text, status } = await this.stage.api.call('GET', `/v1/log/${this.log}/checkpoint`);
    same(status, 200, 'the status of the checkpoint');
    const file = join(this.stage.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Waits until everything that was recorded is signed; answers the size. */
  async signedUpTo(position: number): Promise<number> {
    return eventually(`position ${position} is signed`, noticedWithinMs, async () => {
      const { text } = await this.stage.api.call('GET', `/v1/log/${this.log}/checkpoint`);
      const size = Number(text.split('\n')[1]);
      return size >= position ? size : null;
    });
  }

  /** Waits until the notary is not ready because of this log; answers its words and how long it took. */
  alarm(): Promise<Noticed> {
    return this.noticed('the notary raises an alarm', 'notary', this.log);
  }

  /** Waits until the service itself serves its log read-only. */
  readOnly(): Promise<Noticed> {
    return this.noticed('the service serves read-only', serviceOf(this.log), 'log guard');
  }

  /** Waits until neither the notary nor the service has anything against this log. */
  async calm(): Promise<void> {
    await eventually('everybody is content again', noticedWithinMs, async () => {
      const [notary, service] = await Promise.all([this.checks('notary'), this.checks(serviceOf(this.log))]);
      return notary[this.log] === null && service['log guard'] === null ? true : null;
    });
  }

  private async noticed(what: string, service: string, check: string): Promise<Noticed> {
    const began = performance.now();
    const words = await eventually(what, noticedWithinMs, async () => (await this.checks(service))[check] ?? null);
    return { words, seconds: ((performance.now() - began) / 1000).toFixed(1) };
  }

  private async checks(service: string): Promise<Record<string, string | null>> {
    const response = await fetch(`${this.stage.dev.opsUrls[service] ?? ''}/readyz`);
    return ((await response.json()) as { checks: Record<string, string | null> }).checks;
  }

  /** The command line tool, with the stack's address and key; rejects where it is not done, unless told otherwise. */
  async waybill(args: readonly string[], mustBeDone = true): Promise<{ code: number; said: string }> {
    const { httpUrl, adminKey } = this.stage.dev;
    // Verifying gets no address: it must not need one.
    const environment: Record<string, string> =
      args[0] === 'verify' ? {} : { WAYBILL_URL: httpUrl, WAYBILL_KEY: adminKey };
    const done = await run(process.execPath, [join('apps', 'cli', 'waybill.mjs'), ...args], environment);
    if (mustBeDone) hold(done.code === 0, `waybill ${args.join(' ')}: ${done.said}`);
    return done;
  }
}

async function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += args.includes('--json') ? '' : chunk.toString()));
  const code = await new Promise<number>((resolve, reject) =>
    child.once('error', reject).once('close', (exit) => resolve(exit ?? 1)),
  );
  return { code, said };
}

/** The text of a checkpoint in a file: for those who compare. */
export const sizeIn = (file: string): number => Number(readFileSync(file, 'utf8').split('\n')[1]);
