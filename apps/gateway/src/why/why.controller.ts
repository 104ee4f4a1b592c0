import { Controller, Inject } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import type { Connector } from '@waybill/contracts/http/connectors';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { listLimitMax } from '@waybill/contracts/http/fields';
import type { ListPage } from '@waybill/contracts/http/lists';
import type { NotificationDetail } from '@waybill/contracts/http/notifications';
import type { Job } from '@waybill/contracts/http/redelivery';
import type { Subscription } from '@waybill/contracts/http/subscriptions';
import type { ExplainedThenList, Refusal, Why } from '@waybill/contracts/http/why';
import type { ServiceName } from '@waybill/contracts/subjects';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { ConnectorBanners } from '../connectors/connector-banners.js';
import { endOfDelivery, named, type Names, reasonInWords, stepsOfDelivery } from './explain-delivery.js';
import { explainRefusal, type HistoryEvent, stepsOfHistory, wordsOfBanner, wordsOfWait } from './explain-kept.js';
import { count, explainNotification } from './explain-notification.js';
import { whyRoutes } from './why.routes.js';

/** With every attempt; of further ones only the end is told. */
export const deliveriesTold = 20;

type Recorded = NotificationDetail & { payloadText?: string | null };

/** Answers "why?" out of what the services record: the words are made here, the facts are theirs. */
@Controller()
export class WhyController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(ConnectorBanners) private readonly banners: ConnectorBanners,
  ) {}

  @On(whyRoutes.why)
  why(@Ask() { caller, params, query }: Asked<(typeof whyRoutes)['why']>): Promise<Why> {
    const { id } = params;
    if (id.startsWith('ntf_')) return this.notification(caller, id, query.cursor);
    if (id.startsWith('dlv_')) return this.delivery(caller, id);
    if (id.startsWith('con_')) return this.connector(caller, id);
    if (id.startsWith('sub_')) return this.subscription(caller, id);
    if (id.startsWith('ref_')) return this.refusal(caller, id);
    return this.job(caller, id);
  }

  private async notification(caller: Caller, id: string, cursor: string | undefined): Promise<Why> {
    const asked = { id, ...(cursor === undefined ? {} : { cursor }) };
    const [recorded, subscriptions, page] = await Promise.all([
      this.rpc.ask<Recorded>(caller, 'subscriptions', 'notifications.get', { id }),
      this.rpc.ask<ExplainedThenList>(caller, 'subscriptions', 'notifications.explain', asked),
      this.ifThere<ListPage<Delivery>>(caller, 'delivery', 'deliveries.list', {
        notificationId: id,
        limit: listLimitMax,
      }),
    ]);
    const { payloadText: _, ...notification } = recorded;
    const rows = page?.items ?? [];
    const [told, names] = await Promise.all([
      Promise.all(
        rows
          .slice(0, deliveriesTold)
          .map((row) => this.ifThere<Delivery>(caller, 'delivery', 'deliveries.get', { id: row.id })),
      ),
      this.names(
        caller,
        notification.routing?.routes.flatMap((one) => [one.subscriptionId, one.connectorId ?? '']) ?? [],
      ),
    ]);
    const deliveries = rows.map((row, at) => told[at] ?? row);
    const why = explainNotification({
      notification,
      deliveries,
      deliveriesComplete: page?.nextCursor === null,
      subscriptions,
      names,
    });
    return { ...why, words: [why.words, ...(await this.waits(caller, deliveries, names))].join(' ') };
  }

  /** Why something is not sent now: what the connectors wait for, of those that deliveries wait for. */
  private async waits(caller: Caller, deliveries: readonly Delivery[], names: Names): Promise<string[]> {
    const waiting = deliveries.filter(({ status }) => status === 'pending' || status === 'retrying');
    const ids = [...new Set(waiting.map(({ connectorId }) => connectorId))].slice(0, deliveriesTold);
    const said = ids.map(async (id) =>
      wordsOfWait(named(id, names), (await this.banners.of(caller, id))?.banner ?? null),
    );
    return (await Promise.all(said)).flat();
  }

  private async delivery(caller: Caller, id: string): Promise<Why> {
    const delivery = await this.rpc.ask<Delivery>(caller, 'delivery', 'deliveries.get', { id });
    const names = await this.names(caller, [delivery.connectorId, delivery.subscriptionId]);
    const waits = await this.waits(caller, [delivery], names);
    return {
      id,
      kind: 'delivery',
      words: [endOfDelivery(delivery, names), ...waits].join(' '),
      steps: stepsOfDelivery(delivery, names),
      data: { delivery },
    };
  }

  /** A deleted connector has a history still, and that is what explains it. */
  private async connector(caller: Caller, id: string): Promise<Why> {
    const [connector, history, standing] = await Promise.all([
      this.present<Connector>(caller, 'registry', 'connectors.get', id),
      this.historyOf(caller, 'registry', 'connectors.history', id),
      this.banners.of(caller, id),
    ]);
    const steps = stepsOfHistory(history);
    if (connector === null)
      return {
        id,
        kind: 'connector',
        words: 'The connector was deleted; nothing is sent to it.',
        steps,
        data: { history },
      };
    const banner = standing?.banner ?? null;
    const { disabledReason } = connector;
    const why = typeof disabledReason === 'string' ? ` because of ${reasonInWords(disabledReason)}` : '';
    const state = {
      healthy: 'It is enabled and healthy.',
      failing: 'It is enabled, and its deliveries are failing.',
      disabled: `It is disabled${why}.`,
    }[connector.status];
    const words = [`Connector “${connector.name}” sends to ${connector.target}.`, state, ...wordsOfBanner(banner)];
    const data = { connector, banner };
    return { id, kind: 'connector', words: words.join(' '), steps, data };
  }

  private async subscription(caller: Caller, id: string): Promise<Why> {
    const [subscription, history] = await Promise.all([
      this.present<Subscription>(caller, 'subscriptions', 'subscriptions.get', id),
      this.historyOf(caller, 'subscriptions', 'subscriptions.history', id),
    ]);
    const steps = stepsOfHistory(history);
    if (subscription === null)
      return {
        id,
        kind: 'subscription',
        words: 'The subscription was deleted; it chooses nothing.',
        steps,
        data: { history },
      };
    const filter = subscription.filter === null ? 'all of them' : 'those that its filter takes';
    const state = subscription.enabled ? '' : ' It is disabled, so it chooses nothing.';
    const words = `Subscription “${subscription.name}” sends notifications of type ${subscription.types.join(', ')} (${filter}) to ${count(subscription.connectorIds.length, 'connector')}.${state}`;
    return { id, kind: 'subscription', words, steps, data: { subscription } };
  }

  private async job(caller: Caller, id: string): Promise<Why> {
    const job = await this.rpc.ask<Job>(caller, 'delivery', 'jobs.get', { id });
    const words = `The job is ${job.state}: ${job.done} of ${job.total} done, ${job.failed} failed, ${job.skipped} skipped.`;
    return { id, kind: 'job', words, steps: [], data: { job } };
  }

  private async refusal(caller: Caller, id: string): Promise<Why> {
    return explainRefusal(await this.rpc.ask<Refusal>(caller, 'subscriptions', 'refusals.get', { id }));
  }

  /** null for what was deleted. */
  private async present<T>(caller: Caller, service: ServiceName, call: string, id: string): Promise<T | null> {
    try {
      return await this.rpc.ask<T>(caller, service, call, { id });
    } catch (error) {
      if (error instanceof AskFailed && error.problem.status === 410) return null;
      throw error;
    }
  }

  private async historyOf(caller: Caller, service: ServiceName, call: string, id: string): Promise<HistoryEvent[]> {
    const page = await this.rpc.ask<ListPage<HistoryEvent>>(caller, service, call, { id, limit: listLimitMax });
    return page.items;
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
