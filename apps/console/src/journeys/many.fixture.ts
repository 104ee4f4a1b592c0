import type { Page } from 'playwright-core';
import { type Stage, signIn, until } from './stage.fixture.js';

/** Stories of a list: filters, the live tail, and jobs over what a filter finds. */
export function tellOfMany(stageOf: () => Stage): void {
  let stage: Stage;
  let connectorId: string;
  const dead = 12;
  const manyDead = 400;

  // A connector whose Slack app is gone (the stand-in's B001): what is sent to it gives up.
  beforeAll(async () => {
    stage = stageOf();
    const url = `${stage.dev.receiversUrl}/slack/services/T000/B001/known-token`;
    const made = { name: 'Closed channel', target: 'slack', secrets: { url } };
    connectorId = (await stage.api<{ id: string }>('POST', '/v1/connectors', made)).id;
    await stage.api('POST', '/v1/subscriptions', { name: 'to closed', connectorIds: [connectorId], types: ['health'] });
    for (let number = 0; number < dead; number += 1)
      await stage.api('POST', '/v1/notifications', { type: 'health', payload: { number } });
    await until(async () => (await count('dead-lettered')) === dead);
  });

  const count = async (status: string): Promise<number> => {
    const path = `/v1/deliveries?limit=200&connectorId=${connectorId}&status=${status}`;
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
    await rowsAre(page, dead);
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
    await rowsAre(page, dead + 1);
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

  it('pauses, resumes and cancels a job, and says each time how it stands', async () => {
    // Enough, at 50 a second, that the job is still at work while somebody reaches for its buttons.
    const floods = Array.from({ length: 10 }, (_, number) => `flood ${number}`);
    for (const name of floods)
      await stage.api('POST', '/v1/subscriptions', { name, connectorIds: [connectorId], types: ['flood'] });
    await Promise.all(
      Array.from({ length: manyDead / floods.length }, (_, number) =>
        stage.api('POST', '/v1/notifications', { type: 'flood', payload: { number } }),
      ),
    );
    const filter = { type: 'flood', status: 'dead-lettered' };
    await until(async () => (await willRedeliver(stage, filter)) === manyDead);
    const { id } = await stage.api<{ id: string }>('POST', '/v1/redeliveries', { filter, mode: 'same-bytes' });
    const page = await stage.newPage();
    await signIn(page, stage.dev);
    await page.goto(`${stage.dev.httpUrl}/jobs/${id}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    await page.getByText('paused', { exact: true }).waitFor();
    expect(Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'))).toBeLessThan(100);
    await page.reload();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('cancelled', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
    await page.context().close();
  });
}

async function willRedeliver(stage: Stage, filter: object): Promise<number> {
  const wish = { filter, mode: 'same-bytes', dryRun: true };
  return (await stage.api<{ total: number }>('POST', '/v1/redeliveries', wish)).total;
}

async function rowsAre(page: Page, rows: number): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelectorAll('tbody a').length === wanted, rows);
}
