import { Controller, Inject } from '@nestjs/common';
import { notificationGetInputSchema, notificationListInputSchema } from '@waybill/contracts/http/notifications';
import { suppressedInputSchema } from '@waybill/contracts/http/stats';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { NotificationList } from '../read/notification-list.js';
import { notificationView } from '../read/notification-view.js';
import { Router } from '../routing/router.js';

/** What was recorded: the calls `notifications.*`. */
@Controller()
export class NotificationsRpc {
  constructor(
    @Inject(Router) private readonly router: Router,
    @Inject(NotificationList) private readonly list: NotificationList,
  ) {}

  @Rpc('subscriptions', 'notifications.list', notificationListInputSchema)
  listNotifications({ tenant, input }: RpcRequest<z.output<typeof notificationListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  /** For the figures of `GET /v1/stats`. */
  @Rpc('subscriptions', 'notifications.suppressed', suppressedInputSchema)
  async suppressed({ tenant, input }: RpcRequest<z.output<typeof suppressedInputSchema>>): Promise<unknown> {
    return { suppressed: await this.list.suppressed(tenant, input) };
  }

  @Rpc('subscriptions', 'notifications.get', notificationGetInputSchema)
  async get({ tenant, input }: RpcRequest<z.output<typeof notificationGetInputSchema>>): Promise<unknown> {
    const [event] = await this.router.eventLog.readStream(`notification-${input.id}`, { limit: 1 });
    return notificationView(tenant, event);
  }
}
