import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { type DeliveryHold, deliveryHoldSchema } from '@waybill/contracts/http/delivery-hold';
import { deliveryEventSchemas } from '@waybill/contracts/log/delivery';
import { logStream } from '@waybill/contracts/subjects';
import { runSql } from '@waybill/dev-stack/postgres-server';
import { type FaultProxy, openFaultProxy } from '@waybill/testkit/fault-proxy';
import { queryRows, startPostgresPair, type TestPair } from '@waybill/testkit/start-postgres';
import { openDatabase } from '@waybill/service-kit/database';
import type { RunningService } from '@waybill/service-kit/start-service';
import { Holds } from './read/holds.js';
import { idOf, RunningDelivery } from './running-delivery.spec.js';

const standing = (delivery: RunningDelivery) => delivery.ask<DeliveryHold>('hold.get');

const holdEvents = async (delivery: RunningDelivery) =>
  (await delivery.events()).filter(({ stream }) => stream === 'hold-delivery');

/** Whether a copy knows that nothing is sent. */
async function isHeldBy({ kit }: RunningService): Promise<boolean> {
  const ready = (await (await fetch(`http://127.0.0.1:${kit.ops.port}/readyz`)).json()) as { notices?: object };
  return ready.notices !== undefined;
}

/** As the operator's commands do, which need no running service. */
async function operator(url: string, act: (holds: Holds) => Promise<unknown>): Promise<void> {
  const database = await openDatabase({ url, applicationName: 'operator' });
  await act(new Holds(database)).finally(() => database.destroy());
}

/** The whole database as it is, under another name: what `pg_dump -C | pg_restore -C` leads to. No copy may run meanwhile. */
async function copyOf(delivery: RunningDelivery, from: string, name: string): Promise<(url: string) => string> {
  const { superuserUrl, appRole } = delivery.database;
  const at = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const admin = Object.assign(new URL(superuserUrl), { pathname: '/postgres' }).href;
  await runSql(admin, [
    `create database ${name} template ${from}`,
    `grant connect, create on database ${name} to ${appRole}`,
  ]);
  return at;
}

