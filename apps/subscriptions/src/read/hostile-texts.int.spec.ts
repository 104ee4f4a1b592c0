import { hostileText, shownText, takesHostileTexts } from '@waybill/event-log/hostile-texts.spec';
import { notificationList } from './notification-list.js';
import { routingState } from './routing-state.js';

const log = 'subscriptions-0';
const at = '2026-11-24T08:00:00.000Z';
const subscription = (id: string, text: string) => ({
  at,
  by: 'key:key_x',
  enabled: true,
  subscription: {
    id,
    name: text,
    connectorIds: ['con'],
    types: [],
    filter: { '=': [{ source: text }, text] },
    suppression: { minutes: 0, key: null },
    correlationKey: text,
  },
});

takesHostileTexts('the routing state', {
  log,
  model: routingState,
  hostile: [
    ['subscription-sub_a', 'SubscriptionCreated', subscription('sub_a', hostileText)],
    ['subscription-sub_a', 'SubscriptionDisabled', { at, by: 'key:key_x', id: 'sub_a', reason: hostileText }],
  ],
  behind: [['subscription-sub_b', 'SubscriptionCreated', subscription('sub_b', 'good')]],
  rows: `select tenant, name, state->'subscription'->'filter' as filter from rm_routing_state.subscription order by id`,
  shown: [
    { tenant: 'stranger', name: shownText, filter: { '=': [{ source: shownText }, shownText] } },
    { tenant: 'default', name: 'good', filter: { '=': [{ source: 'good' }, 'good'] } },
  ],
});

const routed = (notificationId: string, text: string, time: string) => ({
  notificationId,
  type: 'incident',
  source: text,
  id: text,
  time,
  via: 'jetstream',
  decidedOn: 0,
  chosen: [],
  suppressed: [],
  opened: [],
  payloadMac: 'ab',
  payloadBytes: 2,
  warnings: [{ code: 'schema_required', pointer: `/${text}`, message: text }],
});

takesHostileTexts('the list of notifications', {
  log,
  model: notificationList,
  hostile: [
    ['notification-ntf_a', 'NotificationRouted', routed('ntf_a', hostileText, at)],
    // PostgreSQL counts no year 0 and reads no year of five digits.
    ['notification-ntf_b', 'NotificationRouted', routed('ntf_b', 'early', '0000-01-01T00:00:00.000Z')],
    ['notification-ntf_c', 'NotificationRouted', routed('ntf_c', 'earlier', '-000001-12-31T10:00:00.000Z')],
    ['notification-ntf_d', 'NotificationRouted', routed('ntf_d', 'late', '+010000-01-01T13:59:59.000Z')],
  ],
  behind: [['notification-ntf_e', 'NotificationRouted', routed('ntf_e', 'good', at)]],
  rows: `select source, source_id, time, warnings->0->>'pointer' as pointer from rm_notification_list.notification order by id`,
  shown: [
    { source: shownText, source_id: shownText, time: new Date(at), pointer: `/${shownText}` },
    { source: 'early', source_id: 'early', time: new Date('0001-01-01T00:00:00.000Z'), pointer: '/early' },
    { source: 'earlier', source_id: 'earlier', time: new Date('0001-01-01T00:00:00.000Z'), pointer: '/earlier' },
    { source: 'late', source_id: 'late', time: new Date('9999-12-31T23:59:59.999Z'), pointer: '/late' },
    { source: 'good', source_id: 'good', time: new Date(at), pointer: '/good' },
  ],
});
