import type { ReadModel } from '@waybill/event-log/read-model';
import { notificationList } from './notification-list.js';
import { routingState } from './routing-state.js';

/** Every read model of subscriptions; the first one is what a router begins from. */
export const readModels: readonly [ReadModel, ...ReadModel[]] = [routingState, notificationList];
