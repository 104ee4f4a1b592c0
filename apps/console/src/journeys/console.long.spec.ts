import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { deliveryTo, openSlack, type Stage, signIn, startStage, until, withChromium } from './stage.fixture.js';

const run = promisify(execFile);
withChromium('the console, looked at longer', tellStories);

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
  const jira = async (name: string, apiToken: string): Promise<string> => {
    const config = { baseUrl: `${stage.dev.receiversUrl}/jira`, projectKey: 'SEC' };
    const secrets = { email: 'agent@example.com', apiToken };
    return (await stage.api<{ id: string }>('POST', '/v1/connectors', { name, target: 'jira', config, secrets })).id;
  };

  it('keeps what was entered when the session ends in the middle of an edit', async () => {
    const id = await slack('Edited channel', 'B000');
    await open(`/connectors/${id}?tab=settings`);
    await page.getByLabel(/^Name/).fill('Renamed channel');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel(/^API key/).fill(stage.dev.adminKey);
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.waitFor({ state: 'hidden' });
    expect(await page.getByLabel(/^Name/).inputValue()).toBe('Renamed channel');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Renamed channel' }).waitFor();
    expect((await stage.api<{ name: string }>('GET', `/v1/connectors/${id}`)).name).toBe('Renamed channel');
  });

  it('tests the connection only, and says what to do where it is refused', async () => {
    await open(`/connectors/${await jira('Good Jira', 'good-token')}?tab=test`);
    await page.getByRole('button', { name: 'Test the connection only' }).click();
    await page.getByText('The connection and the credential are right').waitFor();
    await open(`/connectors/${await jira('Old Jira', 'token-of-last-year')}?tab=test`);
    await page.getByRole('button', { name: 'Test the connection only' }).click();
    await page.getByText('The target refused it').waitFor();
    await page.getByText(/^Next step: Enter a credential that is valid now/).waitFor();
    const sent = (await stage.received('jira', '')) as { method: string }[];
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('says at a field which of its members is refused, and saves nothing in the place of what is no JSON', async () => {
    const headers = { 'X-Team': 'soc' };
    const config = { url: `${stage.dev.receiversUrl}/webhook/members`, headers };
    const made = { name: 'Members', target: 'webhook', config };
    const { id } = await stage.api<{ id: string }>('POST', '/v1/connectors', made);
    await open(`/connectors/${id}?tab=settings`);
    const save = page.getByRole('button', { name: 'Save' });
    await page.getByLabel('Headers 1, Name').fill('Not a name');
    await save.click();
    await page
      .getByRole('group', { name: 'Headers' })
      .getByText(/^Not a name: /)
      .waitFor();
    await page.getByLabel('Headers 1, Name').fill('X-Group');
    await save.click();
    await page
      .getByRole('group', { name: 'Headers' })
      .getByText(/^Not a name: /)
      .waitFor({ state: 'detached' });
    const saved = await stage.api<{ config: typeof config }>('GET', `/v1/connectors/${id}`);
    expect(saved.config.headers).toEqual({ 'X-Group': 'soc' });
    const ticket = await jira('Jira with fields', 'good-token');
    await open(`/connectors/${ticket}?tab=settings`);
    const fields = page.getByRole('textbox', { name: /^Further fields/ });
    await fields.fill('{"labels":["soc"]');
    await save.click();
    await page
      .getByText(/^\/config\/fields/)
      .first()
      .waitFor();
    const { version } = await stage.api<{ version: number }>('GET', `/v1/connectors/${ticket}`);
    expect(version).toBe(1);
    await fields.fill('{"labels":["soc"]}');
    await save.click();
    await until(async () => (await stage.api<{ version: number }>('GET', `/v1/connectors/${ticket}`)).version === 2);
  });

  it('gives a connector a plan of its own for retries, and the plan of the deployment again', async () => {
    const id = await slack('Patient channel', 'B000');
    const planOf = async (): Promise<unknown> =>
      (await stage.api<{ limits: { retryDelaysSeconds: unknown } }>('GET', `/v1/connectors/${id}`)).limits
        .retryDelaysSeconds;
    await open(`/connectors/${id}?tab=settings`);
    const delays = page.getByRole('combobox', { name: 'Seconds before each attempt' });
    await delays.pressSequentially('0, 30, 30,');
    await page.getByRole('button', { name: 'Save' }).click();
    await until(async () => JSON.stringify(await planOf()) === '[0,30,30]');
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('cell', { name: '0, 30, 30' }).waitFor();
    await page.getByRole('tab', { name: 'Settings' }).click();
    await delays.pressSequentially('100000,');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^100000: /).waitFor();
    for (let removed = 0; removed < 4; removed += 1) await delays.press('Backspace');
    await page.getByRole('button', { name: 'Save' }).click();
    await until(async () => (await planOf()) === null);
  });

  it('copies a delivery as a command that sends it, and as one that explains it', async () => {
    const id = await slack('Copied channel', 'B008');
    await stage.api('POST', '/v1/subscriptions', { name: 'copied', connectorIds: [id], types: ['copied'] });
    await stage.api('POST', '/v1/notifications', { type: 'copied', payload: { text: `it's "quoted" & $HOME` } });
    const delivery = await deliveryTo(stage, 'Copied channel', 'delivered');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(`/deliveries/${delivery}`);
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name }).click();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const curl = await copied('Copy as cURL');
    const secret = `${stage.dev.receiversUrl}/slack/services/T000/B008/known-token`;
    const { stdout } = await run('sh', ['-c', curl], { env: { ...process.env, WAYBILL_SECRET_URL: secret } });
    expect(stdout).toMatch(/ 200 [^]*ok$/);
    expect(await stage.received('slack', 'B008')).toHaveLength(2);
    const env = { ...process.env, WAYBILL_URL: stage.dev.httpUrl, WAYBILL_KEY: stage.dev.adminKey };
    const why = await run('sh', ['-c', `npx --no-install ${await copied('Copy as CLI')}`], { env });
    expect(why.stdout).toMatch(/was delivered to/);
  });

  it('shows each scope what it allows, and nothing that would be refused', async () => {
    const nav = ['Home', 'Connectors', 'Subscriptions', 'Deliveries', 'Dead letters', 'Redeliveries', 'Notifications'];
    const seen: Record<string, { places: string[]; refused: string[]; acts: string[] }> = {};
    for (const scope of ['publish', 'read', 'manage', 'redeliver', 'audit', 'admin'])
      seen[scope] = await seenWith(stage, [scope]);
    seen['read+audit'] = await seenWith(stage, ['read', 'audit']);
    for (const { refused } of Object.values(seen)) expect(refused).toEqual([]);
    expect(seen['admin']?.places).toEqual([...nav, 'Audit', 'As it was', 'API keys', 'Doctor', 'API reference']);
    expect(seen['read']?.places).toEqual([...nav, 'Doctor', 'API reference']);
    expect(seen['audit']?.places).toEqual(expect.arrayContaining(['Audit']));
    expect(seen['audit']?.places).not.toEqual(expect.arrayContaining(['Connectors']));
    for (const scope of ['read', 'audit', 'read+audit']) expect(seen[scope]?.acts).toEqual([]);
    console.log(JSON.stringify(seen));
  }, 240_000);

  it('has a preview within 150 ms, faults at their place, completion, and the difference to what is saved', async () => {
    await open(`/connectors/${await slack('Template channel', 'B000')}?tab=templates`);
    await page.getByText(/^Rendered by the server/).waitFor();
    const editor = page.locator('.cm-content').first();
    const tookMs: number[] = [];
    for (let look = 0; look < 12; look += 1) {
      await editor.click();
      await page.keyboard.press('Control+a');
      const text = `look ${look}`;
      await page.keyboard.insertText(`{"text":"${text} {{incident.summary}}"}`);
      const began = performance.now();
      await page
        .getByText(new RegExp(`^${text} `))
        .last()
        .waitFor();
      tookMs.push(performance.now() - began);
    }
    tookMs.sort((a, b) => a - b);
    console.log(
      `preview after the last letter: p50 ${tookMs[6]?.toFixed(0)} ms, worst ${tookMs.at(-1)?.toFixed(0)} ms`,
    );
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"text":\n  oops}');
    await page
      .getByText(/line 2, column 3/)
      .first()
      .waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"text":"');
    await page.keyboard.type('{{incident.sum');
    await page.locator('.cm-tooltip-autocomplete').getByText('incident.summary').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Show changes to what is saved').check({ force: true });
    await page.locator('.cm-deletedChunk, .cm-changedLine, .cm-changedText').first().waitFor();
  });

  it('warns where the target’s limits are passed', async () => {
    await open('/connectors/new?target=slack&step=2');
    await page.getByText(/^Rendered by the server/).waitFor();
    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+a');
    const blocks = Array.from({ length: 60 }, () => ({ type: 'divider' }));
    await page.keyboard.insertText(JSON.stringify({ text: 'many', blocks }));
    await page.getByText('Warnings', { exact: true }).waitFor();
    await page.getByText(/50/).last().waitFor();
  });

  it('deletes a connector only after saying what depends on it, and keeps its history with what changed', async () => {
    const id = await slack('Doomed channel', 'B000');
    await stage.api('POST', '/v1/subscriptions', { name: 'depends on it', connectorIds: [id], types: ['doomed'] });
    await open(`/connectors/${id}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('It moves to another workspace');
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled: It moves to another workspace').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    // Settings that are saved before it is enabled again are of an older version, and refused.
    await page.getByRole('button', { name: 'Disable' }).waitFor();
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByLabel(/^Name/).fill('Doomed indeed');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Doomed indeed' }).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page
      .getByRole('button', { name: /ConnectorUpdated/ })
      .first()
      .click();
    await page
      .locator('.diff-new')
      .getByText(/Doomed indeed/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('link', { name: 'depends on it' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type/).fill('Doomed indeed');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connectors' }).waitFor();
    await open(`/connectors/${id}`);
    await page.getByRole('alert').waitFor();
  });

  it('keeps conditions and text of a filter in step, and says which clause decides', async () => {
    const id = await slack('Filtered channel', 'B000');
    await open(`/subscriptions/new?connectorId=${id}`);
    await page.getByLabel(/^Name/).fill('filtered');
    await page.getByRole('button', { name: 'Add a filter' }).click();
    const text = page.getByLabel('As text');
    await text.fill('{"and":[{"=":[{"source":"incident.escalated"},true]},{"exists":{"source":"incident.summary"}}]}');
    expect(await page.getByRole('combobox', { name: 'Field 1.1' }).inputValue()).toBe('incident.escalated');
    await page.getByRole('combobox', { name: 'Field 1.2' }).fill('incident.threatRating');
    await until(async () => (await text.inputValue()).includes('incident.threatRating'));
    await text.fill('{"and":[');
    await page.getByText(/This is no filter yet/).waitFor();
    await text.fill('{"=":[{"source":"incident.threatRating"},"Nothing of the kind"]}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    await page.getByText(/would not be sent/).waitFor();
    await page
      .getByRole('listitem')
      .getByText(/Nothing of the kind/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Check the last/ }).click();
    await page.getByText(/^0 of /).waitFor();
  });

  it('goes on in the live tail where a hidden tab stopped, and proves a delivery in the browser', async () => {
    const id = await slack('Tail channel', 'B009');
    await stage.api('POST', '/v1/subscriptions', { name: 'tail', connectorIds: [id], types: ['tail'] });
    await open(`/deliveries?connectorId=${id}&live=1`);
    await page.getByText('live', { exact: true }).waitFor();
    const publishHidden = async (number: number): Promise<void> => {
      await setHidden(page, true);
      await page.getByText('not live', { exact: true }).waitFor();
      await stage.api('POST', '/v1/notifications', { type: 'tail', payload: { number } });
      await until(async () => (await stage.received('slack', 'B009')).length === number);
      await setHidden(page, false);
    };
    // Nothing was heard yet, so there is no place to go on from: what is shown is read again.
    await publishHidden(1);
    const delivery = await deliveryTo(stage, 'Tail channel', 'delivered');
    await page.locator(`tbody a[href*="${delivery}"]`).waitFor();
    await stage.api('POST', '/v1/notifications', { type: 'tail', payload: { number: 2 } });
    await page.getByRole('button', { name: /^1 new or changed: show/ }).click();
    await publishHidden(3);
    await page.getByRole('button', { name: /^1 new or changed: show/ }).click();
    await page.waitForFunction(() => document.querySelectorAll('tbody a').length === 3);
    await open('/audit');
    await page.getByLabel(/^Key of the notary/).fill(stage.dev.notaryVkey);
    await open(`/deliveries/${delivery}`);
    await page.getByRole('button', { name: 'Prove it in this browser' }).click();
    await page.getByText(/The checkpoint carries a good signature/).waitFor();
  });

  it('lists a thousand connectors, finds one by name, and keeps address and place on the way back', async () => {
    const many = Array.from({ length: 1_000 }, (_, number) => number);
    for (let from = 0; from < many.length; from += 20)
      await Promise.all(
        many.slice(from, from + 20).map((number) => slack(`Channel ${'long '.repeat(8)}${number}`, 'B000')),
      );
    await open('/connectors');
    await page.locator('tbody a').first().waitFor();
    expect(Number(await page.getByRole('table').getAttribute('aria-rowcount'))).toBeGreaterThan(1_000);
    await page.getByLabel('Search by name').fill('long 777');
    await page.waitForURL(/q=long/);
    await page.waitForFunction(() => document.querySelectorAll('tbody a').length === 1);
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { level: 1, name: /777$/ }).waitFor();
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('tbody a').length === 1);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.waitForFunction(() => document.querySelectorAll('tbody a').length === 1);
  }, 240_000);

  it('says what is wrong where something is: unknown, offline', async () => {
    await open('/deliveries/dlv_01kb6zzzzzzzzzzzzzzzzzzzzz');
    await page.getByRole('alert').waitFor();
    await open('/connectors');
    await page.locator('tbody a').first().waitFor();
    // The code of the other pages comes four seconds behind the first.
    await page.waitForTimeout(6_000);
    await page.context().setOffline(true);
    await page.getByRole('navigation').getByRole('link', { name: 'Doctor' }).click();
    await page.getByRole('button', { name: 'Try again' }).first().waitFor({ timeout: 60_000 });
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('The broker answers').waitFor();
  });
}

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** What a key of these scopes finds: the places it is offered, pages of those that refuse it something, and buttons that change something. */
async function seenWith(
  stage: Stage,
  scopes: string[],
): Promise<{ places: string[]; refused: string[]; acts: string[] }> {
  const made = { name: scopes.join(), scopes };
  const { key } = await stage.api<{ key: string }>('POST', '/v1/api-keys', made);
  const page = await stage.newPage();
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() === 403) refused.push(`${page.url()}: ${response.request().method()} ${response.url()}`);
  });
  await signIn(page, { ...stage.dev, adminKey: key });
  const links = page.getByRole('navigation').getByRole('link');
  const places = await links.allInnerTexts();
  const acts = new Set<string>();
  for (const place of places.filter((name) => name !== 'API reference')) {
    await links.filter({ hasText: new RegExp(`^${place}$`) }).click();
    await page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
    await page.waitForFunction(() => document.querySelector('[role=status][aria-label^=Loading]') === null);
    const names = [
      ...(await page.getByRole('button').allInnerTexts()),
      ...(await page.getByRole('link').allInnerTexts()),
    ];
    for (const name of names)
      if (/^(Create|Publish|Redeliver|Disable|Delete|Revoke|Cancel|Pause)\b/.test(name) && name !== 'Redeliveries')
        acts.add(name);
  }
  await page.context().close();
  return { places, refused, acts: [...acts] };
}
