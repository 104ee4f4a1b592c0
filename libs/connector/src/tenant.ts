import type { RegistryEvent } from '@waybill/contracts/log/registry';
import { type Decider, Refused } from '@waybill/decider/decider';

export type TenantEvent = Extract<RegistryEvent, { type: `Tenant${string}` }>;

/** A tenant is made once and stays: its name is in subjects, streams and ids. */
export type Tenant =
  { readonly status: 'none' } | { readonly status: 'present'; readonly tenantId: string; readonly name: string };

export interface CreateTenant {
  readonly type: 'CreateTenant';
  readonly tenantId: string;
  readonly name: string;
}

export const tenantDecider: Decider<Tenant, CreateTenant, TenantEvent> = {
  initialState: { status: 'none' },
  decide: ({ tenantId, name }, state) => {
    if (state.status === 'present') throw new Refused('tenant_exists', `The tenant ${tenantId} exists already.`, '/id');
    return [{ type: 'TenantCreated', data: { tenantId, name } }];
  },
  evolve: (_state, { data }) => ({ status: 'present', tenantId: data.tenantId, name: data.name }),
};
