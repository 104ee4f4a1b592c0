import { Controller, Inject } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import {
  type SubscriptionCreate,
  subscriptionCreateSchema,
  subscriptionDeleteInputSchema,
  subscriptionDisableInputSchema,
  subscriptionEnableInputSchema,
  subscriptionGetInputSchema,
  subscriptionHistoryInputSchema,
  subscriptionListInputSchema,
  type SubscriptionPatch,
  subscriptionUpdateInputSchema,
} from '@waybill/contracts/http/subscriptions';
import { Refused } from '@waybill/decider/decider';
import { logTime } from '@waybill/event-log/log-time';
import { newId } from '@waybill/service-kit/ids';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import { compileFilter } from '@waybill/subscription/filter';
import type { SubscriptionShape, SubscriptionState } from '@waybill/subscription/subscription';
import type { z } from 'zod';
import { handleSubscription, loadSubscription, type LoadedSubscription } from '../handle-subscription.js';
import { checkKey } from '../routing/key-template.js';
import { subscriptionHistory } from '../read/subscription-history.js';
import { SubscriptionList } from '../read/subscription-list.js';
import { subscriptionView } from '../read/subscription-view.js';
import { Router } from '../routing/router.js';

/** Subscription management: the calls `subscriptions.*` of this service's own API. */
@Controller()
export class SubscriptionsRpc {
  constructor(
    @Inject(Router) private readonly router: Router,
    @Inject(SubscriptionList) private readonly list: SubscriptionList,
  ) {}

  @Rpc('subscriptions', 'subscriptions.create', subscriptionCreateSchema)
  async create(request: RpcRequest<z.output<typeof subscriptionCreateSchema>>): Promise<unknown> {
    await this.checkConnectors(request.tenant, request.input.connectorIds);
    const id = newId('sub');
    const subscription = shapeOf(id, request.input);
    checkShape(subscription);
    const written = await handleSubscription(this.router.eventLog, { ...request, id }, () => ({
      type: 'CreateSubscription',
      ...this.act(request.actor),
      subscription,
      enabled: request.input.enabled ?? true,
    }));
    return answer(request.tenant, written);
  }

  @Rpc('subscriptions', 'subscriptions.get', subscriptionGetInputSchema)
  async get({ tenant, input }: RpcRequest<z.output<typeof subscriptionGetInputSchema>>): Promise<unknown> {
    return subscriptionView(tenant, await loadSubscription(this.router.eventLog, tenant, input.id, input.at));
  }

  /** Newest first. A deleted subscription has a history still. */
  @Rpc('subscriptions', 'subscriptions.history', subscriptionHistoryInputSchema)
  async history({ tenant, input }: RpcRequest<z.output<typeof subscriptionHistoryInputSchema>>): Promise<unknown> {
    return subscriptionHistory(this.router.eventLog, tenant, input);
  }

