import type { Page } from 'playwright-core';
import type { Hand } from './hands.fixture.js';
import { deliveryTo, type Stage, until } from './stage.fixture.js';

/** What the newcomer calls things; each telling has names of its own. */
export interface Names {
  readonly channel: string;
  readonly subscription: string;
  /** The incoming webhook at the stand-in of Slack: `B…`. */
  readonly hook: string;
}

/** From the sign-in to a message that Slack has, and from a message that Slack refused to one that it has after all. */
export async function tellNewcomer(stage: Stage, page: Page, hand: Hand, names: Names): Promise<void> {
  await page.goto(`${stage.dev.httpUrl}/`);
  await hand.write(page.getByLabel(/^API key/), stage.dev.adminKey);
  await hand.press(page.getByRole('button', { name: 'Sign in', exact: true }));
  await headed(page, 'Home');
  await connect(stage, page, hand, names);
  await subscribe(page, hand, names);
  await publish(page, hand);
  await seeDelivered(stage, page, hand, names);
  await redeliver(stage, page, hand, names);
}

async function connect(stage: Stage, page: Page, hand: Hand, { channel, hook }: Names): Promise<void> {
  await hand.go('Connectors', 'c');
  await hand.press(page.getByRole('link', { name: 'Create a connector' }));
  await hand.press(page.getByRole('button', { name: /^Slack/ }));
  await hand.write(page.getByLabel(/^Name/), channel);
  await hand.write(
    page.getByLabel(/^Webhook URL/),
    `${stage.dev.receiversUrl}/slack/services/T000/${hook}/known-token`,
  );
  await hand.press(page.getByRole('button', { name: 'Next' }));
  await page.getByText(/^Rendered by the server/).waitFor();
  await hand.press(page.getByRole('button', { name: 'Next' }));
  await hand.press(page.getByRole('button', { name: 'Send a test' }));
  await page.getByText('The target accepted it').waitFor();
  await hand.press(page.getByRole('button', { name: 'Review', exact: true }).last());
  await hand.press(page.getByRole('button', { name: 'Create', exact: true }));
}

async function subscribe(page: Page, hand: Hand, { subscription }: Names): Promise<void> {
  await hand.press(page.getByRole('link', { name: 'Subscribe it' }));
  await hand.write(page.getByLabel(/^Name/), subscription);
  await hand.press(page.getByRole('button', { name: 'Add a filter' }));
  await hand.write(page.getByRole('combobox', { name: 'Field 1.1' }), 'incident.summary');
  await hand.choose(page.getByLabel('Operator 1.1'), 'exists');
  await hand.press(page.getByRole('button', { name: 'Save' }));
  await hand.press(page.getByRole('button', { name: 'Explain', exact: true }));
  await page.getByText('It matches: this would be sent').waitFor();
}

async function publish(page: Page, hand: Hand): Promise<void> {
  await hand.go('Notifications', 'n');
  await headed(page, 'Notifications');
  await hand.press(page.getByRole('button', { name: 'Publish a sample' }));
  await page.getByText('A sample of incident is published.').last().waitFor();
}

/** In the list, with its answer and its reason; and Slack has it. */
async function seeDelivered(stage: Stage, page: Page, hand: Hand, { channel, hook }: Names): Promise<void> {
  await deliveryTo(stage, channel, 'delivered');
  await hand.go('Deliveries', 'd');
  await hand.choose(page.getByRole('combobox', { name: 'Connector', exact: true }), channel);
  await page.waitForURL(/connectorId=/);
  await page.getByText('1 delivery', { exact: true }).waitFor();
  await hand.openFirst();
  await headed(page, new RegExp(`^Delivered to ${channel}`));
  await hand.turnTo(page.getByRole('tab', { name: /^Attempts/ }));
  await page.getByText(/^Request: POST/).waitFor();
  await page.getByText(/answer, unchanged: 200/).waitFor();
  await hand.turnTo(page.getByRole('tab', { name: 'Why' }));
  await page
    .getByText(/was delivered to/)
    .first()
    .waitFor();
  // The test and the notification.
  expect(await messagesAt(stage, hook)).toBe(2);
}

/** Slack has lost the webhook for a moment: the dead letter, its cause, and once more. */
async function redeliver(stage: Stage, page: Page, hand: Hand, { channel, hook }: Names): Promise<void> {
  await stage.script('slack', [{ status: 404, body: 'no_service', times: 1 }], hook);
  await publish(page, hand);
  await deliveryTo(stage, channel, 'dead-lettered');
  await hand.go('Dead letters', 'l');
  const group = page.locator('.mantine-Card-root').filter({ hasText: channel });
  await group.getByText('The incoming webhook was removed').waitFor();
  await hand.press(group.getByRole('link', { name: 'Show them' }).first());
  await page.waitForURL(/connectorId=/);
  await hand.openFirst();
  await headed(page, new RegExp(`^Gave up on ${channel}`));
  await hand.press(page.getByRole('button', { name: 'Redeliver' }));
  await hand.press(page.getByRole('dialog').getByRole('button', { name: 'Redeliver' }));
  await headed(page, new RegExp(`^Delivered to ${channel}`));
  // And the one that was refused, twice.
  await until(async () => (await messagesAt(stage, hook)) === 4);
}

async function headed(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

async function messagesAt(stage: Stage, hook: string): Promise<number> {
  return (await stage.received('slack', hook)).length;
}
