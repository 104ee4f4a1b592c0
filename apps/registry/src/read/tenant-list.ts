import type { RegistryEvent } from '@waybill/contracts/log/registry';
import type { ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import { pageOf, textCursor } from './page.js';
import type { LiveModel, ReadModel } from './read-model.js';

/** What contract.md shows of a tenant. */
export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** All tenants, in the order of their names on the wire. */
export const tenantList: ReadModel = {
  name: 'tenant_list',
  version: 1,
  tables: (schema) => [`create table ${schema}.tenants (tenant text primary key, shown jsonb not null)`],
  take: async (rows, schema, events) => {
    for (const { type, data, at, meta } of events) {
      if (type !== 'TenantCreated') continue;
      const { tenantId, name } = data as Extract<RegistryEvent, { type: 'TenantCreated' }>['data'];
      const row: TenantRow = { id: tenantId, name, createdAt: at, createdBy: meta.actor };
      await rows(`insert into ${schema}.tenants (tenant, shown) values ($1, $2) on conflict do nothing`, [tenantId, JSON.stringify(row)]);
    }
  },
};

export class TenantList {
  constructor(private readonly model: LiveModel) {}

  async page({ limit, cursor }: { limit: number; cursor?: string | null | undefined }): Promise<ListPage<TenantRow>> {
    const found = await this.model.rows<{ shown: TenantRow }>(
      (schema) => `select shown from ${schema}.tenants where $1::text is null or tenant > $1 order by tenant limit $2`,
      [textCursor(cursor), limit + 1],
    );
    return pageOf(found.map(({ shown }) => shown), limit, ({ id }) => [id]);
  }

  /** Refuses `tenant_unknown`. */
  async get(tenant: string): Promise<TenantRow> {
    const [row] = await this.model.rows<{ shown: TenantRow }>((schema) => `select shown from ${schema}.tenants where tenant = $1`, [tenant]);
    if (row === undefined) throw new Refused('tenant_unknown', `There is no tenant ${tenant}.`);
    return row.shown;
  }

  async ids(): Promise<string[]> {
    const rows = await this.model.rows<{ tenant: string }>((schema) => `select tenant from ${schema}.tenants order by tenant`, []);
    return rows.map(({ tenant }) => tenant);
  }

  reached(position: number): Promise<boolean> {
    return this.model.reached(position);
  }
}
