import type { Page } from 'playwright-core';
import { type Fault, firstOf, goTo, twoFrames } from './pages.fixture.js';
import { axeOn, deliveryTo, signIn, type Stage } from './stage.fixture.js';

interface Opener {
  /** Where it is. */
  readonly path: string;
  /** What the button says that opens it; of several the first. */
  readonly button: string;
}

/** Opens every dialog that asks before something is done, looks at it in light and in dark, and leaves it as it was. */
export async function lookAtDialogs(stage: Stage): Promise<readonly Fault[]> {
  const page = await stage.newPage();
  await signIn(page, stage.dev);
  const faults: Fault[] = [];
  for (const opener of await openersOf(stage)) faults.push(...(await looksOf(page, opener)));
  await page.context().close();
  return faults;
}

async function looksOf(page: Page, { path, button }: Opener): Promise<Fault[]> {
  await goTo(page, path);
  await page.getByRole('button', { name: button }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Close' }).waitFor();
  const faults: Fault[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await twoFrames(page);
    const found = await axeOn(page, colorScheme === 'light' ? 'all' : 'colours');
    faults.push(...found.map((one) => ({ page: `${button} on ${path}`, look: colorScheme, found: one })));
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  return faults;
}

async function openersOf(stage: Stage): Promise<Opener[]> {
  const connector = `/connectors/${await firstOf(stage, 'connectors?q=Left')}`;
  const subscription = `/subscriptions/${await firstOf(stage, 'subscriptions?limit=1')}`;
  const ended = `/deliveries/${await firstOf(stage, 'deliveries?limit=1&status=delivered&type=incident')}`;
  const open = `/deliveries/${await deliveryTo(stage, 'Ticket system of the second line, Zürich and Bern', 'retrying')}`;
  return [
    { path: '/', button: 'Keyboard shortcuts' },
    { path: connector, button: 'Disable' },
    { path: connector, button: 'Delete' },
    { path: subscription, button: 'Delete' },
    { path: ended, button: 'Redeliver' },
    { path: open, button: 'Cancel it' },
    { path: '/keys', button: 'Revoke' },
  ];
}
