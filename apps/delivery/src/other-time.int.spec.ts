import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogEvent } from '@waybill/contracts/log-event';
import { inOtherTime } from '@waybill/testkit/other-time';
import { RunningDelivery } from './running-delivery.spec.js';

const hourMs = 3_600_000;
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/**
 * A copy of the service as a process of its own, whose machine has another time: it reads the routing log, so it begins what comes. Beside it a
 * copy in the right time looks at the same due table.
 */
describe.each([
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
])('a copy whose wall clock is %s', (_case, aheadMs) => {
  let delivery: RunningDelivery;
  let shifted: ChildProcess;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    // It keeps the reading, however busy the machine is.
    const WAYBILL_LEASE_MS = '30000';
    shifted = spawn(process.execPath, [...inOtherTime(aheadMs), program], {
      env: { PATH: process.env['PATH'], ...delivery.environment, WAYBILL_COPY: 'shifted', WAYBILL_LEASE_MS },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await delivery.readerCopy()).toBe('shifted');
    await delivery.serve('right');
  }, 60_000);
  afterAll(async () => {
    const gone = once(shifted, 'exit');
    shifted.kill('SIGTERM');
    await gone;
    await delivery?.stop();
  });

  const eventsOf = async (deliveryId: string): Promise<LogEvent[]> =>
    (await delivery.events()).filter(({ stream }) => stream === `delivery-${deliveryId}`);

  it('puts times on the record that lie between the events before and after them', async () => {
    const target = await delivery.webhook(1, 'times', { limits: { retryDelaysSeconds: [0, 1] } });
    await delivery.received.script('webhook', 'times', [{ status: 429, headers: { 'Retry-After': '2' }, times: 1 }]);
    await delivery.route(1, [target]);
    const { id } = await delivery.until(1, 'delivered');
    const [accepted, started, failed, scheduled, again, delivered] = await eventsOf(id);
    expect([started, failed, scheduled, again, delivered].map((event) => event?.type)).toEqual([
      'AttemptStarted',
      'AttemptFailed',
      'RetryScheduled',
      'AttemptStarted',
      'DeliveryDelivered',
    ]);
    expect(started?.actor).toBe('service:delivery:shifted');
    const time = (event: LogEvent | undefined, member: string): number => Date.parse(event?.data[member] as string);
    const at = (event: LogEvent | undefined): number => Date.parse(event?.at ?? '');
    const before = Date.parse((accepted?.data['routed'] as { at: string }).at);
    inOrder(before, time(started, 'startedAt'), at(started));
    inOrder(at(started), time(failed, 'finishedAt'), at(failed));
    inOrder(at(started) + 2_000, time(scheduled, 'dueAt'), at(scheduled) + 2_000);
    inOrder(time(scheduled, 'dueAt'), time(again, 'startedAt'), at(again));
    inOrder(at(again), time(delivered, 'finishedAt'), at(delivered));
    const paused = (await delivery.events()).find(({ type }) => type === 'ConnectorPaused');
    inOrder(at(started) + 2_000, time(paused, 'until'), at(paused) + 2_000);
    const [first] = await delivery.received.received({ name: 'times' });
    const said = Number(first?.headers['webhook-timestamp']) * 1_000;
    inOrder(at(started) - 1_000, said, at(failed));
  });

  it('makes its retries when they are due, none of them before, whichever copy makes them', async () => {
    const numbers = Array.from({ length: 20 }, (_, n) => 100 + n);
    const target = await delivery.webhook(2, 'retries', { limits: { retryDelaysSeconds: [0, 1, 1] } });
    await delivery.received.script('webhook', 'retries', [{ status: 500, times: 4 }]);
    await Promise.all(numbers.map((number) => delivery.route(number, [target])));
    const ids = await Promise.all(numbers.map(async (number) => (await delivery.until(number, 'delivered')).id));
    const all = await delivery.events();
    for (const id of ids) {
      const events = all.filter(({ stream }) => stream === `delivery-${id}`);
      events.forEach(({ type, data }, n) => {
        if (type !== 'RetryScheduled') return;
        inOrder(Date.parse(data['dueAt'] as string), Date.parse(events[n + 1]?.data['startedAt'] as string));
      });
      expect(events.map(({ data }) => data['reason'])).not.toContain('worker_lost');
    }
    expect(await delivery.received.counts({ name: 'retries' })).toMatchObject({ accepted: 20, ids: 20 });
  });

  it('has no attempt taken for lost by the other while the target takes its time, and sends once', async () => {
    const target = await delivery.webhook(3, 'slow');
    await delivery.received.script('webhook', 'slow', [{ status: 200, delayMs: 4_000, times: 1 }]);
    await delivery.route(200, [target]);
    const { id, attempts } = await delivery.until(200, 'delivered');
    expect(attempts).toMatchObject([{ number: 1, outcome: 'accepted' }]);
    expect((await eventsOf(id)).map(({ type, actor }) => [type, actor])).toEqual([
      ['DeliveryAccepted', 'service:delivery:shifted'],
      ['AttemptStarted', 'service:delivery:shifted'],
      ['DeliveryDelivered', 'service:delivery:shifted'],
    ]);
    expect(await delivery.received.counts({ name: 'slow' })).toMatchObject({ received: 1, accepted: 1 });
  });
});

/** Times one after the other, or the same. */
function inOrder(...times: readonly number[]): void {
  const said = times.map((ms) => new Date(ms).toISOString());
  expect(said).toEqual(said.toSorted());
}
