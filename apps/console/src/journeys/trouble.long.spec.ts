import type { Page } from 'playwright-core';
import { openSlack, type Stage, signIn, startStage, until, withChromium } from './stage.fixture.js';

withChromium('the console, when something is wrong or much', tellStories);

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
  const slack = (name: string, hook: string): Promise<string> => openSlack(stage, name, hook);
  const away = 'This part is not available right now';

  it('shows a new key once, and signs out whoever came in with it when it is revoked', async () => {
    await open('/keys');
    await page.getByLabel(/^Name/).fill('short-lived');
    await page.getByRole('checkbox', { name: 'manage' }).check();
    await page.getByRole('button', { name: 'Create a key' }).click();
    const shown = page.getByRole('status').filter({ hasText: 'It is shown this once' });
    const key = await shown.locator('code').innerText();
    const row = page.getByRole('row').filter({ hasText: 'short-lived' });
    expect(await row.innerText()).toMatch(/read, manage|manage, read/);
    await open('/keys');
    await row.waitFor();
    expect(await page.content()).not.toContain(key);
    const listed = JSON.stringify(await stage.api('GET', '/v1/api-keys'));
    expect(listed).toContain('short-lived');
    expect(listed).not.toContain(key);
    const guest = await stage.newPage();
    await signIn(guest, { ...stage.dev, adminKey: key });
    await guest.getByRole('navigation').getByRole('link', { name: 'Connectors' }).click();
    await guest.getByRole('link', { name: 'Create a connector' }).waitFor();
    await page.getByRole('button', { name: 'Revoke short-lived' }).click();
    await page.getByRole('dialog', { name: 'Revoke short-lived?' }).getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked').waitFor();
    const began = performance.now();
    const withKey = (): Promise<Response> =>
      fetch(`${stage.dev.httpUrl}/v1/connectors`, { headers: { authorization: `Bearer ${key}` } });
    await until(async () => (await withKey()).status === 401);
    const refusedMs = performance.now() - began;
    await guest.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
    await guest.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    console.log(`a revoked key is refused after ${refusedMs.toFixed(0)} ms`);
    expect(refusedMs).toBeLessThan(5_000);
    await guest.getByLabel(/^API key/).fill(key);
    await guest.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click();
    await guest.getByRole('dialog').getByRole('alert').waitFor();
    await guest.context().close();
  });

  it('names a service that is stopped and how to start it, and is whole again by itself', async () => {
    await open('/doctor');
    await page.getByText('The service subscriptions answers').waitFor();
    await stage.turn('stop', 'subscriptions');
    try {
      await page.getByRole('button', { name: 'Check again' }).click();
      const line = page.getByRole('listitem').filter({ hasText: 'The service subscriptions answers' });
      await line.getByText('(does not hold)').waitFor();
      await line.getByText('npm run service -- start subscriptions').waitFor();
      await open('/subscriptions');
      await page.getByText(away).first().waitFor();
      await open('/deliveries');
      await page.locator('tbody a').first().waitFor();
      const other = await page.context().newPage();
      await other.goto(`${stage.dev.httpUrl}/subscriptions`);
      await other.getByText(away).first().waitFor();
      await open('/doctor');
      await line.getByText('(does not hold)').waitFor();
      await stage.turn('start', 'subscriptions');
      await other.locator('tbody a').first().waitFor({ timeout: 45_000 });
      await line.getByText('(holds)', { exact: true }).waitFor({ timeout: 45_000 });
    } finally {
      await stage.turn('start', 'subscriptions').catch(() => undefined);
    }
  }, 180_000);

  it.each([
    ['registry', '/connectors', away],
    ['delivery', '/deliveries', away],
    ['nats', '/connectors', away],
    ['gateway', null, 'The gateway does not answer'],
  ] as const)(
    'says calmly that %s is away where it is missed, and shows what was asked for when it is back',
    async (service, path, says) => {
      // A page whose code is there and whose answer is not.
      await open('/doctor');
      await page.getByText('The broker answers').waitFor();
      await page.waitForTimeout(6_000);
      await stage.turn('stop', service);
      const began = performance.now();
      try {
        if (path === null) await page.getByRole('navigation').getByRole('link', { name: 'Connectors' }).click();
        else await open(path);
        await page.getByText(says).first().waitFor({ timeout: 45_000 });
        console.log(`${service} is away: said after ${(performance.now() - began).toFixed(0)} ms`);
      } finally {
        await stage.turn('start', service);
      }
      const back = performance.now();
      await page.locator('tbody a').first().waitFor({ timeout: 60_000 });
      console.log(`${service} is back: shown after ${(performance.now() - back).toFixed(0)} ms`);
    },
    180_000,
  );

  it('comes by itself where not even the session could be asked for when it was opened', async () => {
    const session = '**/v1/session';
    await page.route(session, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'A service does not answer', status: 503, code: 'service_unavailable' }),
      }),
    );
    await open('/connectors');
    await page.getByText(away).waitFor();
    await page.unroute(session);
    await page.locator('tbody a').first().waitFor({ timeout: 15_000 });
  });

  it('says what to do where it may not look, and where the server fails', async () => {
    const { key } = await stage.api<{ key: string }>('POST', '/v1/api-keys', { name: 'auditor', scopes: ['audit'] });
    const guest = await stage.newPage();
    await signIn(guest, { ...stage.dev, adminKey: key });
    await guest.goto(`${stage.dev.httpUrl}/connectors`);
    await guest.getByText('Ask an administrator for a key with this scope.').first().waitFor();
    await guest.context().close();
    const broken = {
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'Internal error', status: 500, code: 'internal', requestId: 'req_of_the_fault' }),
    };
    await page.route('**/v1/connectors?*', (route) => route.fulfill(broken));
    await open('/connectors');
    const alert = page.getByRole('alert').filter({ hasText: 'req_of_the_fault' });
    await alert.waitFor();
    await alert.getByText(/^Try again\. If it stays, the log of the gateway says why/).waitFor();
    await page.unroute('**/v1/connectors?*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.locator('tbody a').first().waitFor();
  });

  it('has the numbers behind its charts, and a list behind each figure', async () => {
    await open('/');
    await page.getByText('The numbers behind the chart').click();
    const numbers = page.locator('details tbody tr');
    await numbers.first().waitFor();
    const stats = await stage.api<{ series: { delivered: number }[] }>(
      'GET',
      `/v1/stats?since=${new Date(Date.now() - 86_400_000).toISOString()}`,
    );
    let sum = 0;
    for (const row of await numbers.all()) sum += Number(await row.locator('td').nth(1).innerText());
    expect(sum).toBe(stats.series.reduce((all, { delivered }) => all + delivered, 0));
    for (const [figure, address] of [
      ['Success rate', /deliveries\?(?=.*status=delivered)(?=.*last=24h)/],
      ['Time to delivery, p50', /deliveries\?.*last=24h/],
      ['Throughput', /deliveries\?(?=.*status=delivered)(?=.*last=24h)/],
      ['Under way', /deliveries\?/],
      ['Dead letters', /deliveries\?(?=.*status=dead-lettered)(?=.*last=24h)/],
      ['Failed attempts', /deliveries\?/],
      ['Breakers open', /connectors/],
    ] as const) {
      await page.getByRole('main').getByRole('link', { name: figure, exact: true }).click();
      await page.waitForURL(address);
      await page.waitForFunction(() => document.querySelector('[role=status][aria-label^=Loading]') === null);
      expect(await page.getByRole('alert').count()).toBe(0);
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    }
  });

  it('stays calm in a flood: the count moves four times a second at most, and no row jumps', async () => {
    const id = await slack('Flooded channel', 'B021');
    await stage.api('POST', '/v1/subscriptions', { name: 'flood', connectorIds: [id], types: ['flood'] });
    await stage.api('POST', '/v1/notifications', { type: 'flood', payload: { number: -1 } });
    await until(async () => (await stage.received('slack', 'B021')).length === 1);
    await open(`/deliveries?connectorId=${id}&live=1`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('tbody a').first().waitFor();
    await page.evaluate(watchTheTail);
    const flood = 1_000;
    const began = performance.now();
    for (let from = 0; from < flood; from += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          stage.api('POST', '/v1/notifications', { type: 'flood', payload: { number: from + at } }),
        ),
      );
    const show = page.getByRole('button', { name: /new or changed: show$/ });
    await until(async () => Number(/^\d+/.exec(await show.innerText())?.[0]) >= flood);
    const seconds = (performance.now() - began) / 1_000;
    const seen = await page.evaluate(() => (globalThis as unknown as TailWindow).tail);
    console.log(`${flood} in ${seconds.toFixed(1)} s: ${JSON.stringify(seen)}`);
    expect(seen.counts).toBeGreaterThan(1);
    expect(seen.counts).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
    expect(await page.locator('tbody a').count()).toBe(1);
    await show.click();
    await page.waitForFunction(() => document.querySelectorAll('tbody a').length > 10);
    await stage.api('POST', `/v1/connectors/${id}/disable`, { reason: 'What is left of the flood need not arrive' });
  }, 180_000);
}

interface TailWindow {
  tail: { counts: number; longestFrameMs: number };
}

/** Counts how often the count is painted anew, and how long the page was busy at a stretch. */
function watchTheTail(): void {
  const tail = { counts: 0, longestFrameMs: 0 };
  (globalThis as unknown as TailWindow).tail = tail;
  let last = '';
  let before = performance.now();
  const look = (now: number): void => {
    tail.longestFrameMs = Math.max(tail.longestFrameMs, Math.round(now - before));
    before = now;
    const text = [...document.querySelectorAll('button')].find(({ innerText }) => /new or changed/.test(innerText));
    if (text !== undefined && text.innerText !== last) {
      last = text.innerText;
      tail.counts += 1;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
