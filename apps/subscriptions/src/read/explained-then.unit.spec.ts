import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { type NewEvent, shredded } from '@waybill/event-log/log';
import { MemoryLog } from '@waybill/event-log/memory-log';
import type { SubscriptionShape } from '@waybill/subscription/subscription';
import { explainedCharsMax, ExplainedThenPages } from './explained-then.js';

const tenant = 'default';
const at = '2026-11-24T10:00:00.000Z';
const ids = (n: number): string => `sub_${String(n).padStart(26, '0')}`;

const shapeOf = (n: number, more: Partial<SubscriptionShape> = {}): SubscriptionShape => ({
  id: ids(n),
  name: `number ${n}`,
  connectorIds: ['con_1'],
  types: ['incident'],
  filter: { '=': [{ source: 'rating' }, 'High'] },
  suppression: { minutes: 0, key: null },
  correlationKey: null,
  ...more,
});

/** A log of subscriptions and one notification, told event by event. */
class Told {
  readonly log = new MemoryLog('subscriptions-0');
  readonly made: string[] = [];
  decidedOn = 0;

  async subscription(n: number, type: string, data: object): Promise<void> {
    const event = { type, schemaVersion: 1, data: { at, by: 'spec', ...data }, meta: { actor: 'spec' } };
    const done = await this.append(`subscription-${ids(n)}`, event);
    this.decidedOn = done;
    if (!this.made.includes(ids(n))) this.made.push(ids(n));
  }

  create(n: number, more: Partial<SubscriptionShape> = {}, enabled = true): Promise<void> {
    return this.subscription(n, 'SubscriptionCreated', { subscription: shapeOf(n, more), enabled });
  }

  async route(payload: object, chosen: readonly number[], suppressed: readonly number[] = []): Promise<void> {
    const data: NotificationRouted = {
      notificationId: 'ntf_1', type: 'incident', source: 'ci', id: '7', time: at, via: 'request', decidedOn: this.decidedOn,
      chosen: chosen.map((n) => ({ subscriptionId: ids(n), subscriptionVersion: 1, connectorIds: ['con_1'] })),
      suppressed: suppressed.map((n) => ({ subscriptionId: ids(n), subscriptionVersion: 1, until: at })),
      opened: [], payloadMac: '', payloadBytes: 1, warnings: [],
    }; // prettier-ignore
    const sealed = { subject: 'ntf_1', text: JSON.stringify({ payload }) };
    await this.append('notification-ntf_1', {
      type: 'NotificationRouted',
      schemaVersion: 1,
      data,
      sealed,
      meta: { actor: 'spec' },
    });
  }

  page(cursor?: string, asking = tenant, log: Pick<MemoryLog, 'readStream' | 'readStreams'> = this.log) {
    const idsOf = (_: string, after: string, limit: number) =>
      Promise.resolve(this.made.filter((id) => id > after).slice(0, limit));
    return new ExplainedThenPages(log, idsOf).page(asking, 'ntf_1', cursor);
  }

  private async append(stream: string, event: NewEvent): Promise<number> {
    return (await this.log.append({ streams: [{ stream, tenant, expected: 'any', events: [event] }] })).headPosition;
  }
}

