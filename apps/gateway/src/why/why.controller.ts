import { Controller, Inject } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import type { Connector } from '@waybill/contracts/http/connectors';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { listLimitMax } from '@waybill/contracts/http/fields';
import type { ListPage } from '@waybill/contracts/http/lists';
import type { NotificationDetail } from '@waybill/contracts/http/notifications';
import type { Job } from '@waybill/contracts/http/redelivery';
import type { Explanation, Subscription } from '@waybill/contracts/http/subscriptions';
import type { Why } from '@waybill/contracts/http/why';
import type { ServiceName } from '@waybill/contracts/subjects';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { withTextMember } from '../edge/splice.js';
import { endOfDelivery, type Names, stepsOfDelivery } from './explain-delivery.js';
import { count, explainNotification } from './explain-notification.js';
import { whyRoutes } from './why.routes.js';

/** With every attempt; of further ones only the end is told. */
export const deliveriesTold = 20;

type Recorded = NotificationDetail & { payloadText?: string | null };

/** Answers "why?" out of what the services record: the words are made here, the facts are theirs. */
@Controller()
export class WhyController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(whyRoutes.why)
  why(@Ask() { caller, params }: Asked<(typeof whyRoutes)['why']>): Promise<Why> {
    const { id } = params;
    if (id.startsWith('ntf_')) return this.notification(caller, id);
    if (id.startsWith('dlv_')) return this.delivery(caller, id);
    if (id.startsWith('con_')) return this.connector(caller, id);
    if (id.startsWith('sub_')) return this.subscription(caller, id);
    return this.job(caller, id);
  }

  private async notification(caller: Caller, id: string): Promise<Why> {
    const [recorded, page] = await Promise.all([
      this.rpc.ask<Recorded>(caller, 'subscriptions', 'notifications.get', { id }),
      this.ifThere<ListPage<Delivery>>(caller, 'delivery', 'deliveries.list', {
        notificationId: id,
        limit: listLimitMax,
      }),
    ]);
    const { payloadText, ...notification } = recorded;
    const rows = page?.items ?? [];
    const [told, explanations, names] = await Promise.all([
      Promise.all(
        rows
          .slice(0, deliveriesTold)
          .map((row) => this.ifThere<Delivery>(caller, 'delivery', 'deliveries.get', { id: row.id })),
      ),
      this.explanations(caller, notification, payloadText),
      this.names(
        caller,
        notification.routing?.routes.flatMap((one) => [one.subscriptionId, one.connectorId ?? '']) ?? [],
      ),
    ]);
    const deliveries = rows.map((row, at) => told[at] ?? row);
    return explainNotification({
      notification,
      deliveries,
      deliveriesComplete: page?.nextCursor === null,
      explanations,
      names,
    });
  }

  private async delivery(caller: Caller, id: string): Promise<Why> {
    const delivery = await this.rpc.ask<Delivery>(caller, 'delivery', 'deliveries.get', { id });
    const names = await this.names(caller, [delivery.connectorId, delivery.subscriptionId]);
    return {
      id,
      kind: 'delivery',
      words: endOfDelivery(delivery, names),
      steps: stepsOfDelivery(delivery, names),
      data: { delivery },
    };
  }

  private async connector(caller: Caller, id: string): Promise<Why> {
    const connector = await this.rpc.ask<Connector>(caller, 'registry', 'connectors.get', { id });
    const why = typeof connector['disabledReason'] === 'string' ? ` because of ${connector['disabledReason']}` : '';
    const { failingSince, because, pausedUntil } = connector.health;
    const quiet =
      pausedUntil === null ? '' : ` Its target asked for quiet, so nothing is sent to it before ${pausedUntil}.`;
    const state = {
      healthy: 'It is enabled and healthy.',
      failing: `It is enabled, and its deliveries are failing since ${failingSince} (${because}).`,
      disabled: `It is disabled${why}.`,
    };
    const made = { at: connector.createdAt, words: `It was created by ${connector.createdBy}.` };
    const changed = {
      at: connector.updatedAt,
      words: `Version ${connector.version} was made by ${connector.updatedBy}.`,
    };
    const words = `Connector “${connector.name}” sends to ${connector.target}. ${state[connector.status]}${quiet}`;
    return { id, kind: 'connector', words, steps: [made, changed], data: { connector } };
  }

  private async subscription(caller: Caller, id: string): Promise<Why> {
    const subscription = await this.rpc.ask<Subscription>(caller, 'subscriptions', 'subscriptions.get', { id });
    const filter = subscription.filter === null ? 'all of them' : 'those that its filter takes';
    const state = subscription.enabled ? '' : ' It is disabled, so it chooses nothing.';
    const words = `Subscription “${subscription.name}” sends notifications of type ${subscription.types.join(', ')} (${filter}) to ${count(subscription.connectorIds.length, 'connector')}.${state}`;
    const made = { at: subscription.createdAt, words: `It was created by ${subscription.createdBy}.` };
    const changed = {
      at: subscription.updatedAt,
      words: `Version ${subscription.version} was made by ${subscription.updatedBy}.`,
    };
    return { id, kind: 'subscription', words, steps: [made, changed], data: { subscription } };
  }

  private async job(caller: Caller, id: string): Promise<Why> {
    const job = await this.rpc.ask<Job>(caller, 'delivery', 'jobs.get', { id });
    const words = `The job is ${job.state}: ${job.done} of ${job.total} done, ${job.failed} failed, ${job.skipped} skipped.`;
    return { id, kind: 'job', words, steps: [], data: { job } };
  }

  private async explanations(
    caller: Caller,
    notification: NotificationDetail,
    payloadText: string | null | undefined,
  ): Promise<Explanation[]> {
    if (typeof payloadText !== 'string') return [];
    const { type, sourceId, source, time } = notification;
    const members = { type, source, ...(sourceId ? { id: sourceId } : {}), ...(time ? { time } : {}) };
    const text = withTextMember(members, 'payload', payloadText);
    const explained = await this.rpc.askText<{ items: Explanation[] }>(caller, 'subscriptions', 'explain', text);
    return explained.items;
  }

  private async names(caller: Caller, ids: readonly string[]): Promise<Names> {
    const known = [...new Set(ids)].filter((id) => id !== '').slice(0, 2 * deliveriesTold);
    const asked = known.map(async (id): Promise<[string, string][]> => {
      const [service, call]: [ServiceName, string] = id.startsWith('con_')
        ? ['registry', 'connectors.get']
        : ['subscriptions', 'subscriptions.get'];
      const found = await this.ifThere<{ name: string }>(caller, service, call, { id });
      return found === null ? [] : [[id, found.name]];
    });
    return new Map((await Promise.all(asked)).flat());
  }

  /** null when it was deleted, or when its service is away: the explanation says what it can. */
  private async ifThere<T>(caller: Caller, service: ServiceName, call: string, input: object): Promise<T | null> {
    try {
      return await this.rpc.ask<T>(caller, service, call, input);
    } catch (error) {
      if (error instanceof AskFailed) return null;
      throw error;
    }
  }
}
