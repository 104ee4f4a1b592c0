import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiversClient } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { hold } from '../story.js';
import { attemptsOf, Desk, isEnded, toldOf } from './desk.js';
import { removed } from './one-ticket-ends.js';
import { rawAttempts, rawMails, rawTickets } from './raw-more.js';
import { rawRows, sendRaw } from './raw-rows.js';
import { pagerdutyRows, type RowCase, type RowGroup, rowType, slackRows, teamsRows } from './row-cases.js';
import { type TicketRoom, ticketRooms } from './ticket-books.js';
import { jiraRows, jsmRows, servicenowRows } from './ticketing-row-cases.js';
import { emailRows, refreshRow, type TlsDoors, webhookRows } from './universal-row-cases.js';

/** How often each rule has applied. */
type Counts = ReadonlyMap<string, { readonly row: string; readonly times: number }>;

/** A row of section 9, or the words under its title, `9.7` and `9`: those are not in its tables. */
const isRow = (row: string): boolean => /^9\.\d+\/\d+$/.test(row);

export async function countRules(receivers: ReceiversClient): Promise<Counts> {
  const { items } = await receivers.rules();
  return new Map(items.map(({ id, row, exercised }) => [id, { row, times: exercised }]));
}

/**
 * Brings the rows of targets.md section 9 about: first through the product, then, for those that it cannot cause because its rooms
 * and its egress prevent them, by requests of our own. `before` are the counts before anything of the story was sent.
 */
export async function exerciseRows(stage: Stage, before: Counts): Promise<string> {
  const desk = await Desk.open(stage);
  const { receivers } = stage;
  try {
    await receivers.reset();
    const faults = await throughProduct(desk);
    const mid = await countRules(receivers);
    await receivers.reset();
    await byHand(stage);
    const after = await countRules(receivers);
    const product = applied(before, mid);
    const all = applied(before, after);
    const rows = rowsOf(after);
    const through = rows.filter((row) => product.has(row));
    const byRaw = rows.filter((row) => !product.has(row) && all.has(row));
    const missing = rows.filter((row) => !all.has(row));
    const conditions = [...after].filter(([, { row }]) => isRow(row));
    const conditionsMet = conditions.filter(([id, { times }]) => times > (before.get(id)?.times ?? 0));
    const text = [
      `${through.length + byRaw.length} of ${rows.length} rows exercised: ${through.length} through the product, ${byRaw.length} by raw request because the product prevents them`,
      `          ${conditionsMet.length} of ${conditions.length} single conditions; by raw request: ${byRaw.join(' ')}`,
    ].join('\n');
    const without = conditions.filter(([id]) => !conditionsMet.some(([met]) => met === id)).map(([id]) => id);
    hold(
      missing.length === 0 && without.length === 0,
      `${text}\n          not exercised: ${missing.join(' ')} (${without.join(', ')})${listed(faults)}`,
    );
    hold(faults.length === 0, `${text}${listed(faults)}`);
    return text;
  } finally {
    await desk.close();
    await receivers.reset();
  }
}

const listed = (faults: readonly string[]): string => faults.map((fault) => `\n          ${fault}`).join('');

/** Rows whose conditions have applied since then, any of them. */
function applied(before: Counts, after: Counts): Set<string> {
  return new Set(
    [...after].filter(([id, { times }]) => times > (before.get(id)?.times ?? 0)).map(([, { row }]) => row),
  );
}

function rowsOf(counts: Counts): string[] {
  const [section, place] = [
    (row: string) => Number(row.split('/')[0]?.slice(2)),
    (row: string) => Number(row.split('/')[1]),
  ];
  const rows = new Set([...counts.values()].map(({ row }) => row).filter(isRow));
  return [...rows].sort((one, other) => section(one) - section(other) || place(one) - place(other));
}