describe('why each subscription took a notification or did not', () => {
  it('is told as it stood at the position of the decision, whatever was changed, enabled, deleted or made since', async () => {
    const told = new Told();
    await told.create(1);
    await told.create(2, { types: ['health'] });
    await told.create(3, {}, false);
    await told.create(4);
    await told.subscription(4, 'SubscriptionDeleted', { id: ids(4) });
    await told.create(5, { filter: null });
    await told.route({ rating: 'Low' }, [5]);
    const before = await told.page();
    await told.subscription(1, 'SubscriptionUpdated', { subscription: shapeOf(1, { filter: null, name: 'renamed' }) });
    await told.subscription(2, 'SubscriptionUpdated', { subscription: shapeOf(2, { filter: null }) });
    await told.subscription(3, 'SubscriptionEnabled', { id: ids(3) });
    await told.subscription(5, 'SubscriptionDeleted', { id: ids(5) });
    await told.create(6, { filter: null });
    const now = await told.page();
    expect(now).toEqual({ ...before, madeLater: 1 });
    expect(now).toMatchObject({ asOf: { log: 'subscriptions-0', position: 6 }, deletedBefore: 1, agrees: true });
    expect(
      now.items.map(({ subscriptionId, position, matches, recorded }) => [subscriptionId, position, matches, recorded]),
    ).toEqual([
      [ids(1), 1, false, 'passed-by'],
      [ids(2), 2, false, 'passed-by'],
      [ids(3), 3, false, 'passed-by'],
      [ids(5), 6, true, 'chosen'],
    ]);
    expect(now.items.map(({ because }) => because.filter(({ holds }) => !holds).map(({ words }) => words))).toEqual([
      ['"Low" = "High" is false.'],
      ['incident is not one of its types.', '"Low" = "High" is false.'],
      ['The subscription is disabled.', '"Low" = "High" is false.'],
      [],
    ]);
    expect(now.items[0]?.name).toBe('number 1');
  });

  it('names as reasons what keeps a filter with a not from being true, and nothing else', async () => {
    const told = new Told();
    const [a, b] = [{ '=': [{ source: 'a' }, 1] }, { '=': [{ source: 'b' }, 2] }];
    await told.create(1, { filter: { and: [{ not: a }, b] } });
    await told.create(2, { filter: { not: a } });
    await told.route({ a: 5, b: 3 }, [2]);
    const { items } = await told.page();
    expect(items.map(({ because }) => because.filter(({ prevents }) => prevents).map(({ words }) => words))).toEqual([
      ['3 = 2 is false.'],
      [],
    ]);
  });

  it('says of what is true that the filter wants it not to be', async () => {
    const told = new Told();
    await told.create(1, { filter: { not: { '=': [{ source: 'a' }, 1] } } });
    await told.route({ a: 1 }, []);
    const [item] = (await told.page()).items;
    expect(item?.because.at(-1)).toEqual({
      clause: { '=': [{ source: 'a' }, 1] },
      holds: true,
      prevents: true,
      words: '1 = 1 is true, and the filter wants it not to be.',
      pointer: '/filter/not',
    });
  });

  it('says that the record does not follow from the log, where somebody changed one of them', async () => {
    const told = new Told();
    await told.create(1);
    await told.route({ rating: 'High' }, []);
    expect(await told.page()).toMatchObject({ agrees: false });
  });

  it('takes a suppressed one for one that matched', async () => {
    const told = new Told();
    await told.create(1);
    await told.route({ rating: 'High' }, [], [1]);
    expect(await told.page()).toMatchObject({ agrees: true, items: [{ matches: true, recorded: 'suppressed' }] });
  });

  it('asks the rules alone once the payload is shredded, and does not guess what the filter would say', async () => {
    const told = new Told();
    await told.create(1);
    await told.create(2, { filter: null });
    await told.create(3, {}, false);
    await told.route({ rating: 'High' }, [1, 2]);
    const page = await told.page(undefined, tenant, {
      readStreams: (streams) => told.log.readStreams(streams),
      readStream: async (stream, options) =>
        (await told.log.readStream(stream, options)).map((event) => ({ ...event, sealed: shredded })),
    });
    expect(page.items.map(({ matches }) => matches)).toEqual([null, true, false]);
    expect(page.agrees).toBeNull();
  });

  it('goes on where an answer would become too long, and leaves none out', async () => {
    const told = new Told();
    const name = 'n'.repeat(explainedCharsMax / 3);
    for (let n = 1; n <= 5; n += 1) await told.create(n, { name });
    await told.route({ rating: 'Low' }, []);
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await told.page(cursor);
      seen.push(...page.items.map(({ subscriptionId }) => subscriptionId));
      cursor = page.nextCursor ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual([1, 2, 3, 4, 5].map(ids));
    expect(pages).toBe(3);
  });

  it('is refused to another tenant, and with a cursor that is none', async () => {
    const told = new Told();
    await told.route({ rating: 'Low' }, []);
    await expect(told.page(undefined, 'other')).rejects.toMatchObject({ code: 'notification_unknown' });
    await expect(told.page('x')).rejects.toMatchObject({ code: 'validation_failed' });
  });
});
