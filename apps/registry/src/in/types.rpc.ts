import { Controller, Inject } from '@nestjs/common';
import {
  typeGetInputSchema,
  typeListInputSchema,
  typePutInputSchema,
} from '@waybill/contracts/http/notification-types';
import type { EventLog } from '@waybill/event-log/log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { putType } from '../handle-notification-type.js';
import { KnownTenants } from '../handle-tenant.js';
import { TypeList } from '../read/type-list.js';
import { eventLog } from '../tokens.js';

/** `waybill.v1.rpc.registry.<tenant>.types.*` */
@Controller()
export class TypesRpc {
  constructor(
    @Inject(eventLog) private readonly log: EventLog,
    @Inject(TypeList) private readonly list: TypeList,
    @Inject(KnownTenants) private readonly tenants: KnownTenants,
  ) {}

  @Rpc('registry', 'types.list', typeListInputSchema)
  page({ tenant, input }: RpcRequest<z.output<typeof typeListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  @Rpc('registry', 'types.get', typeGetInputSchema)
  get({ tenant, input }: RpcRequest<z.output<typeof typeGetInputSchema>>): Promise<unknown> {
    return this.list.get(tenant, input.type);
  }

  /** PUT: members left out fall back to what is built in, or to nothing. */
  @Rpc('registry', 'types.put', typePutInputSchema)
  async put(request: RpcRequest<z.output<typeof typePutInputSchema>>): Promise<unknown> {
    await this.tenants.assert(request.tenant);
    const { position } = await putType(this.log, request, this.list.completed(request.input));
    await this.list.reached(position);
    return { ...(await this.list.get(request.tenant, request.input.type)), position };
  }
}