/** Answers what did not end as it must. */
async function throughProduct(desk: Desk): Promise<string[]> {
  const url = desk.receiversUrl;
  const tls = (await (await fetch(`${url}/_tls`)).json()) as TlsDoors;
  const word = (stem: string): string => desk.word(stem);
  const lanes: readonly (readonly RowGroup[])[] = [
    slackRows(url),
    teamsRows(url),
    pagerdutyRows(url),
    jiraRows(url),
    jsmRows(url),
    servicenowRows(url),
    [...webhookRows(url, tls, word), refreshRow(url, word('refresh'))],
    emailRows(desk.stage.dev.smtpUrl, word),
  ];
  const starts = await startValues(url);
  const found = await Promise.all(
    lanes.map(async (groups) => {
      const faults: string[] = [];
      for (const group of groups) faults.push(...(await playGroup(desk, group, starts)));
      return faults;
    }),
  );
  // These take the tickets away from under everybody else.
  for (const name of ['Jira', 'ServiceNow']) await removed(desk, ticketRooms[name] as TicketRoom);
  return found.flat();
}

async function startValues(url: string): Promise<ReadonlyMap<string, unknown>> {
  const { items } = (await (await fetch(`${url}/_options`)).json()) as {
    items: { target: string; options: { option: string; start: unknown }[] }[];
  };
  return new Map(
    items.flatMap(({ target, options }) => options.map(({ option, start }) => [`${target} ${option}`, start] as const)),
  );
}

async function playGroup(desk: Desk, group: RowGroup, starts: ReadonlyMap<string, unknown>): Promise<string[]> {
  const { receivers } = desk.stage;
  if (group.quietMs !== undefined) await delay(group.quietMs);
  for (const [target, option, value, name] of group.options ?? []) await receivers.option(target, option, value, name);
  if (group.late !== undefined) await receivers.script(group.late[0], group.late[1], [{ delayMs: group.late[2] }]);
  const faults = await Promise.all(group.cases.map((one) => playCase(desk, one)));
  for (const [target, option, , name] of group.options ?? []) {
    if (name === undefined) await receivers.option(target, option, starts.get(`${target} ${option}`) ?? null);
  }
  return faults.filter((fault) => fault !== null);
}

const refusedForGood = /^refused:\w+$/;

async function playCase(
  desk: Desk,
  { rule, given, payloads = [{}], ends = refusedForGood }: RowCase,
): Promise<string | null> {
  try {
    const lane = await desk.lane(given, rowType);
    const waits = ends.source.includes('looking_again');
    for (const [at, payload] of payloads.entries()) {
      await desk.send(lane, payload);
      const found = await desk.until(
        lane.connectorId,
        at + 1,
        (delivery) => isEnded(delivery) || (waits && ends.test(attemptsOf(delivery))),
        20_000,
      );
      const last = found.at(-1);
      if (last === undefined || (at === payloads.length - 1 && !ends.test(attemptsOf(last))))
        return `${rule}: ${last === undefined ? 'no delivery' : toldOf(last)}`;
    }
    return null;
  } catch (error) {
    return `${rule}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function byHand(stage: Stage): Promise<void> {
  const { receivers, dev } = stage;
  await receivers.option('slack', 'perSecond', 0);
  await receivers.option('jira', 'perSecond', 0);
  const starts = await startValues(dev.receiversUrl);
  for (const row of rawRows) {
    if (row.option !== undefined) await receivers.option(...row.option);
    await sendRaw(dev.receiversUrl, row);
    if (row.again !== undefined) await sendRaw(dev.receiversUrl, row);
    if (row.option !== undefined)
      await receivers.option(row.option[0], row.option[1], starts.get(`${row.option[0]} ${row.option[1]}`));
  }
  await receivers.option('teams', 'legacy', '2024');
  await receivers.option('teams', 'legacyHidden', 429);
  await sendRaw(dev.receiversUrl, { rule: 'teams.legacy-hidden', path: '/teams/webhookb2/raw', body: { text: 'x' } });
  await rawTickets(dev.receiversUrl, receivers);
  await rawAttempts(dev.receiversUrl, receivers);
  await rawMails(dev.smtpUrl, receivers);
}
