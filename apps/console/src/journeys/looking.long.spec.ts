import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { deliveryTo, openSlack, type Stage, signIn, startStage, until, withChromium } from './stage.fixture.js';

const run = promisify(execFile);
withChromium('the console, looking at what was', tellStories);

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
  const publish = async (type: string, payload: object): Promise<void> => {
    await stage.api('POST', '/v1/notifications', { type, payload });
  };
  const incident = (summary: string): object => ({ incident: { summary, threatRating: 'High' } });
  const enter = async (editor: Locator, text: string): Promise<void> => {
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };

  it('redelivers with today’s template, and shows what was sent then beside what is sent now', async () => {
    const id = await slack('Rendered again', 'B022');
    await stage.api('POST', '/v1/subscriptions', { name: 'again', connectorIds: [id], types: ['incident'] });
    await publish('incident', incident('Once and again'));
    const delivery = await deliveryTo(stage, 'Rendered again', 'delivered');
    await open(`/connectors/${id}?tab=templates`);
    await page.getByText(/^Rendered by the server/).waitFor();
    await enter(page.locator('.cm-content').first(), '{"text":"Today: {{incident.summary}}"}');
    await page
      .getByText(/^Today: /)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Rendered again is saved').waitFor();
    await open(`/deliveries/${delivery}`);
    await page.getByRole('button', { name: 'Redeliver' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/the target may get it twice/).waitFor();
    await dialog.getByRole('radio', { name: 'Today’s template' }).check();
    await dialog.getByRole('button', { name: 'Redeliver' }).click();
    await until(async () => (await stage.received('slack', 'B022')).length === 2);
    const bodies = ((await stage.received('slack', 'B022')) as { body: string }[]).map(({ body }) => body);
    expect(bodies[0]).not.toBe(bodies[1]);
    expect(JSON.parse(bodies[1] ?? '')).toEqual({ text: 'Today: Once and again' });
    await page.getByRole('tab', { name: /^Attempts \(?2/ }).click();
    await page
      .getByRole('region', { name: /^Request: POST/ })
      .filter({ hasText: 'Today: Once and again' })
      .waitFor();
    await page.getByText('What differs from attempt 1').waitFor();
    await page.locator('.diff-new').getByText('Today: Once and again').waitFor();
    await page.getByRole('button', { name: /^Attempt 1/ }).click();
    expect(await page.getByRole('region', { name: /^Request: POST/ }).count()).toBe(2);
  });

  it('renders what is pasted, what really came, and says when a sample is none', async () => {
    await publish('incident', incident('It really came'));
    await open(`/connectors/${await slack('Sampled channel', 'B000')}?tab=templates`);
    await page.getByText(/^Rendered by the server/).waitFor();
    const [template, sample] = [page.locator('.cm-content').first(), page.locator('.cm-content').nth(1)];
    await enter(template, '{"text":"Of {{incident.summary}}!"}');
    await until(async () => (await page.getByLabel('Sample from').locator('option').count()) > 1);
    await page.getByLabel('Sample from').selectOption({ index: 1 });
    await page.getByText('Of It really came!').last().waitFor();
    expect(await sample.innerText()).toContain('It really came');
    await enter(sample, JSON.stringify(incident('It was pasted')));
    await page.getByText('Of It was pasted!').last().waitFor();
    await enter(sample, '[1]');
    await page.getByText('The sample is no JSON object.').first().waitFor();
    for (let number = 0; number < 25; number += 1) await publish('incident', incident(`Number ${number}`));
    await page.reload();
    await until(async () => (await page.getByLabel('Sample from').locator('option').count()) === 21);
  });

  it('has a preview within 150 ms of the last letter', async () => {
    await open(`/connectors/${await slack('Quick channel', 'B000')}?tab=templates`);
    await page.getByText(/^Rendered by the server/).waitFor();
    await page.locator('.cm-content').first().click();
    const tookMs: number[] = [];
    for (let look = 0; look < 60; look += 1) {
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(`{"text":"look ${look} {{incident.summary}}`);
      await page.evaluate(timePreview, `look ${look} `);
      await page.keyboard.insertText('"}');
      await until(async () => (await page.evaluate(() => (globalThis as unknown as PreviewWindow).tookMs)) !== null);
      tookMs.push((await page.evaluate(() => (globalThis as unknown as PreviewWindow).tookMs)) ?? Infinity);
    }
    tookMs.sort((a, b) => a - b);
    const [p50 = 0, p95 = 0] = [tookMs[30], tookMs[57]];
    console.log(`from the last letter to the preview: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
    expect(p50).toBeLessThan(150);
  });

  it('explains what a subscription does with what really came, by the clause that decides', async () => {
    const id = await slack('Explained channel', 'B000');
    const made = { name: 'explained', connectorIds: [id], types: ['explained'] };
    const filter = {
      and: [{ '=': [{ source: 'severity' }, 'high'] }, { cidr_match: [{ source: 'from' }, '10.0.0.0/8'] }],
    };
    const { id: subscription } = await stage.api<{ id: string }>('POST', '/v1/subscriptions', { ...made, filter });
    await publish('explained', { severity: 'high', from: '192.0.2.1' });
    await open(`/subscriptions/${subscription}?tab=explain`);
    const from = page.getByLabel('Payload from');
    const explain = page.getByRole('button', { name: 'Explain', exact: true });
    await until(async () => (await from.locator('option').count()) > 1);
    await from.selectOption({ index: 1 });
    await page.locator('.cm-content').getByText('192.0.2.1').waitFor();
    await explain.click();
    await page.getByText('It does not match: this would not be sent').waitFor();
    const fails = page.getByRole('listitem').filter({ hasText: '(does not hold)' });
    console.log(await page.getByRole('listitem').filter({ hasText: /hold/ }).allInnerTexts());
    expect(await fails.filter({ hasText: '10.0.0.0/8' }).count()).toBe(1);
    await publish('explained', { severity: 'high', from: '10.1.2.3' });
    await page.reload();
    await until(async () => (await from.locator('option').count()) > 2);
    await from.selectOption({ index: 1 });
    await page.locator('.cm-content').getByText('10.1.2.3').waitFor();
    await explain.click();
    await page.getByText('It matches: this would be sent').waitFor();
    await page.getByRole('button', { name: 'Check the last 2' }).click();
    await page.getByText('1 of 2 would have been sent.').waitFor();
  });

  it('downloads an export and a proof that both verifiers accept with the key of the notary', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-downloads-'));
    try {
      // What is signed lags by a moment behind what is recorded: the first event has a proof by now.
      await open('/audit?log=delivery-0&from=1');
      const [exported] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download an export' }).click(),
      ]);
      const file = join(folder, exported.suggestedFilename());
      await exported.saveAs(file);
      await page.getByRole('main').getByRole('button', { name: /^#\d/ }).last().click();
      const [proof] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: /^Download the proof of #\d+$/ }).click(),
      ]);
      const proofFile = join(folder, proof.suggestedFilename());
      await proof.saveAs(proofFile);
      const cli = (path: string): Promise<{ stdout: string }> =>
        run('npx', ['--no-install', 'waybill', 'verify', path, '--key', stage.dev.notaryVkey]);
      const verified = [
        (await cli(file)).stdout,
        (await run('python3', ['docs/verify.py', file, stage.dev.notaryVkey])).stdout,
        (await cli(proofFile)).stdout,
      ];
      for (const said of verified) expect(said).toMatch(/verified/i);
      console.log(exported.suggestedFilename(), proof.suggestedFilename(), verified);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('slides through time by mouse and by keys, and shows things as they were', async () => {
    const id = await slack('Then', 'B000');
    const made = { name: 'then', connectorIds: [id], types: ['then'] };
    const subscription = await stage.api<{ id: string }>('POST', '/v1/subscriptions', made);
    await publish('then', { number: 1 });
    const delivery = await deliveryTo(stage, 'Then', 'delivered');
    await open('/past');
    const slider = page.getByRole('slider', { name: 'Moment' });
    await slider.waitFor();
    const then = (what: string): Locator => page.getByRole('table', { name: new RegExp(`^${what} then`) });
    await then('Connectors').getByText('Then', { exact: true }).waitFor();
    await then('Subscriptions').getByText('then', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: /^Delivery/ }).fill(delivery);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText(/^Delivered to Then/).waitFor();
    // By mouse to the middle of the time that there was: none of the three was there.
    const track = (await slider.locator('xpath=ancestor::*[contains(@class,"mantine-Slider-root")]').boundingBox()) ?? {
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    };
    const thumb = (await slider.boundingBox()) ?? track;
    const level = thumb.y + thumb.height / 2;
    await page.mouse.move(thumb.x + thumb.width / 2, level);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width / 3, level, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/at=/);
    await page.getByText(/^As it was at .* Read only/).waitFor();
    await page.getByText('It was not there at that moment: not made yet, or deleted.').waitFor();
    await then('Connectors').getByText('Then', { exact: true }).waitFor({ state: 'detached' });
    await then('Subscriptions').getByText('then', { exact: true }).waitFor({ state: 'detached' });
    // By keys: to the beginning, and a step.
    await slider.focus();
    await page.keyboard.press('Home');
    await page.getByText('Connectors then (0)').waitFor();
    const first = page.url();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction((was) => location.href !== was, first);
    await page.keyboard.press('End');
    await page.getByText(/^As it was at/).waitFor({ state: 'detached' });
    await page.getByText(/^Delivered to Then/).waitFor();
    // From change to change of the delivery: before it arrived, it was under way.
    for (let step = 0; step < 2; step += 1) {
      await page.getByRole('button', { name: 'Change before' }).click();
      await page.waitForURL(/at=/);
      await page.waitForTimeout(300);
    }
    await page.getByText(/^Is being sent to Then|^Waits for its first attempt to Then/).waitFor();
    for (const [kind, thing] of [
      ['Connectors', id],
      ['Subscriptions', subscription.id],
    ] as const) {
      await then(kind)
        .getByRole('button', { name: /^Look at [Tt]hen as it was/ })
        .click();
      await page.getByRole('heading', { name: `${thing} as it was` }).waitFor();
      await page
        .getByRole('region', { name: `${thing} as it was` })
        .getByText(thing)
        .first()
        .waitFor();
    }
  }, 120_000);
}

interface PreviewWindow {
  tookMs: number | null;
}

/** Measures in the page itself, from the next letter to the paint of the preview that holds these words. */
function timePreview(words: string): void {
  const kept = globalThis as unknown as PreviewWindow;
  kept.tookMs = null;
  let began = 0;
  const start = (): void => {
    began = performance.now();
  };
  document.addEventListener('beforeinput', start, { capture: true, once: true });
  const look = (): void => {
    const editors = [...document.querySelectorAll('.cm-editor')];
    const walker = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if ((node.textContent ?? '').startsWith(words) && !editors.some((editor) => editor.contains(node))) {
        kept.tookMs = performance.now() - began;
        return;
      }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
