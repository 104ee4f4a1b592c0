import type { RegistryEvent } from '@waybill/contracts/log/registry';
import type { Decider } from '@waybill/decider/decider';
import { sameJson } from './merge-patch.js';

export type NotificationTypeEvent = Extract<RegistryEvent, { type: `NotificationType${string}` }>;
export type NotificationTypeShape = NotificationTypeEvent['data'];

/** What a tenant says of a type; null while it has said nothing and the built-in one, if there is one, holds. */
export type NotificationType = NotificationTypeShape | null;

export interface PutNotificationType {
  readonly type: 'PutNotificationType';
  readonly shape: NotificationTypeShape;
}

export const notificationTypeDecider: Decider<NotificationType, PutNotificationType, NotificationTypeEvent> = {
  initialState: null,
  // PUT says how it shall be: the same again is no second fact.
  decide: ({ shape }, state) => (sameJson(shape, state) ? [] : [{ type: 'NotificationTypePut', data: shape }]),
  evolve: (_state, { data: { type, title, schema, sample, strict } }) => ({ type, title, schema, sample, strict }),
};
