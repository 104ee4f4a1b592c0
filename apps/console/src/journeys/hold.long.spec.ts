import type { Page } from 'playwright-core';
import { axeOn, deliveryTo, type Stage, signIn, startStage, until, withChromium } from './stage.fixture.js';

withChromium('the console, while delivery is held and where a connector fails', tellStories);

function tellStories(executablePath: string): void {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await startStage(executablePath);
  }, 180_000);
  afterAll(() => stage?.stop());
  beforeEach(async () => {
    page = await stage.newPage();
    await signIn(page, stage.dev);
  });
  afterEach(() => page.context().close());

  const open = (path: string): Promise<unknown> => page.goto(`${stage.dev.httpUrl}${path}`);
  /** A webhook of this name that everything of the type of the same name goes to. */
  const webhook = async (name: string, more: object = {}): Promise<string> => {
    const config = { url: `${stage.dev.receiversUrl}/webhook/${name}` };
    const { id } = await stage.api<{ id: string }>('POST', '/v1/connectors', {
      name,
      target: 'webhook',
      config,
      ...more,
    });
    await stage.api('POST', '/v1/subscriptions', { name, connectorIds: [id], types: [name] });
    return id;
  };
  const publish = (type: string): Promise<unknown> =>
    stage.api('POST', '/v1/notifications', { type, payload: { number: 1 } });

  it('says why nothing is sent, lets only an administrator release it, by keys, and tells of it afterwards', async () => {
    await webhook('held', { limits: { retryDelaysSeconds: [0, 8] } });
    await stage.script('webhook', [{ status: 503 }], 'held');
    await publish('held');
    const delivery = await deliveryTo(stage, 'held', 'retrying');
    await stage.api('POST', '/v1/delivery-hold', { reason: 'restored' });
    await open(`/deliveries/${delivery}`);
    const banner = page.getByRole('status').filter({ hasText: 'Delivery is held' });
    await banner.getByText(/^An operator said that a backup was restored \(.*, by Bootstrap\)\.$/).waitFor();
    await page.getByText('Cancel it if it must not be sent.').waitFor();
    await page.getByText(/^Delivery was held/).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeOn(page, colorScheme === 'light' ? 'all' : 'colours')).toEqual([]);
    }
    const { key } = await stage.api<{ key: string }>('POST', '/v1/api-keys', { name: 'looker', scopes: ['read'] });
    const guest = await stage.newPage();
    await signIn(guest, { ...stage.dev, adminKey: key });
    await guest.getByText('An administrator of the home tenant releases it.').waitFor();
    expect(await guest.getByRole('button', { name: 'Release…' }).count()).toBe(0);
    await guest.context().close();
    await banner.getByRole('link', { name: 'Retrying' }).click();
    await page.locator('tbody a').first().waitFor();
    await banner.getByRole('button', { name: 'Release…' }).focus();
    await page.keyboard.press('Enter');
    const act = page.getByRole('dialog').getByRole('button', { name: 'Release all deliveries' });
    await act.waitFor();
    await until(async () => {
      await page.keyboard.press('Tab');
      return act.evaluate((button) => button === document.activeElement);
    });
    await page.keyboard.press('Enter');
    await banner.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.id === 'content');
    expect(await deliveryTo(stage, 'held', 'delivered')).toBe(delivery);
    await open(`/deliveries/${delivery}`);
    await page.getByText('The target may have it twice').waitFor();
    await page.getByText(/released delivery\.$/).waitFor();
    await open('/audit?log=delivery-0&stream=hold-delivery');
    await page.getByText('DeliveryReleased', { exact: true }).first().waitFor();
  }, 120_000);

  it('says on the page of a connector that fails why, in whose words, and what to do', async () => {
    const id = await webhook('failing');
    await stage.script('webhook', [{ status: 401, times: 5 }], 'failing');
    await publish('failing');
    const delivery = await deliveryTo(stage, 'failing', 'dead-lettered');
    await open(`/connectors/${id}`);
    const trouble = page.getByRole('status').filter({ hasText: 'Attempts fail since' });
    await trouble.getByText(/^Next step: Enter a credential that is valid now/).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeOn(page, 'colours')).toEqual([]);
    await trouble.getByRole('link', { name: 'The delivery that showed it' }).click();
    await page.waitForURL(new RegExp(`/deliveries/${delivery}`));
  }, 60_000);

  it('says at the field that a credential in the URL stays with its host, and once below', async () => {
    const url = `${stage.dev.receiversUrl}/webhook/keyed?key=known-secret&room=7`;
    const id = await webhook('keyed', { config: { url } });
    await open(`/connectors/${id}?tab=settings`);
    const field = page.getByRole('textbox', { name: /^URL/ });
    const shown = url.replace('known-secret', '****');
    expect(await field.inputValue()).toBe(shown);
    await field.fill(shown.replace('127.0.0.1', 'localhost'));
    await page.getByRole('button', { name: 'Save' }).click();
    const words = /The URL leads to another scheme, host or port/;
    await page.getByRole('alert').getByText(words).waitFor();
    expect(await page.getByText(words).count()).toBe(2);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText(words).first().locator('code').innerText()).toBe('key');
  }, 60_000);
}
