import type { RecordedEvent } from '@waybill/event-log/log';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { handleSubscription, loadSubscription, stateThen } from './handle-subscription.js';

const id = 'sub_1';
const tenant = 'default';
const actor = 'key:key_a';
const by = { now: '2026-11-24T10:00:00.000Z', by: actor };
const shape = {
  id,
  name: 'SOC',
  connectorIds: ['con_1'],
  types: ['incident'],
  filter: null,
  suppression: { minutes: 0, key: null },
  correlationKey: null,
};

/** A subscription that was created, disabled and deleted, a minute between each. */
async function story(): Promise<RecordedEvent[]> {
  const log = new MemoryLog('subscriptions-0');
  const options = { tenant, id, actor };
  await handleSubscription(log, options, () => ({
    type: 'CreateSubscription',
    ...by,
    subscription: shape,
    enabled: true,
  }));
  await handleSubscription(log, options, () => ({ type: 'DisableSubscription', ...by, reason: null }));
  await handleSubscription(log, options, () => ({ type: 'DeleteSubscription', ...by }));
  const events = await log.readStream(`subscription-${id}`);
  return events.map((event, minute) => ({ ...event, at: `2026-11-24T10:0${minute}:00.000Z` }));
}

describe('a subscription as it was', () => {
  it.each([
    ['it was not there before it was created', '2026-11-24T09:59:59.999Z', 'none', 0],
    ['it was enabled at the very moment of its creation', '2026-11-24T10:00:00.000Z', 'enabled', 1],
    ['it was enabled until it was disabled', '2026-11-24T10:00:59.999Z', 'enabled', 1],
    ['it was disabled until it was deleted', '2026-11-24T10:01:30Z', 'disabled', 2],
    ['it is deleted since', '2026-11-24T12:02:00+02:00', 'deleted', 3],
  ])('%s', async (_, at, status, version) => {
    const then = stateThen(await story(), at);
    expect([then.state.status, then.version]).toEqual([status, version]);
  });

  it('is not shown to another tenant', async () => {
    const log = new MemoryLog('subscriptions-0');
    await handleSubscription(log, { tenant, id, actor }, () => ({
      type: 'CreateSubscription',
      ...by,
      subscription: shape,
      enabled: true,
    }));
    expect((await loadSubscription(log, 'other', id, '2099-01-01T00:00:00Z')).state.status).toBe('none');
  });
});
