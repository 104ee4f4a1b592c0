import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

interface DevFile {
  readonly httpUrl: string;
  readonly adminKey: string;
  readonly receiversUrl: string;
  readonly notaryVkey: string;
}

/** A running system and a browser that looks at it. */
export interface Stage {
  readonly dev: DevFile;
  /** A browser of its own: no session, no stored choice. */
  newPage(): Promise<Page>;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** What the stand-in of a target answers next, to one name or to all. */
  script(target: string, answers: object[], name?: string): Promise<void>;
  /** What the stand-in of a target has got under a name, or under any (''). */
  received(target: string, name: string): Promise<unknown[]>;
  /** Stops or starts a part of the running system, as `npm run service` does. */
  turn(act: 'start' | 'stop', service: string): Promise<void>;
  stop(): Promise<void>;
}

const startWaitMs = 120_000;
const pollMs = 100;

/**
 * Starts the stack in a folder of its own, or takes a running one by the folder in `WAYBILL_CONSOLE_STAGE`; opens the browser at the path.
 */
export async function startStage(executablePath: string): Promise<Stage> {
  const given = process.env['WAYBILL_CONSOLE_STAGE'];
  const folder = given ?? mkdtempSync(join(tmpdir(), 'waybill-console-'));
  const stack = given === undefined ? spawnStack(folder) : null;
  const dev = await devFileIn(folder, stack);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return stageOf(folder, dev, browser, async () => {
    await browser.close();
    if (stack === null) return;
    const ended = new Promise((resolve) => stack.once('exit', resolve));
    stack.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
}

function stageOf(folder: string, dev: DevFile, browser: Browser, stop: () => Promise<void>): Stage {
  const send = async (url: string, method: string, body: unknown, headers: Record<string, string>): Promise<string> => {
    const init: RequestInit = { method, headers: { ...headers, 'content-type': 'application/json' } };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(url, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
    return text;
  };
  const bearer = { authorization: `Bearer ${dev.adminKey}` };
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    JSON.parse(await send(`${dev.httpUrl}${path}`, method, body, bearer)) as T;
  return {
    dev,
    api,
    newPage: async () => {
      const context: BrowserContext = await browser.newContext({
        viewport: { width: 1360, height: 860 },
        reducedMotion: 'reduce',
      });
      return context.newPage();
    },
    script: async (target, answers, name) => {
      await send(
        `${dev.receiversUrl}/_script`,
        'POST',
        { target, answers, ...(name === undefined ? {} : { name }) },
        {},
      );
    },
    received: async (target, name) => {
      const query = new URLSearchParams(name === '' ? { target } : { target, name }).toString();
      const text = await send(`${dev.receiversUrl}/_received?${query}`, 'GET', undefined, {});
      return (JSON.parse(text) as { items: unknown[] }).items;
    },
    turn: async (act, service) => {
      const control = JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8')) as { url: string; token: string };
      await send(control.url, 'POST', { act, service, copy: 1 }, { authorization: `Bearer ${control.token}` });
    },
    stop,
  };
}

function spawnStack(folder: string): ChildProcess {
  return spawn(process.execPath, [join('tools', 'dev-stack', 'dist', 'start.js')], {
    env: { PATH: process.env['PATH'], WAYBILL_DATA_DIR: folder },
    stdio: 'ignore',
  });
}

async function devFileIn(folder: string, stack: ChildProcess | null): Promise<DevFile> {
  const path = join(folder, 'dev.json');
  for (const endMs = Date.now() + startWaitMs; Date.now() < endMs;) {
    if (stack !== null && stack.exitCode !== null) throw new Error(`the stack ended with ${stack.exitCode}`);
    const dev = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DevFile) : null;
    // The seed comes last: with it there is something to see on every page.
    if (dev !== null && (await isSeeded(dev))) return dev;
    await delay(pollMs);
  }
  throw new Error('the stack did not start in time');
}

async function isSeeded({ httpUrl, adminKey }: DevFile): Promise<boolean> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const response = await fetch(`${httpUrl}/v1/deliveries?status=delivered`, { headers }).catch(() => null);
  if (response === null || !response.ok) return false;
  return ((await response.json()) as { items: unknown[] }).items.length >= 2;
}

/** Tells stories that need a browser. `npm test` says in one line what to install; where there is none it must not look as if something had been seen. */
export function withChromium(what: string, tell: (executablePath: string) => void): void {
  const path = process.env['WAYBILL_CHROMIUM'];
  if (path !== undefined) describe(what, () => tell(path));
  else it('is not looked at: there is no Chromium on this machine', () => expect(path).toBeUndefined());
}

/** A Slack connector at its stand-in, under a webhook of its own; answers its id. */
export async function openSlack(stage: Stage, name: string, hook: string): Promise<string> {
  const url = `${stage.dev.receiversUrl}/slack/services/T000/${hook}/known-token`;
  return (await stage.api<{ id: string }>('POST', '/v1/connectors', { name, target: 'slack', secrets: { url } })).id;
}

export interface Violation {
  readonly id: string;
  readonly nodes: string[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What can differ between light and dark. */
const colourRules = ['color-contrast', 'link-in-text-block'];

interface AxeWindow {
  axe: {
    run(
      root: unknown,
      options: object,
    ): Promise<{ violations: { id: string; nodes: { html: string; any?: { message: string }[] }[] }[] }>;
  };
}

/** What axe finds on a page: WCAG 2.2 A and AA, and good practice; or only what depends on its colours. */
export async function axeOn(page: Page, look: 'all' | 'colours'): Promise<Violation[]> {
  // It stays while one goes about in the console; half a megabyte need not be read again for every page.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(
    async (runOnly) =>
      (await (globalThis as unknown as AxeWindow).axe.run(globalThis.document, { runOnly })).violations.map(
        ({ id, nodes }) => ({
          id,
          nodes: nodes.map(({ html, any }) => `${html.slice(0, 200)} ${any?.[0]?.message ?? ''}`),
        }),
      ),
    look === 'all' ? { type: 'tag', values: tags } : { type: 'rule', values: colourRules },
  );
  return found;
}

export async function signIn(page: Page, { httpUrl, adminKey }: DevFile): Promise<void> {
  await page.goto(`${httpUrl}/`);
  await page.getByLabel(/^API key/).fill(adminKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
}

/** The newest delivery to a connector in this status, as soon as there is one. */
export async function deliveryTo(stage: Stage, connector: string, status: string): Promise<string> {
  const { items } = await stage.api<{ items: { id: string; name: string }[] }>('GET', '/v1/connectors?limit=200');
  const connectorId = items.find(({ name }) => name === connector)?.id ?? '';
  let found: string | undefined;
  await until(async () => {
    const path = `/v1/deliveries?connectorId=${connectorId}&status=${status}`;
    found = (await stage.api<{ items: { id: string }[] }>('GET', path)).items[0]?.id;
    return found !== undefined;
  });
  return found ?? '';
}

const holdWaitMs = 30_000;

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + holdWaitMs; !(await holds());) {
    if (Date.now() > endMs) throw new Error('it did not come to hold');
    await delay(pollMs);
  }
}
