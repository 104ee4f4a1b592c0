import { Controller, Inject } from '@nestjs/common';
import {
  apiKeyCreateSchema,
  apiKeyListInputSchema,
  apiKeyRevokeInputSchema,
  apiKeyVerifyInputSchema,
  type Principal,
} from '@waybill/contracts/http/api-keys';
import type { EventLog } from '@waybill/event-log/log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { createKey, revokeKey, verifyKey } from '../handle-api-key.js';
import { KnownTenants } from '../handle-tenant.js';
import { KeyList } from '../read/key-list.js';
import { eventLog } from '../tokens.js';

/** `waybill.v1.rpc.registry.<tenant>.keys.*`; only `verify` belongs to no tenant, because its answer is the tenant. */
@Controller()
export class KeysRpc {
  constructor(
    @Inject(eventLog) private readonly log: EventLog,
    @Inject(KeyList) private readonly list: KeyList,
    @Inject(KnownTenants) private readonly tenants: KnownTenants,
  ) {}

  @Rpc('registry', 'keys.create', apiKeyCreateSchema)
  async create(request: RpcRequest<z.output<typeof apiKeyCreateSchema>>): Promise<unknown> {
    await this.tenants.assert(request.tenant);
    const { key, keyId, position } = await createKey(this.log, request, request.tenant, request.input);
    await this.list.reached(position);
    return { ...(await this.list.get(request.tenant, keyId)), key, position };
  }

  @Rpc('registry', 'keys.list', apiKeyListInputSchema)
  page({ tenant, input }: RpcRequest<z.output<typeof apiKeyListInputSchema>>): Promise<unknown> {
    return this.list.page(tenant, input);
  }

  @Rpc('registry', 'keys.revoke', apiKeyRevokeInputSchema)
  async revoke(request: RpcRequest<z.output<typeof apiKeyRevokeInputSchema>>): Promise<unknown> {
    const { id } = request.input;
    const { position } = await revokeKey(this.log, request, request.tenant, id);
    await this.list.reached(position);
    return { ...(await this.list.get(request.tenant, id)), position };
  }

  @Rpc('registry', 'keys.verify', apiKeyVerifyInputSchema)
  verify({ input }: RpcRequest<z.output<typeof apiKeyVerifyInputSchema>>): Promise<Principal> {
    return verifyKey(this.log, input.keyId, input.sha256);
  }
}
