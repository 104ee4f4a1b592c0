import { type Stage, signIn, startStage } from './stage.fixture.js';

const chromium = process.env['WAYBILL_CHROMIUM'];

if (chromium === undefined) {
  it('is not looked at: there is no Chromium on this machine', () => expect(chromium).toBeUndefined());
} else describe('deliveries, many at once', () => tellStories(chromium));

function tellStories(executablePath: string): void {
  let stage: Stage;
  let connectorId: string;
  const dead = 3;

  // A connector whose Slack app is gone (the stand-in's B001): what is sent to it gives up.
  beforeAll(async () => {
    stage = await startStage(executablePath);
    const url = `${stage.dev.receiversUrl}/slack/services/T000/B001/known-token`;
    const made = { name: 'Closed channel', target: 'slack', secrets: { url } };
    connectorId = (await stage.api<{ id: string }>('POST', '/v1/connectors', made)).id;
    await stage.api('POST', '/v1/subscriptions', { name: 'to closed', connectorIds: [connectorId], types: ['health'] });
    for (let number = 0; number < dead; number += 1)
      await stage.api('POST', '/v1/notifications', { type: 'health', payload: { number } });
    await until(async () => (await count('dead-lettered')) === dead);
  }, 180_000);
  afterAll(() => stage?.stop());

  const count = async (status: string): Promise<number> => {
    const path = `/v1/deliveries?connectorId=${connectorId}&status=${status}`;
    return (await stage.api<{ items: unknown[] }>('GET', path)).items.length;
  };

  it('counts what each choice shows, chooses by a click, and keeps the choice in the address', async () => {
    const page = await stage.newPage();
    await signIn(page, stage.dev);
    await page.goto(`${stage.dev.httpUrl}/deliveries`);
    await page.getByRole('button', { name: `Closed channel · ${dead}` }).click();
    await page.waitForURL(new RegExp(`connectorId=${connectorId}`));
    await page.getByRole('button', { name: `dead-lettered · ${dead}` }).click();
    await page.waitForURL(/status=dead-lettered/);
    await page.getByText(`${dead} deliveries`).waitFor();
    expect(await page.locator('tbody a').count()).toBe(dead);
    await page.reload();
    await page.getByRole('button', { name: `dead-lettered · ${dead}`, pressed: true }).waitFor();
    await page.context().close();
  });

  it('says in the live tail that something is new, and shows it when asked', async () => {
    const page = await stage.newPage();
    await signIn(page, stage.dev);
    await page.goto(`${stage.dev.httpUrl}/deliveries?connectorId=${connectorId}&live=1`);
    await page.getByText('live', { exact: true }).waitFor();
    await stage.api('POST', '/v1/notifications', { type: 'health', payload: { number: dead } });
    await page.getByRole('button', { name: /new or changed: show/ }).click();
    await page.waitForFunction((rows) => document.querySelectorAll('tbody a').length === rows, dead + 1);
    await page.context().close();
  });

  it('sends many again as a job: looked at first, confirmed by typing, and kept as a report in the list', async () => {
    const page = await stage.newPage();
    await signIn(page, stage.dev);
    await page.goto(`${stage.dev.httpUrl}/deliveries?connectorId=${connectorId}&status=dead-lettered`);
    await page.getByRole('link', { name: 'Redeliver all that fit…' }).click();
    await page.getByRole('button', { name: /^Look first/ }).click();
    await page.getByText(`${dead + 1} deliveries would be sent again`).waitFor();
    await page.getByLabel(`Type ${dead + 1} to confirm`).fill(String(dead + 1));
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/jobs\/job_/);
    await page
      .getByText(`${dead + 1} of ${dead + 1}`)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Redeliveries', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Redeliveries' }).waitFor();
    await page
      .locator('tbody')
      .getByText(`${dead + 1} of ${dead + 1}`)
      .waitFor();
    await page.context().close();
  });

  it('shows of each connector how the day went and what went wrong last', async () => {
    const page = await stage.newPage();
    await signIn(page, stage.dev);
    await page.goto(`${stage.dev.httpUrl}/connectors`);
    const row = page.locator('tbody tr').filter({ hasText: 'Closed channel' });
    await row.getByRole('img', { name: new RegExp(`^0 delivered, ${dead + 1} given up`) }).waitFor();
    await row.getByText('The incoming webhook was removed').waitFor();
    await page.context().close();
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > endMs) throw new Error('it did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