describe('a backup that was restored', () => {
  let delivery: RunningDelivery;
  const late = { limits: { retryDelaysSeconds: [0, 1, 1] } };
  const names = ['backup', 'restored'].map((name) => `${name}_${process.pid}_${Date.now()}`) as [string, string];
  let restoredUrl: string;
  const received = async (name: string): Promise<number> =>
    ((await delivery.received.counts({ name })) as { received: number }).received;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    const [backup, restored] = names;
    await delivery.serve('one');
    const target = await delivery.webhook(1, 'spammed', late);
    await delivery.received.script('webhook', 'spammed', [{ status: 500, times: 1 }]);
    await delivery.route(1, [target]);
    await delivery.until(1, 'retrying');
    await delivery.stopCopy('one');
    await copyOf(delivery, delivery.database.name, backup);
    await delivery.serve('one');
    await delivery.until(1, 'delivered');
    await delivery.stopCopy('one');
    // Everything comes out of the backup, and the broker begins anew.
    await (await jetstreamManager(delivery.client)).streams.delete(logStream('delivery-0'));
    restoredUrl = (await copyOf(delivery, backup, restored))(delivery.database.appUrl);
    await Promise.all(['one', 'two'].map((copy) => delivery.serve(copy, { DATABASE_URL: restoredUrl })));
  }, 90_000);
  afterAll(async () => {
    for (const copy of [...delivery.copies.keys()]) await delivery.stopCopy(copy);
    const admin = Object.assign(new URL(delivery.database.superuserUrl), { pathname: '/postgres' }).href;
    await runSql(
      admin,
      names.map((name) => `drop database if exists ${name} with (force)`),
    );
    await delivery.stop();
  });

  it('is noticed by delivery itself, once for all copies, and stands in the log before anything else does', async () => {
    const { held, holds } = deliveryHoldSchema.parse(await standing(delivery));
    expect({ held, reasons: holds.map(({ reason }) => reason) }).toEqual({ held: true, reasons: ['database_changed'] });
    const events = await holdEvents(delivery);
    expect(events.map(({ type, tenant }) => ({ type, tenant }))).toEqual([{ type: 'DeliveryHeld', tenant: '_' }]);
    const { before, after } = deliveryEventSchemas.DeliveryHeld.parse(events[0]?.data);
    expect(after).toMatchObject({ system: before?.system, timeline: before?.timeline });
    expect(after?.database).not.toBe(before?.database);
  });

  it('sends nothing while it is held, takes in what comes, and lets people and subscriptions cancel', async () => {
    const target = idOf('con', 1);
    await delivery.webhook(2, 'new');
    await delivery.route(2, [target, idOf('con', 2)]);
    await delivery.route(3, [target], { subscriptionId: idOf('sub', 9) });
    await delivery.route(4, [target]);
    for (const number of [2, 3, 4]) await delivery.until(number, 'pending');
    const [four] = await delivery.deliveriesOf(4);
    expect(await delivery.ask('deliveries.cancel', { id: four?.id, reason: 'sent already' })).toMatchObject({
      status: 'cancelled',
    });
    await delivery.subscriptionEvent(idOf('sub', 9), 'SubscriptionDeleted');
    // It is cancelled out of the due table: what is due was looked at, and passed by.
    await delivery.until(3, 'cancelled');
    expect(await received('spammed')).toBe(2);
    expect(await received('new')).toBe(0);
    const started = (await delivery.events()).filter(({ type }) => type === 'AttemptStarted');
    expect(started).toHaveLength(1);
  });

  it('is told wherever an operator looks', async () => {
    const port = delivery.copies.get('two')?.kit.ops.port ?? 0;
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(200);
    const { notices } = (await ready.json()) as { notices: Record<string, string> };
    expect(notices['delivery']).toMatch(/^Delivery is held since .*database_changed/);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(Number(/^waybill_delivery_held_seconds\{[^}]*\} (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
    const { items } = await delivery.ask<{ items: { id: string; state: string }[] }>('doctor');
    expect(items.find(({ id }) => id === 'delivery-hold')).toMatchObject({ state: 'wrong' });
    const [one] = await delivery.deliveriesOf(1);
    expect(await delivery.ask('deliveries.get', { id: one?.id })).toMatchObject({
      held: [{ reason: 'database_changed', releasedAt: null }],
    });
  });

  it('takes a redelivery that somebody asks for, and sends it with the others', async () => {
    const [four] = await delivery.deliveriesOf(4);
    await delivery.ask('deliveries.redeliver', { id: four?.id, mode: 'render-again' });
    await delivery.until(4, 'pending');
  });

  it('stays held over a restart of every copy', async () => {
    for (const copy of ['one', 'two']) await delivery.stopCopy(copy);
    for (const copy of ['one', 'two']) await delivery.serve(copy, { DATABASE_URL: restoredUrl });
    expect((await standing(delivery)).held).toBe(true);
    expect(await holdEvents(delivery)).toHaveLength(1);
    expect(await received('spammed')).toBe(2);
  });

  it('is released by a person who stands on the record before the first attempt, and then everything goes out', async () => {
    expect(await delivery.ask('hold.release')).toEqual({ held: false, since: null, holds: [] });
    for (const number of [1, 2, 4]) {
      await delivery.eventually(
        () => delivery.deliveriesOf(number),
        (rows) => rows.length > 0 && rows.every(({ status }) => status === 'delivered'),
      );
    }
    const events = await delivery.events();
    const released = events.find(({ type }) => type === 'DeliveryReleased');
    expect(deliveryEventSchemas.DeliveryReleased.parse(released?.data).reason).toBe('database_changed');
    expect(released?.actor).toBe('key:key_a');
    const begun = events.filter(({ type, position }) => type === 'AttemptStarted' && position > 3);
    const held = events.find(({ type }) => type === 'DeliveryHeld');
    const after = begun.filter(({ position }) => position > (held?.position ?? 0));
    expect(after.length).toBe(4);
    for (const { position } of after) expect(position).toBeGreaterThan(released?.position ?? Infinity);
  });

  it('labels what may have arrived twice, and not what came afterwards', async () => {
    await delivery.route(5, [idOf('con', 1)]);
    await delivery.until(5, 'delivered');
    const [one] = await delivery.deliveriesOf(1);
    const [five] = await delivery.deliveriesOf(5);
    const first = await delivery.ask<Delivery>('deliveries.get', { id: one?.id });
    expect(first.held).toMatchObject([{ reason: 'database_changed', releasedBy: 'key:key_a' }]);
    expect(await delivery.ask<Delivery>('deliveries.get', { id: five?.id })).not.toHaveProperty('held');
  });
});

