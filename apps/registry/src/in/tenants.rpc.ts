import { Controller, Inject } from '@nestjs/common';
import { tenantCreateSchema, tenantGetInputSchema, tenantListInputSchema } from '@waybill/contracts/http/tenants';
import type { EventLog } from '@waybill/event-log/log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { createKey } from '../handle-api-key.js';
import { createTenant } from '../handle-tenant.js';
import { NotificationStreams } from '../out/notification-streams.js';
import { PublisherAccess } from '../out/publisher-access.js';
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
    @Inject(PublisherAccess) private readonly access: PublisherAccess,
  ) {}

  /**
   * Makes the tenant, its stream, its first key and the key of its publishers, both shown once. Without NATS the stream follows as soon as NATS
   * is back; where the broker does not ask registry there is no key for publishers.
   */
  @Rpc('registry', 'tenants.create', tenantCreateSchema)
  async create(request: RpcRequest<z.output<typeof tenantCreateSchema>>): Promise<unknown> {
    const { id, name } = request.input;
    await createTenant(this.log, request, { id, name });
    const first = await createKey(this.log, request, id, { name: 'First key', scopes: ['admin'] });
    const publishers = this.access.isOpen
      ? await createKey(this.log, request, id, { name: 'Publishers', scopes: ['publish'] })
      : null;
    await this.streams.ensure(id);
    const { position } = publishers ?? first;
    await Promise.all([this.list.reached(position), this.keys.reached(position)]);
    const apiKey = await this.keys.get(id, first.keyId);
    const publisher = publishers && this.access.credentials(publishers.keyId, publishers.key);
    return {
      ...(await this.list.get(id)),
      apiKey: { ...apiKey, key: first.key },
      ...(publisher === null ? {} : { publisher }),
      position,
    };
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
