import { compileFilter, everything, type Look } from '@waybill/subscription/filter';
import type { RenderKey, Route } from '@waybill/subscription/route';
import { RouteIndex } from '@waybill/subscription/route-index';
import {
  evolve,
  initialSubscription,
  type SubscriptionEvent,
  type SubscriptionState,
} from '@waybill/subscription/subscription';
import type { RecordedEvent } from '@waybill/event-log/log';

export interface KnownSubscription {
  readonly tenant: string;
  readonly version: number;
  readonly state: Exclude<SubscriptionState, { status: 'none' }>;
  /** null while it is disabled or deleted. */
  readonly route: Route | null;
}

/** One row of the read model, deleted ones too: their last event counts for `decidedOn`. */
export interface LoadedSubscription {
  readonly stream: string;
  readonly tenant: string;
  readonly version: number;
  readonly state: KnownSubscription['state'];
  readonly lastPosition: number;
}

/** Compiles a key template. */
export type CompileKey = (source: string) => RenderKey;

/**
 * Every subscription of every tenant, in memory, as the log says at a position. The router looks up what is enabled by tenant and type;
 * the append condition makes sure that nothing has changed since.
 */
export class RouteTable {
  /** Everything up to here is in the table. */
  position = 0;
  private readonly subscriptions = new Map<string, KnownSubscription>();
  private readonly routes = new Map<string, RouteIndex>();
  /** Position of the newest subscription event of a tenant. */
  private readonly newest = new Map<string, number>();
  private readonly waiting: { position: number; resolve: () => void }[] = [];

  constructor(private readonly compileKey: CompileKey) {}

  /** Begins from what the read model says at a position, so that a start does not read the whole log. */
  load(rows: readonly LoadedSubscription[], position: number): void {
    for (const { stream, tenant, version, state, lastPosition } of rows) {
      if (state.status !== 'deleted') this.put(stream, tenant, version, state);
      this.newest.set(tenant, Math.max(lastPosition, this.newest.get(tenant) ?? 0));
    }
    this.position = position;
  }

  /** Folds the events of one batch of the log; those of other categories only move the position. */
  apply(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (event.stream.startsWith('subscription-')) this.applyOne(event);
      this.position = event.position;
    }
    this.wake();
  }

  /** The enabled subscriptions of a tenant that take this type, without those that a look into the notification rules out at once. */
  routesFor(tenant: string, type: string, look: Look): readonly Route[] {
    return this.routes.get(`${tenant} ${type}`)?.candidates(look) ?? [];
  }

  /** What a decision is made on; the log refuses it when the tenant's subscriptions changed after that. */
  decidedOn(tenant: string): number {
    return this.newest.get(tenant) ?? 0;
  }

  /** All subscriptions of a tenant that are not deleted, for explanations. */
  *ofTenant(tenant: string): Iterable<KnownSubscription> {
    for (const known of this.subscriptions.values()) {
      if (known.tenant === tenant && known.state.status !== 'deleted') yield known;
    }
  }

  /** Resolves when the table has folded everything up to a position. */
  reached(position: number): Promise<void> {
    if (this.position >= position) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ position, resolve }));
  }

  private applyOne(event: RecordedEvent): void {
    const before = this.subscriptions.get(event.stream);
    const state = evolve(before?.state ?? initialSubscription, event as unknown as SubscriptionEvent);
    if (state.status === 'none') return;
    if (before?.route) this.forget(before);
    if (state.status === 'deleted') this.subscriptions.delete(event.stream);
    else this.put(event.stream, event.tenant, event.version, state);
    this.newest.set(event.tenant, event.position);
  }

  private put(stream: string, tenant: string, version: number, state: KnownSubscription['state']): void {
    const route = state.status === 'enabled' ? this.compile(state.subscription, version) : null;
    this.subscriptions.set(stream, { tenant, version, state, route });
    if (route) this.remember(tenant, route);
  }

  private compile(subscription: KnownSubscription['state']['subscription'], version: number): Route {
    const { filter, suppression, correlationKey } = subscription;
    return {
      subscription,
      version,
      filter: filter === null ? everything : compileFilter(filter),
      suppressionKey: suppression.key === null ? null : this.compileKey(suppression.key),
      correlationKey: correlationKey === null ? null : this.compileKey(correlationKey),
    };
  }

  private remember(tenant: string, route: Route): void {
    for (const type of new Set(route.subscription.types)) {
      const key = `${tenant} ${type}`;
      const ofType = this.routes.get(key) ?? new RouteIndex();
      this.routes.set(key, ofType);
      ofType.put(route);
    }
  }

  private forget({ tenant, route }: KnownSubscription): void {
    for (const type of route?.subscription.types ?? [])
      this.routes.get(`${tenant} ${type}`)?.delete(route?.subscription.id ?? '');
  }

  private wake(): void {
    for (let index = this.waiting.length - 1; index >= 0; index -= 1) {
      const waiter = this.waiting[index];
      if (waiter === undefined || waiter.position > this.position) continue;
      this.waiting.splice(index, 1);
      waiter.resolve();
    }
  }
}
