import type { LogEvent } from '@waybill/contracts/log-event';
import { AppendRejected } from '@waybill/event-log/log';
import type { Lease } from '@waybill/event-log/leases';
import { restFactor } from '../work/small-steps.js';
import { deliveriesPerPart, deliveriesPerWhole } from './routed-lines.js';

import { log, Routing, Trial, turn } from './routed-trial.spec.js';

describe('whoever takes routing decisions in', () => {
  it('accepts a burst of one tenant in whole appends, and moves its place with each', async () => {
    const trial = await Trial.begin();
    const routing = new Routing();
    await trial.consumer.take(Array.from({ length: deliveriesPerWhole + 1 }, () => routing.routed('a', 1)));
    await trial.settled();
    expect(trial.held).toEqual([`a:${deliveriesPerWhole}`, 'a:1']);
    expect(trial.places).toEqual([deliveriesPerWhole, deliveriesPerWhole + 1]);
    expect(trial.offered).toHaveLength(deliveriesPerWhole + 1);
  });

  it('has two appends under way, each behind the one before it', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    trial.room = Infinity;
    const routing = new Routing();
    // More than is read ahead: it says that there is room when the first append is written.
    const taking = trial.consumer.take(Array.from({ length: 3 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    const cursors = (): unknown[] => trial.appends.map(({ cursor }) => [cursor?.from, cursor?.to]);
    expect(cursors()).toEqual([
      [0, deliveriesPerWhole],
      [deliveriesPerWhole, 2 * deliveriesPerWhole],
    ]);
    expect(trial.offered).toHaveLength(0);
    await trial.next();
    expect(trial.offered).toHaveLength(deliveriesPerWhole);
    expect(cursors()[2]).toEqual([2 * deliveriesPerWhole, 3 * deliveriesPerWhole]);
    await trial.next();
    await trial.next();
    await taking;
    expect(trial.offered).toHaveLength(3 * deliveriesPerWhole);
  });

  it('waits with the next append while most of the last will find room soon, and reads on when the rest is over', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    trial.tookMs = 10;
    trial.room = Infinity;
    const routing = new Routing();
    const taking = trial.consumer.take(Array.from({ length: 5 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    trial.room = 0;
    trial.speed = { perMs: deliveriesPerWhole, waiting: 1_000_000 };
    await trial.next();
    await trial.next();
    // The third was laid out when the first had ended, and found no room at a fast target.
    expect(trial.appends).toHaveLength(3);
    await trial.next();
    expect(trial.appends).toHaveLength(3);
    expect(trial.rests).toHaveLength(1);
    trial.nowMs += trial.rests[0] ?? 0;
    trial.room = Infinity;
    trial.wake();
    await turn();
    expect(trial.appends).toHaveLength(5);
    for (let n = 0; n < 2; n += 1) await trial.next();
    await taking;
    expect(trial.offered).toHaveLength(5 * deliveriesPerWhole);
  });

  it('reads ahead sixty-four of the largest payloads, and one more when something is accepted', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    trial.room = Infinity;
    const routing = new Routing();
    const sealed = `{"payload":"${''.padEnd(256 * 1024 - 14, 'x')}"}`;
    const large = (): LogEvent => ({ ...routing.routed('a', 1), sealed });
    // Two appends that are under way take nothing more in.
    await trial.consumer.take(Array.from({ length: 2 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    await trial.consumer.take(Array.from({ length: 64 }, large));
    let isTaken = false;
    const taking = trial.consumer.take([large()]).then(() => (isTaken = true));
    await turn();
    expect(isTaken).toBe(false);
    // The first makes room for the append that takes it in, the second says so.
    await trial.next();
    await trial.next();
    await taking;
    expect(isTaken).toBe(true);
  });

  it('begins no more than there is room for, with what begins in the append before that is not written yet', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    trial.room = deliveriesPerWhole + 30;
    const routing = new Routing();
    await trial.consumer.take(Array.from({ length: 2 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    const begun = trial.appends.map(({ streams }) => streams.filter(({ events }) => events.length === 2).length);
    expect(begun).toEqual([deliveriesPerWhole, 30]);
  });

  it('leaves to the due table what the engine has no room for, and nothing that came before', async () => {
    const trial = await Trial.begin();
    const routing = new Routing();
    trial.hasRoom = (connectorId) => connectorId !== 'con_a_1';
    const event = routing.routed('a', 3);
    await trial.consumer.take([event]);
    await trial.settled();
    expect(trial.offered.map(({ connectorId }) => connectorId)).toEqual(['con_a_0', 'con_a_2']);
    expect(trial.left.map(({ connectorId, notification }) => [connectorId, notification?.payloadText])).toEqual([
      ['con_a_1', '{"a":1}'],
    ]);
    const again = await Trial.begin(0, trial);
    await again.consumer.take([event]);
    await again.settled();
    expect(again.left).toHaveLength(1);
  });

  it('ends the one delivery that it cannot decide on, tells the operator, and takes everything else', async () => {
    const trial = await Trial.begin();
    trial.room = 2;
    const fault = new Error('a fault of our own');
    trial.macOf = (connectorId) => {
      if (connectorId === 'con_a_1') throw fault;
      return undefined;
    };
    const routing = new Routing();
    await trial.consumer.take([routing.routed('a', 3), routing.routed('b', 1)]);
    await trial.settled();
    expect(trial.failures).toEqual([]);
    expect(trial.places.at(-1)).toBe(2);
    expect(trial.offered.map(({ connectorId }) => connectorId).sort()).toEqual(['con_a_0', 'con_a_2', 'con_b_0']);
    const written = trial.appends.flatMap(({ streams }) => streams.map(({ events }) => events.map(({ type }) => type)));
    expect(written.filter((types) => types.includes('DeliveryDeadLettered'))).toEqual([
      ['DeliveryAccepted', 'DeliveryDeadLettered'],
    ]);
    expect(trial.faults).toEqual([[expect.objectContaining({ err: fault }), 'delivery.defect']]);
  });

  it.each([
    ['no notification', '{"nothing":1}'],
    ['keys that cannot be read', '{"keys":{,"payload":{"a":1}}'],
    ['keys of no kind', '{"keys":{},"payload":{"a":1}}'],
  ])('ends the deliveries of what has %s sealed in it, and takes everything else', async (_, sealed) => {
    const trial = await Trial.begin();
    trial.room = 2;
    const routing = new Routing();
    await trial.consumer.take([{ ...routing.routed('a', 2), sealed }, routing.routed('b', 1)]);
    await trial.settled();
    expect(trial.failures).toEqual([]);
    expect(trial.places.at(-1)).toBe(2);
    expect(trial.offered.map(({ connectorId }) => connectorId)).toEqual(['con_b_0']);
    const recorded = await trial.eventLog.readAll({ after: 0, limit: 10 });
    const ended = recorded.filter(({ type }) => type === 'DeliveryDeadLettered').map(({ data }) => data);
    expect(ended).toEqual([1, 2].map(() => expect.objectContaining({ reason: 'internal_error' }) as object));
    expect(trial.faults).toHaveLength(2);
  });

  it('gives other tenants their turn beside a large fan-out, and moves its place when that is over', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    const routing = new Routing();
    await trial.consumer.take([routing.routed('big', 2 * deliveriesPerPart + 6)]);
    await turn();
    await trial.consumer.take([routing.routed('b', 2), routing.routed('c', 1)]);
    await turn();
    // The others do not wait for the part of the large one that is under way; the next part of that waits for it.
    expect(trial.held).toEqual([`big:${deliveriesPerPart}`, 'b:2 c:1']);
    for (let n = 0; n < 8; n += 1) {
      await trial.next();
      trial.wake();
      await turn();
    }
    expect(trial.held.slice(2)).toEqual([`big:${deliveriesPerPart}`, 'big:6']);
    expect(trial.places).toEqual([0, 0, 0, 3]);
    expect(trial.offered).toHaveLength(2 * deliveriesPerPart + 9);
  });

  it('does not pass what is under way in an append that does not move the place, and passes it when that is written', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    const routing = new Routing();
    await trial.consumer.take([routing.routed('big', deliveriesPerPart + 1)]);
    await turn();
    await trial.consumer.take([routing.routed('b', 1)]);
    await turn();
    await trial.next();
    trial.wake();
    await turn();
    const [first, other, last] = [`big:${deliveriesPerPart}`, 'b:1', 'big:1'];
    // If the append of the other one failed, the last part of the large one would have moved the place over it.
    expect([trial.held, trial.places]).toEqual([
      [first, other, last],
      [0, 0, 1],
    ]);
    await trial.next();
    expect([trial.held, trial.places]).toEqual([
      [first, other, last, ''],
      [0, 0, 1, 2],
    ]);
    await trial.next();
    await trial.next();
    expect((await trial.eventLog.cursor(log))?.position).toBe(2);
  });

  it('rests between the parts of a fan-out to connectors that are not known to be well, and others do not', async () => {
    const trial = await Trial.begin();
    trial.tookMs = 10;
    const routing = new Routing();
    await trial.consumer.take([routing.routed('dead', deliveriesPerPart * 2)]);
    await trial.settled();
    expect(trial.held).toEqual([`dead:${deliveriesPerPart}`]);
    await trial.consumer.take([routing.routed('b', 1)]);
    await trial.settled();
    expect(trial.held).toEqual([`dead:${deliveriesPerPart}`, 'b:1']);
    expect(trial.rests).toEqual([10 * restFactor]);
    trial.wake();
    await trial.settled();
    expect(trial.held).toEqual([`dead:${deliveriesPerPart}`, 'b:1', `dead:${deliveriesPerPart}`]);
    expect(trial.places).toEqual([0, 0, 2]);
  });

  it('takes larger parts and does not rest where the connectors are well', async () => {
    const trial = await Trial.begin();
    trial.tookMs = 10;
    trial.well('a', deliveriesPerWhole + 10);
    await trial.consumer.take([new Routing().routed('a', deliveriesPerWhole + 10)]);
    await trial.settled();
    expect(trial.held).toEqual([`a:${deliveriesPerWhole}`, 'a:10']);
    expect(trial.rests).toEqual([]);
  });

  it('keeps the order of a tenant, also behind a large fan-out of its own', async () => {
    const trial = await Trial.begin();
    trial.well('a', 300);
    const routing = new Routing();
    await trial.consumer.take([
      routing.routed('a', 300),
      routing.routed('a', 1),
      routing.routed('b', 1),
      routing.routed('a', 1),
    ]);
    await trial.settled();
    const order = trial.appends.flatMap(({ streams }) => streams.filter(({ tenant }) => tenant === 'a'));
    const from = order.map(({ events }) => (events[0]?.data as { notificationId: string }).notificationId);
    expect([...new Set(from)]).toEqual(['ntf_1', 'ntf_2', 'ntf_4']);
    expect(from).toHaveLength(302);
  });

  it('records what a subscription held back, in parts too, and begins none of it', async () => {
    const trial = await Trial.begin();
    trial.room = 1_000;
    const routing = new Routing();
    await trial.consumer.take([routing.routed('a', deliveriesPerPart + 8, { held: true })]);
    await trial.settled();
    trial.wake();
    await trial.settled();
    expect(trial.held).toEqual([`a:${deliveriesPerPart}`, 'a:8']);
    const types = (await trial.eventLog.readAll({ after: 0, limit: 100 })).map(({ type }) => type);
    expect(types).toEqual(Array.from({ length: deliveriesPerPart + 8 }, () => 'DeliverySuppressed'));
    expect(trial.offered).toEqual([]);
  });

  it('puts what was routed after a subscription was closed behind that in the log', async () => {
    const trial = await Trial.begin();
    const routing = new Routing();
    const events = [routing.routed('a', 1), routing.closed('a', 'sub_1'), routing.closed('a', 'sub_2')];
    await trial.consumer.take([...events, routing.routed('a', 1), routing.closed('a', 'sub_1')]);
    await trial.settled();
    const recorded = await trial.eventLog.readAll({ after: 0, limit: 10 });
    const [accepted, closed] = ['DeliveryAccepted', 'SubscriptionClosed'];
    expect(recorded.map(({ type }) => type)).toEqual([accepted, closed, closed, accepted, closed]);
  });

  it('closes a subscription once, however often its closing is read', async () => {
    const { eventLog, lease } = await Trial.begin();
    const routing = new Routing();
    const events = [routing.closed('a', 'sub_1'), routing.routed('a', 1), routing.closed('a', 'sub_1')];
    for (const log of ['one', 'two']) {
      const trial = new Trial();
      // The place of another log, so that both are told the same events with nothing accepted.
      Object.assign(trial, { eventLog, lease });
      await Trial.begin(0, trial);
      await trial.consumer.take(events.map((event) => ({ ...event, log })));
      await trial.settled();
    }
    const recorded = await eventLog.readAll({ after: 0, limit: 10 });
    const [accepted, closed] = ['DeliveryAccepted', 'SubscriptionClosed'];
    expect(recorded.map(({ type }) => type)).toEqual([closed, accepted, closed]);
  });

  it('says once that an append failed, with nothing under way, and takes nothing more', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    await trial.eventLog.leases.release(trial.lease as Lease);
    const routing = new Routing();
    const taking = trial.consumer.take(Array.from({ length: 3 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    await trial.next();
    expect(trial.failures).toEqual([]);
    await trial.next();
    await taking;
    await trial.consumer.take([routing.routed('a', 1)]);
    await trial.settled();
    expect(trial.failures).toEqual([expect.any(AppendRejected)]);
    expect([trial.appends.length, trial.offered.length]).toEqual([2, 0]);
  });

  it('skips what was accepted before a fault, and takes the rest', async () => {
    const before = await Trial.begin();
    before.isHeld = true;
    const events = (): LogEvent[] => {
      const routing = new Routing();
      return [routing.routed('big', 100), routing.routed('b', 1)];
    };
    await before.consumer.take(events());
    await turn();
    await before.next();
    await before.eventLog.leases.release(before.lease as Lease);
    before.wake();
    await turn();
    for (let n = 0; n < 4; n += 1) await before.next();
    expect(before.failures).toEqual([expect.any(AppendRejected)]);
    await before.consumer.stop();
    const place = (await before.eventLog.cursor(log))?.position ?? 0;
    expect(place).toBe(0);
    const lease = (await before.eventLog.leases.acquire('reader', 'two', 60_000)) as Lease;
    const trial = new Trial();
    Object.assign(trial, { eventLog: before.eventLog, lease });
    await Trial.begin(place, trial);
    trial.well('big', 100);
    await trial.consumer.take(events());
    await trial.settled();
    expect(before.offered.length + trial.offered.length).toBe(101);
    expect(trial.places.at(-1)).toBe(2);
    const streams = (await trial.eventLog.readAll({ after: 0, limit: 500 })).map(({ stream }) => stream);
    expect(new Set(streams).size).toBe(101);
  });

  it('ends with the append under way when it is stopped, whatever was read ahead', async () => {
    const trial = await Trial.begin();
    trial.isHeld = true;
    trial.room = Infinity;
    const routing = new Routing();
    const taking = trial.consumer.take(Array.from({ length: 5 * deliveriesPerWhole }, () => routing.routed('a', 1)));
    await turn();
    const stopping = trial.consumer.stop();
    await trial.next();
    await trial.next();
    await Promise.all([taking, stopping]);
    expect(trial.appends).toHaveLength(2);
    expect(trial.offered).toHaveLength(2 * deliveriesPerWhole);
    expect(trial.failures).toEqual([]);
  });
});