describe('no restore', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
  }, 60_000);
  afterAll(() => delivery?.stop());

  it('is a first start, of several copies at once, or the next one', async () => {
    await Promise.all(['one', 'two', 'three'].map((copy) => delivery.serve(copy)));
    expect((await standing(delivery)).held).toBe(false);
    for (const copy of ['two', 'three']) await delivery.stopCopy(copy);
    await delivery.stopCopy('one');
    await delivery.serve('one');
    expect((await standing(delivery)).held).toBe(false);
    expect(await holdEvents(delivery)).toEqual([]);
    expect(await delivery.sql('select reason from delivery_holds')).toEqual([]);
  });

  it('needs none for an operator to hold every copy, and to release', async () => {
    await delivery.serve('two');
    const target = await delivery.webhook(1, 'stopped', { limits: { maxConcurrent: 2 } });
    await delivery.received.script('webhook', 'stopped', [{ status: 200, delayMs: 300, times: 40 }]);
    await Promise.all(Array.from({ length: 40 }, (_, at) => delivery.route(at + 1, [target])));
    await delivery.received.waitFor({ name: 'stopped' }, 1, 15_000);
    await operator(delivery.database.appUrl, (holds) => holds.hold('operator_asked', 'operator:eve'));
    await delivery.eventually(
      () => holdEvents(delivery),
      (events) => events.length === 1,
    );
    const underWay = `select count(*)::int as count from rm_deliveries.delivery where status = 'attempting'`;
    await delivery.eventually(
      () => delivery.sql<{ count: number }>(underWay),
      ([row]) => row?.count === 0,
    );
    const { received } = (await delivery.received.counts({ name: 'stopped' })) as { received: number };
    expect(received).toBeLessThan(40);
    const started = (await delivery.events()).filter(({ type }) => type === 'AttemptStarted');
    const returned = (await delivery.events()).filter(
      ({ type, data }) => type === 'AttemptFailed' && data['reason'] === 'delivery_held' && data['unsent'] === true,
    );
    expect(started.length - returned.length).toBe(received);

    await operator(delivery.database.appUrl, (holds) => holds.askRelease('operator:eve'));
    await delivery.received.waitFor({ name: 'stopped' }, 40, 30_000);
    expect((await holdEvents(delivery)).map(({ type, actor }) => ({ type, actor }))).toEqual([
      { type: 'DeliveryHeld', actor: 'operator:eve' },
      { type: 'DeliveryReleased', actor: 'operator:eve' },
    ]);
    expect(await delivery.received.counts({ name: 'stopped' })).toMatchObject({ received: 40, repeatedIds: 0 });
  });

  it('has jobs wait for the release instead of asking for everything at once', async () => {
    // What has arrived may be held before it is on the record.
    await delivery.eventually(
      () =>
        delivery.sql<{ count: number }>(
          `select count(*)::int as count from rm_deliveries.delivery where status = 'delivered'`,
        ),
      ([row]) => row?.count === 40,
    );
    await operator(delivery.database.appUrl, (holds) => holds.hold('operator_asked', 'operator:eve'));
    await delivery.eventually(
      () => Promise.all([...delivery.copies.values()].map(isHeldBy)),
      (held) => held.every(Boolean),
    );
    const made = await delivery.ask<{ id: string }>('redeliveries.create', {
      filter: { status: 'delivered' },
      mode: 'same-bytes',
    });
    // Two of its steps would have come by then.
    await delay(1_200);
    expect(await delivery.ask('jobs.get', { id: made.id })).toMatchObject({ state: 'running', done: 0 });
    await delivery.ask('hold.release');
    await delivery.received.waitFor({ name: 'stopped' }, 80, 30_000);
  });

  it('holds at once when it was held before the start', async () => {
    await Promise.all(['one', 'two'].map((copy) => delivery.stopCopy(copy)));
    await operator(delivery.database.appUrl, (holds) => holds.hold('restored', 'operator:eve'));
    await delivery.serve('one');
    expect(await standing(delivery)).toMatchObject({ held: true, holds: [{ reason: 'restored', by: 'operator:eve' }] });
    expect(
      (await queryRows(delivery.database.superuserUrl, 'select id from delivery_holds where not released')).length,
    ).toBe(1);
    await delivery.ask('hold.release');
  });
});

