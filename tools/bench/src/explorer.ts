import type { DevContent } from '@waybill/dev-stack/dev-file';
import { type ExplorerRows, fillExplorer } from './explorer-rows.js';

/** A page of the explorer must be there within this (issue 6). */
export const pageMsMax = 200;
const rowsDefault = 1_000_000;
const looksPerQuestion = 20;
const pagesDeep = 5;

export interface Answered {
  readonly question: string;
  readonly items: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Asks the explorer everything that its filters can ask, over HTTP, of a read model of a million rows. */
export async function measureExplorer(dev: DevContent): Promise<{ rows: number; answers: Answered[] }> {
  const rows = Number(process.env['WAYBILL_BENCH_ROWS'] ?? rowsDefault);
  return { rows, answers: await askExplorer(dev, await fillExplorer(dev.databaseUrl, dev.tenant, rows)) };
}

/** Every question, as a list and as facets. */
export async function askExplorer(dev: DevContent, facts: ExplorerRows): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const [question, query] of questionsOf(facts)) {
    for (const path of ['/v1/deliveries', '/v1/deliveries/facets'])
      answers.push(await ask(dev, path, path.endsWith('facets') ? `facets: ${question}` : question, query));
  }
  for (const [question, query] of statsQuestionsOf(facts))
    answers.push(await ask(dev, '/v1/stats', `figures: ${question}`, query));
  answers.push(await ask(dev, '/v1/stats/connectors', 'figures of every connector, a day', {}));
  return answers;
}

/** What the home page and a connector's page ask. */
function statsQuestionsOf({ untilMs, connectors: [big = ''] }: ExplorerRows): [string, Record<string, string>][] {
  const last = (hours: number): string => new Date(untilMs - hours * 3_600_000).toISOString();
  return [
    ['an hour', { since: last(1) }],
    ['a day', { since: last(24) }],
    ['a week', { since: last(7 * 24) }],
    ['thirty days', { since: last(30 * 24) }],
    ['the biggest connector, thirty days', { since: last(30 * 24), connectorId: big }],
  ];
}

/** p50 and p95 of one question: its first page again and again, and the pages that follow it. */
async function ask(dev: DevContent, path: string, question: string, query: Record<string, string>): Promise<Answered> {
  const tookMs: number[] = [];
  let items = 0;
  for (let look = 0; look < looksPerQuestion; look += pagesDeep) {
    let cursor: string | null = query['cursor'] ?? null;
    for (let page = 0; page < pagesDeep; page += 1) {
      const search = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
      if (path !== '/v1/deliveries') search.delete('cursor');
      const began = performance.now();
      const response = await fetch(`${dev.httpUrl}${path}?${search.toString()}`, {
        headers: { authorization: `Bearer ${dev.adminKey}` },
      });
      const answer = (await response.json()) as { items?: unknown[]; nextCursor?: string | null; counted?: number };
      tookMs.push(performance.now() - began);
      if (!response.ok) throw new Error(`${question}: ${response.status} ${JSON.stringify(answer)}`);
      if (page === 0) items = answer.items?.length ?? answer.counted ?? 0;
      cursor = answer.nextCursor ?? query['cursor'] ?? null;
    }
  }
  tookMs.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((tookMs[Math.ceil(tookMs.length * share) - 1] ?? 0) * 10) / 10;
  return { question, items, p50Ms: at(0.5), p95Ms: at(0.95) };
}

function questionsOf(facts: ExplorerRows): [string, Record<string, string>][] {
  const [big = '', , middling = ''] = facts.connectors;
  const small = facts.connectors.at(-1) ?? '';
  const [, otherSubscription = ''] = facts.subscriptions;
  const at = (share: number): string => new Date(facts.fromMs + share * (facts.untilMs - facts.fromMs)).toISOString();
  const deep = Buffer.from(JSON.stringify([facts.middle])).toString('base64url');
  const statuses = ['pending', 'attempting', 'retrying', 'delivered', 'dead-lettered', 'cancelled', 'suppressed'];
  return [
    ['no filter', {}],
    ['deep cursor', { cursor: deep }],
    ...statuses.map((status): [string, Record<string, string>] => [`status ${status}`, { status }]),
    ['status dead-lettered, deep', { status: 'dead-lettered', cursor: deep }],
    ['the biggest connector', { connectorId: big }],
    ['the biggest connector, deep', { connectorId: big, cursor: deep }],
    ['the smallest connector', { connectorId: small }],
    ['a subscription', { subscriptionId: facts.subscriptions[3] ?? '' }],
    ['a notification', { notificationId: facts.notification }],
    ['a common type', { type: 'incident' }],
    ['a rare type', { type: facts.rareType }],
    ['an absent type', { type: 'never.seen' }],
    ['since five minutes', { since: new Date(facts.untilMs - 300_000).toISOString() }],
    ['since a time to come', { since: new Date(facts.untilMs + 3_600_000).toISOString() }],
    ['until the first day', { until: at(1 / 30) }],
    ['one hour in the middle', { since: at(0.5), until: at(0.5 + 1 / 720) }],
    ['q: an id', { q: facts.delivery }],
    ['q: a notification', { q: facts.notification }],
    ['q: a common reason', { q: 'retries_exhausted' }],
    ['q: a rare reason', { q: 'payload_too_large' }],
    ['q: what waits', { q: 'rate_limited' }],
    ['q: a ticket', { q: facts.ticket }],
    ['q: nothing', { q: 'no such thing' }],
    ['q: the reason of what was suppressed', { q: 'suppression_window' }],
    ['connector and suppressed', { connectorId: middling, status: 'suppressed' }],
    ['subscription and suppressed', { subscriptionId: otherSubscription, status: 'suppressed' }],
    ['suppressed and rare type', { status: 'suppressed', type: facts.rareType }],
    ['connector, the subscription of another and suppressed', {
      connectorId: big, subscriptionId: otherSubscription, status: 'suppressed',
    }], // prettier-ignore
    ['connector and status', { connectorId: middling, status: 'dead-lettered' }],
    ['connector that nothing reached, delivered', { connectorId: facts.silent, status: 'delivered' }],
    ['connector that one delivery reached long ago, delivered', { connectorId: facts.broken, status: 'delivered' }],
    ['a subscription and delivered', { subscriptionId: facts.subscriptions[2] ?? '', status: 'delivered' }],
    ['connector and rare type', { connectorId: big, type: facts.rareType }],
    ['connector and the subscription of another', { connectorId: big, subscriptionId: otherSubscription }],
    ['status and rare type', { status: 'dead-lettered', type: facts.rareType }],
    ['status until the first day', { status: 'cancelled', until: at(1 / 30) }],
    ['type in one hour', { type: 'health', since: at(0.3), until: at(0.3 + 1 / 720) }],
    ['connector, type, status, window and reason', {
      connectorId: middling, type: 'incident', status: 'dead-lettered', since: at(0.2), until: at(0.8), q: 'not_found',
    }], // prettier-ignore
  ];
}
