import { Rules } from './decided-again.js';
import type { LoggedEvent } from './folded-log.js';

const act = { at: '2026-11-24T08:00:00.000Z', by: 'key:key_x' };
const shape = (id: string, more: object = {}) => ({
  id,
  name: id,
  connectorIds: ['con_x'],
  types: ['incident'],
  filter: null,
  suppression: { minutes: 0, key: null },
  correlationKey: null,
  ...more,
});
let position = 0;
const event = (stream: string, type: string, data: object): LoggedEvent => ({
  position: (position += 1),
  stream,
  version: 1,
  type,
  tenant: 'acme',
  at: act.at,
  data: data as Record<string, unknown>,
});
const created = (id: string, more: object = {}): LoggedEvent =>
  event(`subscription-${id}`, 'SubscriptionCreated', { ...act, subscription: shape(id, more), enabled: true });
const routed = (chosen: string[], more: object = {}): LoggedEvent =>
  event('notification-ntf_x', 'NotificationRouted', {
    notificationId: 'ntf_x',
    type: 'incident',
    id: 'a',
    source: 'nats',
    time: act.at,
    chosen: chosen.map((subscriptionId) => ({ subscriptionId })),
    suppressed: [],
    payload: { severity: 3 },
    ...more,
  });
const rulesOf = (...events: LoggedEvent[]): Rules => {
  const rules = new Rules();
  for (const one of events) rules.take(one);
  return rules;
};
const high = { filter: { '>=': [{ source: 'severity' }, 5] } };

describe('a routing decision that is made again', () => {
  it.each<[string, LoggedEvent[], LoggedEvent, boolean, string[]]>([
    ['the one that was chosen matches', [created('sub_a')], routed(['sub_a']), true, ['it matches']],
    [
      'one that was suppressed wanted it',
      [created('sub_a')],
      routed([], { suppressed: [{ subscriptionId: 'sub_a' }] }),
      true,
      ['it matches'],
    ],
    [
      'one of another type',
      [created('sub_a', { types: ['health'] })],
      routed([]),
      true,
      ['incident is not one of its types'],
    ],
    ['one whose filter is false', [created('sub_a', high)], routed([]), true, ['its filter is false at /filter']],
    [
      'one whose filter wants something not to be',
      [created('sub_a', { filter: { not: { '=': [{ source: 'severity' }, 3] } } })],
      routed([]),
      true,
      ['its filter is false at /filter/not'],
    ],
    [
      'one whose filter asks for the tenant',
      [created('sub_a', { filter: { '=': [{ source: 'tenant' }, 'acme'] } })],
      routed(['sub_a']),
      true,
      ['it matches'],
    ],
    ['a matching one was left out', [created('sub_a')], routed([]), false, ['it matches']],
    [
      'one was chosen that does not match',
      [created('sub_a', high)],
      routed(['sub_a']),
      false,
      ['its filter is false at /filter'],
    ],
    ['one was chosen that never was', [created('sub_a')], routed(['sub_a', 'sub_ghost']), false, ['it matches']],
    [
      'a disabled one',
      [created('sub_a'), event('subscription-sub_a', 'SubscriptionDisabled', { ...act, id: 'sub_a', reason: null })],
      routed([]),
      true,
      ['it is disabled'],
    ],
  ])('says of every subscription why: %s', (_case, before, notification, same, because) => {
    const again = rulesOf(...before).decide(notification);
    expect(again?.same).toBe(same);
    expect(again?.subscriptions.map((one) => one.because)).toEqual(because);
  });

  it('is not made of a shredded payload', () => {
    const { payload: _, ...data } = routed(['sub_a']).data;
    expect(rulesOf(created('sub_a')).decide({ ...routed(['sub_a']), data })).toBeNull();
  });
});
