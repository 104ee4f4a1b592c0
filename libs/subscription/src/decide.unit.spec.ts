import { specificationFor } from '@waybill/decider/specification';
import { subscriptionDecider } from './decide.js';
import type { SubscriptionEvent, SubscriptionShape } from './subscription.js';

const given = specificationFor(subscriptionDecider);
const subscription: SubscriptionShape = {
  id: 'sub_1',
  name: 'urgent to SOC',
  connectorIds: ['con_1'],
  types: ['incident'],
  filter: null,
  suppression: { minutes: 0, key: null },
  correlationKey: null,
};
const by = { now: '2026-11-24T10:00:00.000Z', by: 'key:key_1' };
const act = { at: by.now, by: by.by };
const created: SubscriptionEvent = { type: 'SubscriptionCreated', data: { ...act, subscription, enabled: true } };
const deleted: SubscriptionEvent = { type: 'SubscriptionDeleted', data: { ...act, id: 'sub_1' } };

describe('a subscription', () => {
  it('is created with its whole shape', () => {
    given()
      .when({ type: 'CreateSubscription', ...by, subscription, enabled: true })
      .then(created);
  });

  it('is not created twice', () => {
    given(created)
      .when({ type: 'CreateSubscription', ...by, subscription, enabled: true })
      .thenRefused('subscription_exists');
  });

  it('is updated with its whole new shape', () => {
    const changed = { ...subscription, name: 'SOC' };
    given(created)
      .when({ type: 'UpdateSubscription', ...by, subscription: changed })
      .then({ type: 'SubscriptionUpdated', data: { ...act, subscription: changed } });
  });

  it('records nothing when an update changes nothing', () => {
    given(created)
      .when({ type: 'UpdateSubscription', ...by, subscription: { ...subscription } })
      .then();
  });

  it('is disabled with the reason', () => {
    given(created)
      .when({ type: 'DisableSubscription', ...by, reason: 'too loud' })
      .then({ type: 'SubscriptionDisabled', data: { ...act, id: 'sub_1', reason: 'too loud' } });
  });

  it('is enabled again', () => {
    given(created, { type: 'SubscriptionDisabled', data: { ...act, id: 'sub_1', reason: null } })
      .when({ type: 'EnableSubscription', ...by })
      .then({ type: 'SubscriptionEnabled', data: { ...act, id: 'sub_1' } });
  });

  it('stays enabled when it is enabled again', () => {
    given(created)
      .when({ type: 'EnableSubscription', ...by })
      .then();
  });

  it('is deleted for good', () => {
    given(created)
      .when({ type: 'DeleteSubscription', ...by })
      .then(deleted);
    given(created, deleted)
      .when({ type: 'EnableSubscription', ...by })
      .thenRefused('subscription_deleted');
  });

  it('cannot be changed before it is created', () => {
    given()
      .when({ type: 'DeleteSubscription', ...by })
      .thenRefused('subscription_unknown');
  });
});
