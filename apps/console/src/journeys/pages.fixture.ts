import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { axeOn, signIn, type Stage } from './stage.fixture.js';

/** Pictures of every screen, light and dark; `docs/console.md` shows them. */
const pictures = process.env['WAYBILL_CONSOLE_PICTURES'] ?? join('test-results', 'console');
/** Of WebP: letters stay sharp, and a picture has some 25 KB. */
const pictureQuality = 60;
const window = { width: 1360, height: 860 };
/** What is left of a window of 1,280 by 1,024 at 200 % (WCAG 1.4.4, 1.4.10). */
const zoomed = { width: 640, height: 512 };
const phone = { width: 390, height: 844 };

/** A way of looking at a page that finds something to say. */
export interface Fault {
  readonly page: string;
  readonly look: string;
  readonly found: unknown;
}

export interface Looked {
  readonly faults: readonly Fault[];
  /** Routes of the router that no page of `pagesOf` came to. */
  readonly unvisited: readonly string[];
}

/** Looks at every page in light, in dark, at 200 % and as wide as a phone, and takes its picture in both colours. */
export async function lookAtPages(stage: Stage): Promise<Looked> {
  mkdirSync(pictures, { recursive: true });
  const page = await stage.newPage();
  const session = await page.context().newCDPSession(page);
  const faults: Fault[] = [];
  const visited = new Set<string>();
  const look = async (name: string): Promise<void> => {
    visited.add(await routeOf(page));
    faults.push(...(await looksOf(page, session, name)));
  };
  await page.goto(`${stage.dev.httpUrl}/sign-in`);
  await page.getByLabel(/^API key/).waitFor();
  await look('sign-in');
  await signIn(page, stage.dev);
  for (const [name, path] of Object.entries(await pagesOf(stage))) {
    await goTo(page, path);
    await look(name);
  }
  const routes = await page.evaluate(() =>
    Object.keys((globalThis as unknown as RouterWindow).__TSR_ROUTER__.routesByPath),
  );
  await page.context().close();
  return { faults, unvisited: routes.filter((route) => !visited.has(route)) };
}

async function looksOf(page: Page, session: CDPSession, name: string): Promise<Fault[]> {
  const faults: Fault[] = [];
  const note = (look: string, found: unknown[]): void => {
    faults.push(...found.map((one) => ({ page: name, look, found: one })));
  };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page, colorScheme);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: pictureQuality });
    writeFileSync(join(pictures, `${name}-${colorScheme}.webp`), data, 'base64');
    note(colorScheme, await axeOn(page, colorScheme === 'light' ? 'all' : 'colours'));
  }
  for (const [look, size] of [
    ['200 %', zoomed],
    ['phone', phone],
  ] as const) {
    await page.setViewportSize(size);
    await twoFrames(page);
    note(look, await tooWide(page));
  }
  await page.setViewportSize(window);
  return faults;
}

/** The page has taken on its colours: the scheme is set by a listener, and painted a frame later. */
async function settled(page: Page, colorScheme: string): Promise<void> {
  await page.waitForFunction(
    (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
    colorScheme,
  );
  await twoFrames(page);
}

export async function twoFrames(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What makes a reader scroll sideways: only tables, code and pictures may, each within itself. */
async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll('main *')].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    return [`${root.scrollWidth} px in ${root.clientWidth}: ${wide.at(0)?.outerHTML.slice(0, 200) ?? ''}`];
  });
}

/** As the router has it, so that a page that is new and not looked at is found. */
interface RouterWindow {
  readonly __TSR_ROUTER__: {
    readonly routesByPath: Record<string, unknown>;
    readonly history: { push(path: string): void };
    readonly state: {
      readonly status: string;
      readonly location: { readonly href: string };
      readonly matches: readonly { readonly fullPath: string }[];
    };
  };
}

async function routeOf(page: Page): Promise<string> {
  return page.evaluate(
    () => (globalThis as unknown as RouterWindow).__TSR_ROUTER__.state.matches.at(-1)?.fullPath ?? '',
  );
}

/** To a page within the console, and until it has what it shows. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => (globalThis as unknown as RouterWindow).__TSR_ROUTER__.history.push(to), path);
  await page.waitForFunction((to) => {
    const { status, location } = (globalThis as unknown as RouterWindow).__TSR_ROUTER__.state;
    return status === 'idle' && location.href === to;
  }, path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('[role=status][aria-label^=Loading]') === null);
}

/** The id of the newest of a list. */
export async function firstOf(stage: Stage, list: string): Promise<string> {
  return (await stage.api<{ items: { id: string }[] }>('GET', `/v1/${list}`)).items[0]?.id ?? '';
}

/** Every screen by the name of its picture. */
async function pagesOf(stage: Stage): Promise<Record<string, string>> {
  const [connector, subscription, delivery, dead, notification, job] = await Promise.all(
    [
      'connectors?q=Left',
      'subscriptions?limit=1',
      'deliveries?limit=1&status=delivered&type=incident',
      'deliveries?limit=1&status=dead-lettered',
      'notifications?limit=1&type=incident',
      'jobs?limit=1',
    ].map((list) => firstOf(stage, list)),
  );
  return {
    home: '/',
    connectors: '/connectors',
    gallery: '/connectors/new',
    wizard: '/connectors/new?target=webhook&step=1',
    template: '/connectors/new?target=slack&step=2',
    test: `/connectors/new?target=jira&step=3`,
    review: '/connectors/new?target=slack&step=4',
    connector: `/connectors/${connector}`,
    'connector-settings': `/connectors/${connector}?tab=settings`,
    'connector-templates': `/connectors/${connector}?tab=templates`,
    'connector-test': `/connectors/${connector}?tab=test`,
    'connector-deliveries': `/connectors/${connector}?tab=deliveries`,
    'connector-history': `/connectors/${connector}?tab=history`,
    subscriptions: '/subscriptions',
    'subscription-new': '/subscriptions/new',
    subscription: `/subscriptions/${subscription}`,
    explain: `/subscriptions/${subscription}?tab=explain`,
    deliveries: '/deliveries',
    'deliveries-window': '/deliveries?last=custom&status=delivered',
    delivery: `/deliveries/${delivery}`,
    attempts: `/deliveries/${delivery}?tab=attempts`,
    why: `/deliveries/${dead}?tab=why`,
    redelivery: '/redeliveries/new?status=dead-lettered',
    jobs: '/jobs',
    job: `/jobs/${job}`,
    'dead-letters': '/dead-letters',
    notifications: '/notifications',
    notification: `/notifications/${notification}`,
    audit: '/audit',
    past: '/past',
    keys: '/keys',
    doctor: '/doctor',
    nothing: '/nothing-here',
  };
}
