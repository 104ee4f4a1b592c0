import { apiKeyDecider } from '@waybill/connector/api-key';
import { connectorDecider } from '@waybill/connector/decide';
import { notificationTypeDecider } from '@waybill/connector/notification-type';
import { tenantDecider } from '@waybill/connector/tenant';
import { deliveryDecider } from '@waybill/delivery/decide';
import { subscriptionDecider } from '@waybill/subscription/decide';

/** One event as `GET /v1/log/{log}/events` answers it. */
export interface LoggedEvent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly tenant: string;
  readonly at: string;
  readonly data: Record<string, unknown>;
  readonly shredded?: boolean;
}

interface Fold {
  readonly initialState: unknown;
  evolve(state: unknown, event: { type: string; data: object }): unknown;
}

/** The same functions that the services decide with, so that a replay cannot come to another state than they did. */
const folds: Readonly<Record<string, unknown>> = {
  connector: connectorDecider,
  key: apiKeyDecider,
  type: notificationTypeDecider,
  tenant: tenantDecider,
  subscription: subscriptionDecider,
  delivery: deliveryDecider,
};

/** What a stream without a state of its own is shown as: its newest event. */
const newestEvent: Fold = { initialState: null, evolve: (_state, { type, data }) => ({ type, data }) };

/** The state of every stream of a log, event by event. */
export class FoldedLog {
  position = 0;
  at: string | null = null;
  events = 0;
  private readonly known = new Map<string, { version: number; state: unknown; fold: Fold }>();

  constructor(readonly log: string) {}

  get streams(): number {
    return this.known.size;
  }

  take(event: LoggedEvent): void {
    const { stream, version, type, data } = event;
    const before = this.known.get(stream) ?? { version: 0, state: undefined, fold: foldOf(stream) };
    const state = before.fold.evolve(before.version === 0 ? before.fold.initialState : before.state, { type, data });
    this.known.set(stream, { version, state, fold: before.fold });
    this.position = event.position;
    this.at = event.at;
    this.events += 1;
  }

  states(): { stream: string; version: number; state: unknown }[] {
    return [...this.known].map(([stream, { version, state }]) => ({ stream, version, state }));
  }
}

function foldOf(stream: string): Fold {
  const category = stream.slice(0, Math.max(0, stream.indexOf('-')));
  return (folds[category] as Fold | undefined) ?? newestEvent;
}
