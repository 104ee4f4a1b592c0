import { Controller, Inject } from '@nestjs/common';
import { tenantCreateSchema, tenantGetInputSchema, tenantListInputSchema } from '@waybill/contracts/http/tenants';
import type { EventLog } from '@waybill/event-log/log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { createKey } from '../handle-api-key.js';
import { createTenant } from '../handle-tenant.js';
import { NotificationStreams } from '../out/notification-streams.js';
import { KeyList } from '../read/key-list.js';
import { TenantList } from '../read/tenant-list.js';
import { eventLog } from '../tokens.js';

/** `waybill.v1.rpc.registry._.tenants.*` */
@Controller()
export class TenantsRpc {
  constructor(
    @Inject(eventLog) private readonly log: EventLog,
    @Inject(TenantList) private readonly list: TenantList,
    @Inject(KeyList) private readonly keys: KeyList,
    @Inject(NotificationStreams) private readonly streams: NotificationStreams,
  ) {}

  /** Makes the tenant, its stream and its first key, which is shown once. Without NATS the stream follows as soon as NATS is back. */
  @Rpc('registry', 'tenants.create', tenantCreateSchema)
  async create(request: RpcRequest<z.output<typeof tenantCreateSchema>>): Promise<unknown> {
    const { id, name } = request.input;
    await createTenant(this.log, request, { id, name });
    const first = await createKey(this.log, request, id, { name: 'First key', scopes: ['admin'] });
    await this.streams.ensure(id);
    await Promise.all([this.list.reached(first.position), this.keys.reached(first.position)]);
    const apiKey = await this.keys.get(id, first.keyId);
    return { ...(await this.list.get(id)), apiKey: { ...apiKey, key: first.key }, position: first.position };
  }

  @Rpc('registry', 'tenants.list', tenantListInputSchema)
  page({ input }: RpcRequest<z.output<typeof tenantListInputSchema>>): Promise<unknown> {
    return this.list.page(input);
  }

  @Rpc('registry', 'tenants.get', tenantGetInputSchema)
  get({ input }: RpcRequest<z.output<typeof tenantGetInputSchema>>): Promise<unknown> {
    return this.list.get(input.id);
  }
}
