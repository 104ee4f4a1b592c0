import type { RecordedEvent } from '@waybill/event-log/log';
import { notificationView } from './notification-view.js';

const until = '2026-11-24T11:00:00.000Z';

const routed = (suppressed: object[]): RecordedEvent =>
  ({
    type: 'NotificationRouted',
    log: 'subscriptions-0',
    position: 30,
    tenant: 'default',
    at: '2026-11-24T10:00:00.000Z',
    sealed: null,
    data: {
      notificationId: 'ntf_1',
      chosen: [{ subscriptionId: 'sub_1', subscriptionVersion: 2, connectorIds: ['con_1'] }],
      suppressed,
    },
  }) as unknown as RecordedEvent;

const routesOf = (suppressed: object[]) =>
  (notificationView('default', routed(suppressed))['routing'] as { routes: object[] }).routes;

describe('a notification as it is shown', () => {
  it('names every connector that it went to, and every one that it was suppressed for', () => {
    const held = { subscriptionId: 'sub_2', subscriptionVersion: 1, until };
    expect(routesOf([{ ...held, connectorIds: ['con_2', 'con_3'] }])).toEqual([
      { subscriptionId: 'sub_1', subscriptionVersion: 2, connectorId: 'con_1', suppressed: false },
      { ...held, connectorId: 'con_2', suppressed: true },
      { ...held, connectorId: 'con_3', suppressed: true },
    ]);
  });

  it('names the subscription alone where the record is from before connectors stood in it', () => {
    const held = { subscriptionId: 'sub_2', subscriptionVersion: 1, until };
    expect(routesOf([held])[1]).toEqual({ ...held, connectorId: null, suppressed: true });
  });
});
