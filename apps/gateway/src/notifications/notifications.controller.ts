import { createHash } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import { listLimitMax } from '@waybill/contracts/http/fields';
import type { ListPage } from '@waybill/contracts/http/lists';
import type { PublishReceipt } from '@waybill/contracts/http/notifications';
import { JsonText } from '../edge/answer.interceptor.js';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { memberText, withTextMember } from '../edge/splice.js';
import { notificationRoutes } from './notifications.routes.js';

type Routes = typeof notificationRoutes;

@Controller()
export class NotificationsController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(notificationRoutes.publish)
  async publish(@Ask() asked: Asked<Routes['publish']>): Promise<unknown> {
    const receipt = await this.rpc.publish<PublishReceipt>(asked.caller, publishText(asked));
    return { notificationId: receipt.notificationId, position: receipt.position, duplicate: receipt.duplicate };
  }

  @On(notificationRoutes.list)
  list(@Ask() { caller, query }: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(caller, 'subscriptions', 'notifications.list', query);
  }

  /** The routing decision is the router's, the deliveries are delivery's; the first is shown also while the second is away. */
  @On(notificationRoutes.get)
  async get(@Ask() { caller, params }: Asked<Routes['get']>): Promise<unknown> {
    const [notification, deliveries] = await Promise.all([
      this.rpc.ask<object>(caller, 'subscriptions', 'notifications.get', params),
      this.deliveriesOf(caller, params.id),
    ]);
    return withPayloadAsSpelled({ ...notification, ...deliveries });
  }

  private async deliveriesOf(caller: Caller, notificationId: string): Promise<object> {
    try {
      const input = { notificationId, limit: listLimitMax };
      const page = await this.rpc.ask<ListPage<unknown>>(caller, 'delivery', 'deliveries.list', input);
      return { deliveries: page.items, deliveriesComplete: page.nextCursor === null };
    } catch (error) {
      if (error instanceof AskFailed) return { deliveries: [], deliveriesComplete: false };
      throw error;
    }
  }
}

/** A payload that went through a parser has lost the spelling of its numbers; the router sends the text along. */
function withPayloadAsSpelled(members: Record<string, unknown>): unknown {
  const { payload, payloadText, ...others } = members;
  if (typeof payloadText !== 'string') return { ...others, ...(payload === undefined ? {} : { payload }) };
  return new JsonText(withTextMember(others, 'payload', payloadText));
}

/**
 * The request to the router, with the payload as it was spelled. A caller that names the request but not the notification gets an id
 * from that name, so that sending again after a lost answer finds the same notification and makes no second one.
 */
export function publishText({ body, bodyText, caller, idempotencyKey }: Asked<Routes['publish']>): string {
  const { payload: _, ...members } = body;
  const id = body.id ?? (idempotencyKey === null ? undefined : idOfKey(caller.keyId, idempotencyKey));
  const payload = memberText(bodyText, 'payload') ?? '{}';
  return withTextMember({ ...members, ...(id === undefined ? {} : { id }) }, 'payload', payload);
}

function idOfKey(keyId: string, idempotencyKey: string): string {
  return `idempotency-key:${createHash('sha256').update(`${keyId}\n${idempotencyKey}`).digest('hex').slice(0, 32)}`;
}
