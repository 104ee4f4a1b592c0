import { hostileText, shownText, type Story, takesHostileTexts } from '@waybill/event-log/hostile-texts.spec';
import { randomBytes } from 'node:crypto';
import { deliveries } from './deliveries.js';

const at = '2026-11-24T08:00:00.000Z';
const routed = { log: 'subscriptions-0', epoch: 1, position: 1, at };
/** As long as a target may answer, and nothing that PostgreSQL could make short: too long for an index. */
const longTicket = randomBytes(8_000).toString('base64url');

const accepted = (id: string, more: object = {}): Story => [
  `delivery-${id}`,
  'DeliveryAccepted',
  {
    deliveryId: id, notificationId: 'ntf', notificationType: 'incident', subscriptionId: 'sub', connectorId: 'con', routed, ...more,
  },
]; // prettier-ignore
const delivered = (id: string, receipt: object): Story => [
  `delivery-${id}`,
  'DeliveryDelivered',
  { attemptId: 'att', status: 201, timingsMs: {}, notes: [], finishedAt: at, receipt },
];
const hostileReceipt = { ticket: hostileText, url: hostileText, memory: { id: hostileText } };
const failed = {
  attemptId: 'att',
  outcome: 'refused',
  retry: 'later',
  reason: hostileText,
  status: 500,
  timingsMs: {},
};

takesHostileTexts('the rows of deliveries', {
  log: 'delivery-0',
  model: deliveries,
  hostile: [
    accepted('dlv1'),
    delivered('dlv1', hostileReceipt),
    // A thing with a correlation key: its receipt is kept as JSON.
    accepted('dlv2', { correlationMac: 'thing' }),
    delivered('dlv2', hostileReceipt),
    accepted('dlv3'),
    ['delivery-dlv3', 'DeliveryCancelled', { reason: hostileText, at }],
    accepted('dlv4'),
    delivered('dlv4', { ticket: longTicket }),
    accepted('dlv5'),
    ['delivery-dlv5', 'AttemptFailed', { ...failed, notes: [hostileText], finishedAt: at, receipt: hostileReceipt }],
    ['delivery-dlv5', 'DeliveryDeadLettered', { reason: hostileText, at }],
    ['closing-con_x', 'ConnectorClosed', { connectorId: 'con', reason: hostileText }],
    ['connectorhealth-con', 'ConnectorFailing', { connectorId: 'con', since: at, because: hostileText }],
    ['connectortest-con', 'ConnectorTested', { connectorId: 'con', notificationType: null, outcome: 'refused', reason: hostileText }], // prettier-ignore
    ['job-job1', 'RedeliveryJobCreated', { jobId: 'job1', filter: { q: hostileText }, mode: 'same-bytes', before: at, total: 1, ratePerSecond: 1 }], // prettier-ignore
  ],
  behind: [accepted('dlv9', { connectorId: 'con9' }), delivered('dlv9', { ticket: 'OPS-1' })],
  rows: `
    select d.id, d.status, d.reason, d.ticket, d.url, t.ticket as found_by,
      (select receipt from rm_deliveries.correlation c where c.delivery_id = d.id) as left_behind
    from rm_deliveries.delivery d left join rm_deliveries.delivery_ticket t using (id) order by d.id`,
  shown: [
    row('dlv1', 'delivered', { ticket: shownText, url: shownText, found_by: shownText }),
    row('dlv2', 'delivered', {
      ticket: shownText,
      url: shownText,
      found_by: shownText,
      left_behind: { ticket: shownText, url: shownText, memory: { id: shownText } },
    }),
    row('dlv3', 'cancelled', { reason: shownText }),
    row('dlv4', 'delivered', { ticket: longTicket, found_by: longTicket.slice(0, 255) }),
    row('dlv5', 'dead-lettered', { reason: shownText, ticket: shownText, url: shownText, found_by: shownText }),
    row('dlv9', 'delivered', { ticket: 'OPS-1', found_by: 'OPS-1' }),
  ],
});

function row(id: string, status: string, more: object): object {
  return { id, status, reason: null, ticket: null, url: null, found_by: null, left_behind: null, ...more };
}
