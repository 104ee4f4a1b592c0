import type { RegistryEvent } from '@waybill/contracts/log/registry';
import type { ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { ReadModel } from '@waybill/event-log/read-model';
import { type LiveModel, unknownEvent } from './live-model.js';
import { pageOf, textCursor } from './page.js';

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
  tables: [`create table tenants (tenant text primary key, shown jsonb not null)`],
  categories: ['tenant'],
  apply: async (client, events) => {
    const rows: TenantRow[] = [];
    for (const event of events) {
      const { type, data, at, meta } = event;
      if (type !== 'TenantCreated') throw unknownEvent(event);
      const { tenantId, name } = data as Extract<RegistryEvent, { type: 'TenantCreated' }>['data'];
      rows.push({ id: tenantId, name, createdAt: at, createdBy: meta.actor });
    }
    await client.query(
      `insert into tenants (tenant, shown) select * from unnest($1::text[], $2::jsonb[]) on conflict do nothing`,
      [rows.map(({ id }) => id), rows.map((row) => JSON.stringify(row))],
    );
  },
};

export class TenantList {
  constructor(private readonly model: LiveModel) {}

  async page({ limit, cursor }: { limit: number; cursor?: string | null | undefined }): Promise<ListPage<TenantRow>> {
    const found = await this.model.rows<{ shown: TenantRow }>(
      (schema) => `select shown from ${schema}.tenants where $1::text is null or tenant > $1 order by tenant limit $2`,
      [textCursor(cursor), limit + 1],
    );
    return pageOf(
      found.map(({ shown }) => shown),
      limit,
      ({ id }) => [id],
    );
  }

  /** Refuses `tenant_unknown`. */
  async get(tenant: string): Promise<TenantRow> {
    const [row] = await this.model.rows<{ shown: TenantRow }>(
      (schema) => `select shown from ${schema}.tenants where tenant = $1`,
      [tenant],
    );
    if (row === undefined) throw new Refused('tenant_unknown', `There is no tenant ${tenant}.`);
    return row.shown;
  }

  async ids(): Promise<string[]> {
    const rows = await this.model.rows<{ tenant: string }>(
      (schema) => `select tenant from ${schema}.tenants order by tenant`,
      [],
    );
    return rows.map(({ tenant }) => tenant);
  }

  reached(position: number): Promise<boolean> {
    return this.model.reached(position);
  }
}