  @Rpc('subscriptions', 'subscriptions.list', subscriptionListInputSchema)
  listSubscriptions({ tenant, input }: RpcRequest<z.output<typeof subscriptionListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  @Rpc('subscriptions', 'subscriptions.update', subscriptionUpdateInputSchema)
  async update(request: RpcRequest<z.output<typeof subscriptionUpdateInputSchema>>): Promise<unknown> {
    const { tenant, input, actor } = request;
    const { id, ifVersion, patch } = input;
    if (patch.connectorIds) await this.checkConnectors(tenant, patch.connectorIds);
    let written = await handleSubscription(this.router.eventLog, { ...request, id, ifVersion }, (state) => {
      const subscription = patched(state, patch);
      checkShape(subscription);
      return { type: 'UpdateSubscription', ...this.act(actor), subscription };
    });
    if (patch.enabled !== undefined) {
      const type = patch.enabled ? 'EnableSubscription' : 'DisableSubscription';
      written = await handleSubscription(this.router.eventLog, { ...request, id }, () => ({
        type,
        ...this.act(actor),
        reason: null,
      }));
    }
    return answer(tenant, written);
  }

  @Rpc('subscriptions', 'subscriptions.delete', subscriptionDeleteInputSchema)
  async delete(request: RpcRequest<z.output<typeof subscriptionDeleteInputSchema>>): Promise<unknown> {
    const { position } = await handleSubscription(this.router.eventLog, { ...request, ...request.input }, () => ({
      type: 'DeleteSubscription',
      ...this.act(request.actor),
    }));
    return { position };
  }

  @Rpc('subscriptions', 'subscriptions.enable', subscriptionEnableInputSchema)
  async enable(request: RpcRequest<z.output<typeof subscriptionEnableInputSchema>>): Promise<unknown> {
    const { id } = request.input;
    const command = { type: 'EnableSubscription' as const, ...this.act(request.actor) };
    return answer(request.tenant, await handleSubscription(this.router.eventLog, { ...request, id }, () => command));
  }

  @Rpc('subscriptions', 'subscriptions.disable', subscriptionDisableInputSchema)
  async disable(request: RpcRequest<z.output<typeof subscriptionDisableInputSchema>>): Promise<unknown> {
    const { id, reason } = request.input;
    const command = { type: 'DisableSubscription' as const, ...this.act(request.actor), reason: reason ?? null };
    return answer(request.tenant, await handleSubscription(this.router.eventLog, { ...request, id }, () => command));
  }

  private act(by: string) {
    return { now: logTime(this.router.eventLog), by };
  }

  /** A subscription to a connector that is not there would never deliver and never say why. */
  private async checkConnectors(tenant: string, connectorIds: readonly string[]): Promise<void> {
    const { registry } = this.router;
    // A connector that was created a moment ago may not have arrived here yet.
    let isNewest = true;
    if (connectorIds.some((id) => registry.connector(tenant, id) === 'unknown'))
      isNewest = await this.router.catchUpWithRegistry(2_000);
    for (const [index, id] of connectorIds.entries()) {
      const pointer = `/connectorIds/${index}`;
      const known = registry.connector(tenant, id);
      if (known === 'deleted') throw new Refused('connector_unknown', `The connector ${id} was deleted.`, pointer);
      if (known === 'there' || (!isNewest && (await this.isAtRegistry(tenant, id)))) continue;
      throw new Refused('connector_unknown', `There is no connector ${id}.`, pointer);
    }
  }

  /** False when registry says so; rejects as the call to it does when it says nothing, for then nobody knows. */
  private async isAtRegistry(tenant: string, id: string): Promise<boolean> {
    try {
      await this.router.askForConnector(tenant, id);
      return true;
    } catch (error) {
      if (error instanceof AskFailed && (error.problem.status === 404 || error.problem.status === 410)) return false;
      throw error;
    }
  }
}

function answer(tenant: string, written: LoadedSubscription): unknown {
  return { ...subscriptionView(tenant, written), position: written.position };
}

function shapeOf(id: string, input: SubscriptionCreate): SubscriptionShape {
  return {
    id,
    name: input.name,
    connectorIds: input.connectorIds,
    types: input.types,
    filter: (input.filter as Record<string, unknown> | null | undefined) ?? null,
    suppression: { minutes: input.suppression?.minutes ?? 0, key: input.suppression?.key ?? null },
    correlationKey: input.correlationKey ?? null,
  };
}

/** RFC 7396; the filter is replaced whole. */
function patched(state: SubscriptionState, patch: SubscriptionPatch): SubscriptionShape {
  if (state.status === 'none') throw new Refused('subscription_unknown', 'There is no such subscription.');
  const { subscription } = state;
  const suppression =
    patch.suppression === null ? { minutes: 0, key: null } : { ...subscription.suppression, ...patch.suppression };
  return {
    ...subscription,
    ...(patch.name === undefined ? {} : { name: patch.name }),
    ...(patch.connectorIds === undefined ? {} : { connectorIds: patch.connectorIds }),
    ...(patch.types === undefined ? {} : { types: patch.types }),
    ...(patch.filter === undefined ? {} : { filter: patch.filter }),
    suppression: { minutes: suppression.minutes ?? 0, key: suppression.key ?? null },
    ...(patch.correlationKey === undefined ? {} : { correlationKey: patch.correlationKey }),
  };
}

/** What a schema cannot say: that the filter compiles and the key templates parse. */
function checkShape(subscription: SubscriptionShape): void {
  if (subscription.filter !== null) compileFilter(subscription.filter);
  if (subscription.suppression.key !== null) checkKey(subscription.suppression.key, '/suppression/key');
  if (subscription.correlationKey !== null) checkKey(subscription.correlationKey, '/correlationKey');
}
