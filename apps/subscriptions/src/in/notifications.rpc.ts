import { Controller, Inject } from '@nestjs/common';
import { notificationGetInputSchema, notificationListInputSchema } from '@waybill/contracts/http/notifications';
import { explainThenInputSchema, refusalGetInputSchema, refusalRecordInputSchema } from '@waybill/contracts/http/why';
import { publishSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { newId } from '@waybill/service-kit/ids';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { ExplainedThenPages } from '../read/explained-then.js';
import { NotificationList } from '../read/notification-list.js';
import { notificationView } from '../read/notification-view.js';
import { refusalView } from '../read/refusal-view.js';
import { refusalRecord } from '../routing/decide-notification.js';
import { Router } from '../routing/router.js';

/** What was recorded: the calls `notifications.*` and `refusals.*`. */
@Controller()
export class NotificationsRpc {
  constructor(
    @Inject(Router) private readonly router: Router,
    @Inject(NotificationList) private readonly list: NotificationList,
    @Inject(ExplainedThenPages) private readonly explained: ExplainedThenPages,
  ) {}

  @Rpc('subscriptions', 'notifications.list', notificationListInputSchema)
  listNotifications({ tenant, input }: RpcRequest<z.output<typeof notificationListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  @Rpc('subscriptions', 'notifications.get', notificationGetInputSchema)
  async get({ tenant, input }: RpcRequest<z.output<typeof notificationGetInputSchema>>): Promise<unknown> {
    const [event] = await this.router.eventLog.readStream(`notification-${input.id}`, { limit: 1 });
    return notificationView(tenant, event);
  }

  @Rpc('subscriptions', 'notifications.explain', explainThenInputSchema)
  explain({ tenant, input }: RpcRequest<z.output<typeof explainThenInputSchema>>): Promise<unknown> {
    return this.explained.page(tenant, input.id, input.cursor);
  }

  /** A publish by HTTP whose body the gateway could not read: on the record like what is refused here. */
  @Rpc('subscriptions', 'refusals.record', refusalRecordInputSchema)
  async recordRefusal(request: RpcRequest<z.output<typeof refusalRecordInputSchema>>): Promise<unknown> {
    const { tenant, actor, input } = request;
    const refusalId = newId('ref');
    const refused = new Refused(input.code, input.detail, input.pointer ?? undefined);
    const { append } = refusalRecord(
      {
        via: 'request',
        tenant,
        type: null,
        subject: publishSubject(tenant),
        actor,
        body: { length: input.bytes },
        header: () => '',
      },
      refused,
      refusalId,
    );
    await this.router.eventLog.append({ streams: [append] });
    return { refusalId };
  }

  @Rpc('subscriptions', 'refusals.get', refusalGetInputSchema)
  async refusal({ tenant, input }: RpcRequest<z.output<typeof refusalGetInputSchema>>): Promise<unknown> {
    const [event] = await this.router.eventLog.readStream(`refusal-${input.id}`, { limit: 1 });
    return refusalView(tenant, event);
  }
}
