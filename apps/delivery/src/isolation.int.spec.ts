import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectorsHealth } from '@waybill/contracts/http/connectors';
import { dueRanks } from './read/delivery-rows.js';
import { RunningDelivery } from './running-delivery.spec.js';

describe('isolation', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve('one');
  }, 60_000);
  afterAll(() => delivery?.stop());

  it('pauses a whole connector for as long as its target asks, for all copies, on the record', async () => {
    await delivery.serve('two');
    const busy = await delivery.webhook(1, 'busy');
    await delivery.received.script('webhook', 'busy', [{ status: 429, headers: { 'Retry-After': '2' }, times: 1 }]);
    await delivery.route(1, [busy]);
    const first = await delivery.until(1, 'retrying');
    expect(await delivery.ask('connectors.health')).toEqual({
      items: [{ connectorId: busy, failingSince: null, because: null, pausedUntil: expect.any(String) }],
    });
    expect(await delivery.reply('connectors.health', {}, 'acme')).toEqual({ ok: { items: [] } });
    await delivery.route(2, [busy]);
    const [later, again] = [await delivery.until(2, 'delivered'), await delivery.until(1, 'delivered')];
    const told = Date.parse(first.attempts?.[0]?.finishedAt ?? '');
    expect(Date.parse(later.attempts?.[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(told + 1_900);
    expect(again.attempts).toHaveLength(2);
    const { events } = await delivery.ask<{ events: { text: string }[] }>('log.read', { after: 0, limit: 500 }, '_');
    expect(events.filter(({ text }) => text.includes('"ConnectorPaused"'))).toHaveLength(1);
    await delivery.stopCopy('two');
  });

  it('keeps to the rate of a connector', async () => {
    const paced = await delivery.webhook(2, 'paced', { limits: { maxPerSecond: 10 } });
    await Promise.all(Array.from({ length: 21 }, (_, at) => delivery.route(100 + at, [paced])));
    const items = await delivery.received.waitFor({ name: 'paced' }, 21, 15_000);
    const times = items.map(({ at }) => Date.parse(at)).sort((one, other) => one - other);
    // Twenty after the first, ten a second.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_900);
  });

  it('tries a dead target one probe at a time, and goes on with all when it is back', async () => {
    const dead = await delivery.webhook(3, 'dead', { limits: { retryDelaysSeconds: Array<number>(20).fill(0.1) } });
    // The circuit opens after five, and two probes fail, after one second and two.
    await delivery.received.script('webhook', 'dead', [{ status: 500, times: 7 }]);
    await Promise.all(Array.from({ length: 30 }, (_, at) => delivery.route(200 + at, [dead])));
    const items = await delivery.received.waitFor({ name: 'dead' }, 37, 30_000);
    expect(items.filter(({ status }) => status === 500)).toHaveLength(7);
    const { events } = await delivery.ask<{ events: { text: string }[] }>('log.read', { after: 0, limit: 1_000 }, '_');
    expect(events.filter(({ text }) => text.includes('"ConnectorFailing"'))).toHaveLength(1);
    expect(events.filter(({ text }) => text.includes('"ConnectorRecovered"'))).toHaveLength(1);
  });

  it('holds one delivery to a target that is cut off, and has all of them again when it is back', async () => {
    const retryDelaysSeconds = Array<number>(20).fill(0.1);
    const gone = await delivery.webhook(7, 'gone', { limits: { retryDelaysSeconds, maxConcurrent: 1 } });
    const held = () =>
      delivery.sql<{ count: string }>(
        `select count(*) from rm_deliveries.delivery_due d join due_leases l on l.id = d.id and l.position = d.changed_position and l.until > now()
         where d.connector_id = '${gone}'`,
      );
    // The first one waits long enough for the others to come into the memory in which they wait for it.
    await delivery.received.script('webhook', 'gone', [
      { status: 500, delayMs: 1_500, times: 1 },
      { status: 500, times: 6 },
    ]);
    await Promise.all(Array.from({ length: 150 }, (_, at) => delivery.route(600 + at, [gone])));
    await delivery.received.waitFor({ name: 'gone' }, 5, 15_000);
    await Promise.all(Array.from({ length: 150 }, (_, at) => delivery.route(750 + at, [gone])));
    await delivery.eventually(
      () =>
        delivery.sql<{ count: string }>(
          `select count(*) from rm_deliveries.delivery_due where connector_id = '${gone}'`,
        ),
      ([row]) => Number(row?.count) === 300,
    );
    expect(Number((await held())[0]?.count)).toBeLessThan(10);
    // It answered fast, so many were begun ahead of it.
    const begun = () =>
      delivery.sql<{ count: string }>(
        `select count(*) from rm_deliveries.delivery_due where connector_id = '${gone}' and rank = ${dueRanks.lost}`,
      );
    await delivery.eventually(begun, ([row]) => Number(row?.count) <= 1, 3_000);
    const begunMs = Date.now();
    const items = await delivery.received.waitFor({ name: 'gone' }, 307, 30_000);
    expect(items.filter(({ status }) => status === 500)).toHaveLength(7);
    expect(Date.now() - begunMs).toBeLessThan(15_000);
  });

  it('forgets what was known against a connector when somebody changes it', async () => {
    const mended = await delivery.webhook(6, 'mended', { limits: { retryDelaysSeconds: Array<number>(9).fill(0.1) } });
    await delivery.received.script('webhook', 'mended', [
      { status: 500, times: 3 },
      { status: 503, headers: { 'Retry-After': '3600' }, times: 1 },
    ]);
    await delivery.route(400, [mended]);
    const known = async () =>
      (await delivery.ask<ConnectorsHealth>('connectors.health', { ids: [mended] })).items.map((item) => item);
    const [health] = await delivery.eventually(known, ([one]) => typeof one?.pausedUntil === 'string', 15_000);
    expect(health).toMatchObject({ because: 'server_error', failingSince: expect.any(String) });
    await delivery.registryEvent(mended, 'ConnectorEnabled');
    await delivery.eventually(known, (items) => items.length === 0);
    await delivery.route(401, [mended]);
    await delivery.until(401, 'delivered');
  });

  it('does not let ten thousand deliveries to one slow connector delay the next one of another', async () => {
    const slow = await delivery.webhook(4, 'slow', { limits: { timeoutMs: 60_000 } });
    const quick = await delivery.webhook(5, 'quick');
    await delivery.route(299, [quick]);
    await delivery.until(299, 'delivered');
    await delivery.received.script('webhook', 'slow', [{ status: 200, delayMs: 2_000, times: 100_000 }]);
    for (let number = 0; number < 10_000; number += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, at) => delivery.route(1_000 + number + at, [slow])));
    }
    await delivery.eventually(
      () => delivery.sql<{ count: string }>(`select count(*) from rm_deliveries.delivery_due`),
      ([row]) => Number(row?.count) >= 9_900,
      60_000,
    );
    const took: number[] = [];
    for (let number = 300; number < 310; number += 1) {
      const startMs = Date.now();
      await delivery.route(number, [quick]);
      await delivery.received.waitFor({ name: 'quick' }, number - 298, 5_000);
      took.push(Date.now() - startMs);
      await delay(50);
    }
    console.info(JSON.stringify({ quickMs: took }));
    expect(took.sort((one, other) => one - other)[5]).toBeLessThan(100);
  });

  it('ends what waits for a connector that is disabled beside the rest: the retry of another one comes in time', async () => {
    const crowded = await delivery.webhook(8, 'crowded', { limits: { timeoutMs: 60_000 } });
    const flaky = await delivery.webhook(9, 'flaky', { limits: { retryDelaysSeconds: [0, 0.5] } });
    await delivery.received.script('webhook', 'crowded', [{ status: 200, delayMs: 60_000, times: 100 }]);
    await delivery.received.script('webhook', 'flaky', [{ status: 500, times: 1 }]);
    const waiting = 2_000;
    const waits = () =>
      delivery.sql<{ count: string }>(
        `select count(*) from rm_deliveries.delivery_due where connector_id = '${crowded}' and status = 'pending'`,
      );
    for (let number = 0; number < waiting; number += 500)
      await Promise.all(Array.from({ length: 500 }, (_, at) => delivery.route(20_000 + number + at, [crowded])));
    await delivery.eventually(waits, ([row]) => Number(row?.count) >= waiting - 100, 60_000);
    await delivery.known(await delivery.registryEvent(crowded, 'ConnectorDisabled', { reason: 'maintenance' }));
    await delivery.route(30_000, [flaky]);
    const { attempts } = await delivery.until(30_000, 'delivered', 20_000);
    const [first, second] = attempts ?? [];
    const tookMs = Date.parse(second?.startedAt ?? '') - Date.parse(first?.finishedAt ?? '');
    await delivery.eventually(waits, ([row]) => Number(row?.count) === 0, 60_000);
    console.info(JSON.stringify({ retryMs: tookMs, plannedMs: 500 }));
    expect(tookMs).toBeLessThan(3_000);
  });
});