describe('another server', () => {
  let pair: TestPair;
  let delivery: RunningDelivery;
  let proxy: FaultProxy;
  let passed: { port: number };

  beforeAll(async () => {
    pair = await startPostgresPair();
    delivery = await RunningDelivery.start(pair.primary);
    passed = { port: pair.primary.port };
    proxy = await openFaultProxy(passed);
  }, 90_000);
  afterAll(async () => {
    for (const copy of [...delivery.copies.keys()]) await delivery.stopCopy(copy);
    await proxy.close();
    await delivery.stop();
    await pair.standby.stop();
    await pair.primaryServer.stop();
  });

  const throughProxy = (url: string): string => Object.assign(new URL(url), { port: String(proxy.port) }).href;
  /** Answers the last position that the promoted server has of the server before. */
  const promote = async (): Promise<number> => {
    const [head] = await queryRows<{ position: string }>(
      delivery.database.superuserUrl,
      'select position from log_head',
    );
    const url = pair.onStandby(delivery.database.superuserUrl);
    await delivery.eventually(
      () => queryRows<{ position: string }>(url, 'select position from log_head').catch(() => []),
      ([row]) => row?.position === head?.position,
    );
    await queryRows(url, 'select pg_promote()');
    const [promoted] = await queryRows<{ position: string }>(url, 'select position from log_head');
    return Number(promoted?.position);
  };

  it('that a running copy is led to is looked at before anything is sent from it', async () => {
    await delivery.serve('one', { DATABASE_URL: throughProxy(delivery.database.appUrl) });
    const target = await delivery.webhook(1, 'promoted');
    await delivery.route(1, [target]);
    await delivery.until(1, 'delivered');
    const promotedAt = await promote();
    passed.port = pair.standby.port;
    proxy.cutAll();
    // One notification after the other, so that something begins as soon as the log takes events again.
    let number = 1;
    await delivery.eventually(
      async () => {
        await delivery.route((number += 1), [target]);
        return standing(delivery).catch(() => null);
      },
      (found) => found?.held === true,
      30_000,
    );
    const { reason, before, after } = deliveryEventSchemas.DeliveryHeld.parse(
      (
        await delivery.eventually(
          () => holdEvents(delivery),
          (events) => events.length > 0,
        )
      )[0]?.data,
    );
    expect(reason).toBe('timeline_changed');
    expect(after).toEqual({ ...before, timeline: (before?.timeline ?? 0) + 1 });
    const begun = (await delivery.events()).filter(
      ({ type, position }) => type === 'AttemptStarted' && position > promotedAt,
    );
    const unsent = (await delivery.events()).filter(({ data }) => data['unsent'] === true);
    expect(unsent.map(({ data }) => data['attemptId'])).toEqual(
      expect.arrayContaining(begun.map(({ data }) => data['attemptId'])),
    );
  });

  it('is no reason to hold where a failover is said to lose nothing', async () => {
    await delivery.stopCopy('one');
    const url = pair.onStandby(delivery.database.appUrl);
    await delivery.serve('one', { DATABASE_URL: url });
    await delivery.ask('hold.release');
    await delivery.stopCopy('one');
    await queryRows(
      pair.onStandby(delivery.database.superuserUrl),
      'update delivery_place set timeline = timeline - 1',
    );
    await delivery.serve('one', { DATABASE_URL: url, WAYBILL_ON_FAILOVER: 'continue' });
    expect((await standing(delivery)).held).toBe(false);
    const places = await queryRows<{ timeline: number }>(
      pair.onStandby(delivery.database.superuserUrl),
      'select timeline from delivery_place',
    );
    expect(places).toEqual([{ timeline: 2 }]);
  });
});
