import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { Job } from '@waybill/contracts/http/redelivery';
import { statsSchema } from '@waybill/contracts/http/stats';
import { RunningDelivery } from './running-delivery.spec.js';

describe('many redeliveries, and the figures', () => {
  let delivery: RunningDelivery;
  let target: string;
  const dead = 80;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
    target = await delivery.webhook(1, 'again', { limits: { retryDelaysSeconds: [0] } });
    await delivery.received.script('webhook', 'again', [{ status: 400, times: dead }]);
    await Promise.all(Array.from({ length: dead }, (_, at) => delivery.route(at + 1, [target])));
    await delivery.eventually(
      () =>
        delivery.sql<{ count: string }>(`select count(*) from rm_deliveries.delivery where status = 'dead-lettered'`),
      ([row]) => Number(row?.count) === dead,
    );
  }, 60_000);
  afterAll(() => delivery?.stop());

  const filter = { status: 'dead-lettered' };
  const job = (id: string) => delivery.ask<Job>('jobs.get', { id });
  const over = ({ id }: Job) =>
    delivery.eventually(
      () => job(id),
      ({ state }) => state === 'done',
      30_000,
    );

  it('says beforehand how many, to whom, how long and with what risk', async () => {
    const preview = await delivery.ask('redeliveries.create', { filter, mode: 'same-bytes', dryRun: true });
    expect(preview).toMatchObject({
      dryRun: true,
      total: dead,
      connectors: [{ connectorId: target, count: dead }],
      expectedSeconds: 2,
      duplicateRisk: 0,
    });
    expect(await delivery.ask('jobs.list')).toEqual({ items: [], nextCursor: null });
  });

  it('counts what ended and what it took', async () => {
    const stats = await delivery.ask('stats', { connectorId: target });
    expect(statsSchema.parse(stats)).toMatchObject({
      counts: { deadLettered: dead, delivered: 0 },
      successRate: 0,
      oldestUndelivered: null,
    });
  });

  it('goes on after a pause and a restart, sends everything once, and names the job and the person', async () => {
    const made = await delivery.ask<Job>('redeliveries.create', { filter, mode: 'same-bytes' });
    expect(made).toMatchObject({ state: 'running', total: dead, done: 0, kind: 'redelivery', createdBy: 'key:key_a' });
    await delivery.eventually(
      () => job(made.id),
      ({ done }) => done > 0,
    );
    const paused = await delivery.ask<Job>('jobs.pause', { id: made.id });
    expect(paused).toMatchObject({ state: 'paused', etaSeconds: null });
    await delivery.stopCopy('one');
    await delivery.serve('two');
    await delay(1_200);
    expect(await job(made.id)).toMatchObject({ state: 'paused', done: paused.done });
    await delivery.ask('jobs.resume', { id: made.id });
    expect(await over(made)).toMatchObject({ total: dead, done: dead, failed: 0, skipped: 0 });
    await delivery.received.waitFor({ name: 'again' }, 2 * dead, 15_000);
    const [one] = await delivery.deliveriesOf(1);
    const { events } = await delivery.ask<{ events: { text: string }[] }>(
      'log.read',
      { after: 4 * dead, limit: 1_000 },
      '_',
    );
    const asked = events
      .map(({ text }) => JSON.parse(text) as { type: string; stream: string; actor: string; data: object })
      .filter(({ type }) => type === 'RedeliveryRequested');
    expect(asked).toHaveLength(dead);
    expect(asked.find(({ stream }) => stream === `delivery-${one?.id}`)).toMatchObject({
      actor: 'key:key_a',
      data: { jobId: made.id, mode: 'same-bytes' },
    });
    expect((await delivery.until(1, 'delivered')).log).toContainEqual({
      position: expect.any(Number),
      type: 'RedeliveryRequested',
      at: expect.any(String),
      actor: 'key:key_a',
      jobId: made.id,
    });
  });

  it('stops for good when it is cancelled', async () => {
    const made = await delivery.ask<Job>('redeliveries.create', {
      filter: { connectorId: target },
      mode: 'render-again',
    });
    expect(await delivery.ask('jobs.cancel', { id: made.id })).toMatchObject({ state: 'cancelled' });
    expect(await delivery.refusal('jobs.resume', { id: made.id })).toMatchObject({ code: 'job_over' });
    expect(await delivery.ask<{ items: Job[] }>('jobs.list')).toMatchObject({
      items: [{ id: made.id, state: 'cancelled' }, { state: 'done' }],
    });
  });

  it('lists jobs newest first, page by page, by state, and refuses a cursor of somebody else', async () => {
    type Page = { items: Job[]; nextCursor: string | null };
    const first = await delivery.ask<Page>('jobs.list', { limit: 1 });
    expect(first).toMatchObject({ items: [{ state: 'cancelled' }], nextCursor: expect.any(String) });
    const second = await delivery.ask<Page>('jobs.list', { limit: 1, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ state: 'done' }], nextCursor: null });
    expect(await delivery.ask<Page>('jobs.list', { state: 'done' })).toEqual(second);
    expect(await delivery.ask<Page>('jobs.list', { state: 'paused' })).toEqual({ items: [], nextCursor: null });
    expect(await delivery.refusal('jobs.list', { cursor: 'WzFd' })).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/cursor' }],
    });
  });

  it('keeps the latency of the first acceptance when something is sent again', async () => {
    const accepted = `select delivered_at from rm_deliveries.delivery where id = $1`;
    const one = await delivery.until(1, 'delivered');
    const before = await delivery.sql<{ delivered_at: Date }>(accepted, [one.id]);
    await delivery.ask('deliveries.redeliver', { id: one.id, mode: 'same-bytes' });
    await delivery.eventually(
      () => delivery.ask<{ status: string; attempts: unknown[] }>('deliveries.get', { id: one.id }),
      ({ status, attempts }) => status === 'delivered' && attempts.length > (one.attempts?.length ?? 0),
    );
    await delivery.until(1, 'delivered');
    expect(await delivery.sql<{ delivered_at: Date }>(accepted, [one.id])).toEqual(before);
  });

  it('counts what was given up a moment ago, in a dry run and in a job', async () => {
    const late = await delivery.webhook(2, 'late', { limits: { retryDelaysSeconds: [0] } });
    await delivery.received.script('webhook', 'late', [{ status: 400, times: 2 }]);
    const ask = { filter: { connectorId: late }, mode: 'same-bytes' };
    // Looked for in the log itself: a list would wait for its rows.
    const givenUp = (count: number) =>
      delivery.eventually(
        () => delivery.sql<{ count: string }>(`select count(*) from log_events where type = 'DeliveryDeadLettered'`),
        ([row]) => Number(row?.count) === dead + count,
      );
    await delivery.route(dead + 1, [late]);
    await givenUp(1);
    expect(await delivery.ask('redeliveries.create', { ...ask, dryRun: true })).toMatchObject({ total: 1 });
    await delivery.route(dead + 2, [late]);
    await givenUp(2);
    const made = await delivery.ask<Job>('redeliveries.create', ask);
    expect(made).toMatchObject({ total: 2 });
    expect(await over(made)).toMatchObject({ total: 2, done: 2 });
  });

  it('keeps the set that it was made with, and tells what vanished from it as skipped', async () => {
    // The newest of their type, so that the job comes to them last: one that is over, and one that waits for its retry.
    const [ended, waits] = [dead + 3, dead + 4];
    const slow = await delivery.webhook(3, 'slow', { limits: { retryDelaysSeconds: [0, 600] } });
    await delivery.received.script('webhook', 'slow', [{ status: 503, times: 1 }]);
    await delivery.route(ended, [target]);
    const { id } = await delivery.until(ended, 'delivered');
    await delivery.route(waits, [slow]);
    const waiting = await delivery.until(waits, 'retrying');
    const ask = { filter: { type: 'demo' }, mode: 'same-bytes' };
    const made = await delivery.ask<Job>('redeliveries.create', ask);
    await delivery.ask('jobs.pause', { id: made.id });
    await delivery.ask('deliveries.redeliver', { id, mode: 'same-bytes' });
    await delivery.ask('deliveries.cancel', { id: waiting.id });
    const { log: again } = await delivery.until(ended, 'delivered');
    expect(again).toContainEqual(expect.objectContaining({ actor: 'key:key_a', jobId: null }));
    await delivery.ask('jobs.resume', { id: made.id });
    expect(await over(made)).toMatchObject({ total: made.total, done: made.total - 1, failed: 0, skipped: 1 });
    const { log } = await delivery.ask<Delivery>('deliveries.get', { id: waiting.id });
    expect(log?.at(-1)?.type).toBe('DeliveryCancelled');
  });

  it('asks for no more than its connector takes, so that a pause leaves little behind', async () => {
    const slow = await delivery.webhook(4, 'paced', { limits: { retryDelaysSeconds: [0], maxPerSecond: 2 } });
    await delivery.received.script('webhook', 'paced', [{ status: 400, times: 6 }]);
    await Promise.all(Array.from({ length: 6 }, (_, at) => delivery.route(500 + at, [slow])));
    const deadOnes = () =>
      delivery.sql<{ count: string }>(
        `select count(*) from rm_deliveries.delivery where connector_id = $1 and status = 'dead-lettered'`,
        [slow],
      );
    await delivery.eventually(deadOnes, ([row]) => Number(row?.count) === 6, 20_000);
    const ofSlow = { connectorId: slow, status: 'dead-lettered' };
    const ask = (more: object) =>
      delivery.ask<Job>('redeliveries.create', { filter: ofSlow, mode: 'same-bytes', ...more });
    expect(await ask({ dryRun: true })).toMatchObject({ total: 6, expectedSeconds: 3 });
    const made = await ask({});
    await delivery.eventually(
      () => job(made.id),
      ({ done }) => done >= 1,
    );
    const paused = await delivery.ask<Job>('jobs.pause', { id: made.id });
    expect(paused.done).toBeLessThan(6);
    expect(Number((await deadOnes())[0]?.count)).toBe(6 - paused.done);
    await delivery.ask('jobs.resume', { id: made.id });
    expect(await over(made)).toMatchObject({ done: 6, failed: 0, skipped: 0 });
  }, 60_000);

  it('knows no job of another tenant', async () => {
    const { problem } = await delivery.reply('jobs.list', {}, 'acme');
    expect(problem).toBeUndefined();
    const { items } = await delivery.ask<{ items: Job[] }>('jobs.list');
    expect((await delivery.reply('jobs.get', { id: items[0]?.id }, 'acme')).problem).toMatchObject({
      status: 404,
      code: 'job_unknown',
    });
  });
});
