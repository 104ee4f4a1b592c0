import { Controller, Inject } from '@nestjs/common';
import { notificationGetInputSchema, notificationListInputSchema } from '@waybill/contracts/http/notifications';
import { explainThenInputSchema, refusalGetInputSchema } from '@waybill/contracts/http/why';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { ExplainedThenPages } from '../read/explained-then.js';
import { NotificationList } from '../read/notification-list.js';
import { notificationView } from '../read/notification-view.js';
import { refusalView } from '../read/refusal-view.js';
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

  @Rpc('subscriptions', 'refusals.get', refusalGetInputSchema)
  async refusal({ tenant, input }: RpcRequest<z.output<typeof refusalGetInputSchema>>): Promise<unknown> {
    const [event] = await this.router.eventLog.readStream(`refusal-${input.id}`, { limit: 1 });
    return refusalView(tenant, event);
  }
}
