import { Controller, Inject } from '@nestjs/common';
import {
  cancelInputSchema,
  deliveryFacetsInputSchema,
  deliveryGetInputSchema,
  deliveryListInputSchema,
  redeliverInputSchema,
} from '@waybill/contracts/http/deliveries';
import type { DeliveryCommand } from '@waybill/delivery/decide';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { HandleDelivery } from '../handle-delivery.js';
import { DeliveryFacetCounts } from '../read/delivery-facets.js';
import { DeliveryList } from '../read/delivery-list.js';
import { deliveryView, eventsUntil, withHolds } from '../read/delivery-view.js';
import { HoldTimer } from './hold.timer.js';

/** The calls `deliveries.*` of this service's own API. */
@Controller()
export class DeliveriesRpc {
  constructor(
    @Inject(HandleDelivery) private readonly handle: HandleDelivery,
    @Inject(DeliveryList) private readonly list: DeliveryList,
    @Inject(DeliveryFacetCounts) private readonly counts: DeliveryFacetCounts,
    @Inject(HoldTimer) private readonly hold: HoldTimer,
  ) {}

  @Rpc('delivery', 'deliveries.list', deliveryListInputSchema)
  listDeliveries({ tenant, input }: RpcRequest<z.output<typeof deliveryListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  @Rpc('delivery', 'deliveries.facets', deliveryFacetsInputSchema)
  facets({ tenant, input }: RpcRequest<z.output<typeof deliveryFacetsInputSchema>>): Promise<unknown> {
    return this.counts.of(tenant, input);
  }

  /** With `at` the delivery as it was then: folded from its stream. */
  @Rpc('delivery', 'deliveries.get', deliveryGetInputSchema)
  async get({ tenant, input }: RpcRequest<z.output<typeof deliveryGetInputSchema>>): Promise<unknown> {
    const events = await this.handle.eventsOf(input.id);
    if (input.at !== undefined) return deliveryView(tenant, eventsUntil(events, input.at));
    await this.hold.learn(events);
    const delivery = withHolds(deliveryView(tenant, events), this.hold.onRecord);
    if (delivery.status !== 'pending') return delivery;
    const waitsFor = await this.list.firstBefore(input.id);
    return waitsFor === null ? delivery : { ...delivery, waitsFor };
  }

  @Rpc('delivery', 'deliveries.redeliver', redeliverInputSchema)
  redeliver(request: RpcRequest<z.output<typeof redeliverInputSchema>>): Promise<unknown> {
    const { mode, id } = request.input;
    return this.change(request, id, { type: 'Redeliver', mode, now: this.handle.now, jobId: null });
  }

  @Rpc('delivery', 'deliveries.cancel', cancelInputSchema)
  cancel(request: RpcRequest<z.output<typeof cancelInputSchema>>): Promise<unknown> {
    const { id, reason } = request.input;
    return this.change(request, id, {
      type: 'CancelDelivery',
      reason: reason ?? 'by_hand',
      now: this.handle.now,
    });
  }

  private async change({ tenant, actor }: RpcRequest<unknown>, id: string, command: DeliveryCommand): Promise<unknown> {
    const position = await this.handle.change(tenant, id, command, actor);
    return { ...deliveryView(tenant, await this.handle.eventsOf(id)), position };
  }
}
