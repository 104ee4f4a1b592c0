import { attemptSchema, type Delivery, deliverySchema, deliveryStatuses } from '@waybill/contracts/http/deliveries';
import { notificationDetailSchema } from '@waybill/contracts/http/notifications';
import { whySchema } from '@waybill/contracts/http/why';
import { endOfDelivery, stepsOfDelivery } from './explain-delivery.js';
import { explainNotification, type NotificationFacts } from './explain-notification.js';

const id = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, '0')}`;
const at = '2026-01-15T12:00:00.000Z';
const names = new Map([
  [id('con', 1), 'SOC'],
  [id('sub', 1), 'urgent'],
]);

const attempt = (number: number, more: object) =>
  attemptSchema.parse({
    id: id('att', number),
    number,
    startedAt: at,
    finishedAt: at,
    outcome: 'accepted',
    retry: null,
    reason: null,
    request: null,
    response: { status: 200, headers: {}, body: '', bodyTruncated: false },
    error: null,
    timingsMs: {},
    ...more,
  });

const delivery = (more: object): Delivery =>
  deliverySchema.parse({
    id: id('dlv', 1),
    notificationId: id('ntf', 1),
    type: 'incident',
    connectorId: id('con', 1),
    connectorVersion: 1,
    subscriptionId: id('sub', 1),
    status: 'delivered',
    reason: null,
    nextAttemptAt: null,
    receipt: null,
    ...more,
  });

const notification = notificationDetailSchema.parse({
  id: id('ntf', 1),
  tenant: 'default',
  type: 'incident',
  source: 'ci',
  recordedAt: at,
  position: 30,
  routing: { routes: [{ subscriptionId: id('sub', 1), connectorId: id('con', 1), suppressed: false }] },
});
const nobody = { asOf: { log: 'subscriptions-0', position: 29 }, items: [], madeLater: 0, deletedBefore: 0, agrees: true, nextCursor: null }; // prettier-ignore
const facts: NotificationFacts = {
  notification,
  deliveries: [],
  deliveriesComplete: true,
  subscriptions: nobody,
  names,
};
const passedBy = {
  subscriptionId: id('sub', 2),
  name: 'audit',
  version: 3,
  position: 17,
  recorded: 'passed-by' as const,
  matches: false as boolean | null,
  because: [
    { clause: 'enabled', holds: true, words: 'The subscription is enabled.' },
    { clause: {}, holds: false, words: '"Low" in ["High"] is false.' },
  ],
};
const audit = '“audit” (sub_00000000000000000000000002)';
const unrouted = { ...notification, routing: { routes: [] } };

describe('the end of a delivery in words', () => {
  it.each<[Delivery['status'], object, string]>([
    [
      'delivered',
      { receipt: { ticket: 'OPS-17' }, attemptCount: 2 },
      'It was delivered to “SOC” (con_00000000000000000000000001) after 2 attempts as OPS-17.',
    ],
    [
      'delivered',
      { attemptCount: 1 },
      'It was delivered to “SOC” (con_00000000000000000000000001) at the first attempt.',
    ],
    [
      'dead-lettered',
      { reason: 'gone', attemptCount: 1 },
      'because of gone (The target says that this address is at an end (410)); it can be redelivered.',
    ],
    [
      'cancelled',
      { reason: 'connector_deleted' },
      'before it was delivered to “SOC” (con_00000000000000000000000001) because of connector_deleted (The connector was deleted while the delivery waited).',
    ],
    [
      'cancelled',
      { reason: 'no longer wanted', attempts: [attempt(1, {})] },
      'once, and a redelivery was cancelled because of no longer wanted.',
    ],
    [
      'retrying',
      { reason: 'rate_limited', nextAttemptAt: at },
      `because of rate_limited (The target takes no more requests for now (429)) and is tried again at ${at}.`,
    ],
    ['attempting', {}, 'is being sent'],
    ['pending', {}, 'waits for its first attempt'],
    [
      'pending',
      { waitsFor: id('dlv', 7) },
      `, which comes after delivery ${id('dlv', 7)}: that one is about the same thing and not over.`,
    ],
    [
      'suppressed',
      { reason: 'suppression_window', suppressedUntil: at },
      `suppressed and not sent to “SOC” (con_00000000000000000000000001) because of suppression_window (The subscription had sent one with the same key, and the window of its suppression had not ended); the window is open until ${at}.`,
    ],
  ])('says %s', (status, more, words) => {
    expect(endOfDelivery(delivery({ status, ...more }), names)).toContain(words);
  });

  it('has a sentence for every status', () => {
    for (const status of deliveryStatuses) expect(endOfDelivery(delivery({ status }), names)).toMatch(/^It .*\.$/);
  });
});

describe('the steps of a delivery', () => {
  it("tell each attempt with the target's status where its outcome was recorded", () => {
    const refused = {
      outcome: 'refused',
      retry: 'later',
      reason: 'rate_limited',
      response: { status: 429, headers: {}, body: '', bodyTruncated: false },
    };
    const log = [
      'DeliveryAccepted',
      'AttemptStarted',
      'AttemptFailed',
      'RetryScheduled',
      'AttemptStarted',
      'DeliveryDelivered',
    ];
    const told = stepsOfDelivery(
      delivery({
        attempts: [attempt(1, refused), attempt(2, {})],
        log: log.map((type, n) => ({ position: 10 + n, type, at })),
      }),
      names,
    );
    expect(told.map(({ words }) => words)).toEqual([
      'Subscription “urgent” (sub_00000000000000000000000001) chose connector “SOC” (con_00000000000000000000000001).',
      'An attempt began.',
      'Attempt 1 was refused (429) with rate_limited (The target takes no more requests for now (429)).',
      'Another attempt was planned.',
      'An attempt began.',
      'Attempt 2 was accepted by the target (200).',
    ]);
    expect(told.map(({ position }) => position)).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it.each([
    ['by hand', { actor: 'key:key_a', jobId: null }, 'key:key_a asked for a redelivery.'],
    [
      'by a job',
      { actor: 'key:key_a', jobId: id('job', 1) },
      `Job ${id('job', 1)}, made by key:key_a, asked for a redelivery.`,
    ],
    ['by somebody whom an earlier version does not name', {}, 'Somebody asked for a redelivery.'],
  ])('name the job and the person of a redelivery that was asked for %s', (_how, asked, words) => {
    const log = [{ position: 1, type: 'RedeliveryRequested', at, ...asked }];
    expect(stepsOfDelivery(delivery({ log }), names).map((step) => step.words)).toEqual([words]);
  });

  it('say of an unknown outcome that a duplicate is possible, and of a final refusal that trying again is no use', () => {
    const lost = attempt(1, {
      outcome: 'unknown',
      reason: 'timeout',
      response: null,
      error: { code: 'timeout', message: 'no answer' },
    });
    const gone = attempt(2, { outcome: 'refused', retry: 'never', reason: 'gone', response: null });
    const log = ['AttemptFailed', 'AttemptFailed'].map((type, n) => ({ position: n + 1, type, at }));
    const [first, second] = stepsOfDelivery(delivery({ attempts: [lost, gone], log }), names);
    expect(first?.words).toBe(
      'The outcome of attempt 1 is unknown (timeout): no answer; it may have arrived, so a later attempt may be a duplicate.',
    );
    expect(second?.words).toBe(
      'Attempt 2 was refused with gone (The target says that this address is at an end (410)); trying again would not help.',
    );
  });
});

describe("the target's own words", () => {
  it.each([
    [
      'are those of its answer',
      { status: 400, headers: {}, body: ' invalid_payload\n', bodyTruncated: false },
      ' The target said: invalid_payload',
    ],
    [
      'are cut where they are long',
      { status: 400, headers: {}, body: 'x'.repeat(600), bodyTruncated: false },
      ` The target said: ${'x'.repeat(500)}…`,
    ],
    [
      'are those of each recipient',
      { recipients: [{ stage: 'rcpt', recipient: 'a@example.com', code: 550, text: '5.1.1 unknown' }] },
      ' The target said: a@example.com: 5.1.1 unknown',
    ],
  ])('%s', (_, response, words) => {
    const refused = attempt(1, { outcome: 'refused', retry: 'never', reason: 'bad_request', response });
    const log = [{ position: 1, type: 'AttemptFailed', at }];
    expect(stepsOfDelivery(delivery({ attempts: [refused], log }), names)[0]?.words).toMatch(
      new RegExp(`${words.replace(/[.?*+^$()[\]{}|\\]/g, '\\$&')}$`),
    );
  });
});

describe('why a notification went where it went', () => {
  it('says that nobody chose it, and which clause kept each subscription from it as it stood then', () => {
    const why = explainNotification({
      ...facts,
      notification: unrouted,
      subscriptions: { ...nobody, items: [passedBy], madeLater: 1 },
    });
    expect(why.words).toBe(
      `It was recorded, and no subscription chose it, so it was sent to nobody. No subscription matched, because, as they stood at position 29 of subscriptions-0: ${audit}: "Low" in ["High"] is false. 1 subscription of now came later.`,
    );
    expect(why.steps.at(-1)).toEqual({
      at,
      words: `Subscription ${audit}, as it stood at position 29 (version 3), did not choose it. "Low" in ["High"] is false.`,
      log: 'subscriptions-0',
      position: 17,
    });
    expect(whySchema.parse(why)).toEqual(why);
  });

  it('says that there was no subscription at all, and at which position', () => {
    expect(explainNotification({ ...facts, notification: unrouted }).words).toContain(
      'No subscription matched, because there was none at position 29 of subscriptions-0.',
    );
  });

  it('tells at most five in the summary and every one in the steps', () => {
    const items = Array.from({ length: 6 }, (_, at) => ({ ...passedBy, subscriptionId: id('sub', 10 + at) }));
    const why = explainNotification({ ...facts, notification: unrouted, subscriptions: { ...nobody, items } });
    expect(why.words).toContain(id('sub', 14));
    expect(why.words).not.toContain(id('sub', 15));
    expect(why.words).toContain('The others stand in the steps.');
    expect(why.steps).toHaveLength(1 + 6);
  });

  it.each([
    ['what prevents it although it holds', { holds: true, prevents: true }, true],
    ['nothing that does not hold and need not', { holds: false, prevents: false }, false],
    ['what does not hold, where a service does not say what prevents', { holds: false }, true],
  ])('gives as a reason %s', (_sentence, judged, isTold) => {
    const because = [{ clause: {}, words: 'The one.', ...judged }, { clause: {}, holds: false, prevents: true, words: 'Another.' }]; // prettier-ignore
    const subscriptions = { ...nobody, items: [{ ...passedBy, because }] };
    const { words } = explainNotification({ ...facts, notification: unrouted, subscriptions });
    expect(words).toContain(`${audit}: ${isTold ? 'The one. ' : ''}Another.`);
  });

  it('says that a filter cannot be asked once the payload was shredded', () => {
    const shredded = { ...passedBy, matches: null, because: passedBy.because.slice(0, 1) };
    const subscriptions = { ...nobody, items: [shredded], agrees: null };
    expect(explainNotification({ ...facts, notification: unrouted, subscriptions }).words).toContain('was shredded');
  });

  it('says that the log must be verified where the fold does not lead to the record', () => {
    const subscriptions = { ...nobody, agrees: false };
    expect(explainNotification({ ...facts, subscriptions }).words).toContain('have the log verified');
  });

  it('says where it went and what became of each delivery', () => {
    const why = explainNotification({ ...facts, deliveries: [delivery({ attemptCount: 1 })] });
    expect(why.words).toBe(
      'It was recorded; it was to go to 1 connector. It was delivered to “SOC” (con_00000000000000000000000001) at the first attempt.',
    );
  });

  it('says that it was suppressed and until when', () => {
    const routes = [{ subscriptionId: id('sub', 1), connectorId: null, suppressed: true, until: at }];
    const why = explainNotification({ ...facts, notification: { ...notification, routing: { routes } } });
    expect(why.words).toBe('It was recorded; it was to go to 0 connectors and 1 subscription suppressed it.');
    expect(why.steps[1]?.words).toContain(`suppressed it until ${at}`);
  });

  it('says of each connector that it was suppressed for, and counts the subscription once', () => {
    const route = { subscriptionId: id('sub', 1), suppressed: true, until: at };
    const routes = [1, 2].map((n) => ({ ...route, connectorId: id('con', n) }));
    const deliveries = routes.map(({ connectorId }) =>
      delivery({ connectorId, status: 'suppressed', reason: 'suppression_window', suppressedUntil: at }),
    );
    const why = explainNotification({ ...facts, deliveries, notification: { ...notification, routing: { routes } } });
    expect(why.words).toMatch(
      /^It was recorded; it was to go to 0 connectors and 1 subscription suppressed it\. It was suppressed and not sent to “SOC”/,
    );
    expect(why.words).toContain(`the window is open until ${at}`);
    expect(why.steps[1]?.words).toContain(`suppressed it for connector “SOC” (${id('con', 1)}) until ${at}`);
    expect(whySchema.parse(why)).toEqual(why);
  });

  it('says when it cannot tell everything', () => {
    expect(explainNotification({ ...facts, deliveriesComplete: false }).words).toContain('cannot all be told now');
  });
});
