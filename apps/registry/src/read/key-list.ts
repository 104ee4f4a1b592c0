import type { RegistryEvent } from '@waybill/contracts/log/registry';
import type { Scope } from '@waybill/contracts/http/api-keys';
import type { ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { FoldedEvent, ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import { type LiveModel, unknownEvent } from './live-model.js';
import { pageOf, textCursor } from './page.js';

/** What contract.md shows of a key; never the hash. */
export interface KeyRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** Keys by tenant, newest first; revoked ones stay to be seen. */
export const keyList: ReadModel = {
  name: 'key_list',
  version: 1,
  tables: [`create table keys (key_id text primary key, tenant text not null, shown jsonb not null)`],
  indexes: [`create index on keys (tenant, key_id desc)`],
  categories: ['key'],
  apply,
};

async function apply(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const created: KeyRow[] = [];
  const revoked = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'ApiKeyCreated') created.push(rowOf(event));
    else if (event.type === 'ApiKeyRevoked')
      revoked.set((event.data as Extract<RegistryEvent, { type: 'ApiKeyRevoked' }>['data']).keyId, event.at);
    else throw unknownEvent(event);
  }
  if (created.length > 0)
    await client.query(createdSql, [
      created.map(({ id }) => id),
      created.map(({ tenant }) => tenant),
      created.map((row) => JSON.stringify(row)),
    ]);
  if (revoked.size > 0) await client.query(revokedSql, [[...revoked.keys()], [...revoked.values()]]);
}

const createdSql = `
  insert into keys (key_id, tenant, shown) select * from unnest($1::text[], $2::text[], $3::jsonb[]) on conflict do nothing`;

const revokedSql = `
  update keys set shown = shown || jsonb_build_object('revokedAt', n.at)
  from unnest($1::text[], $2::text[]) n (key_id, at) where keys.key_id = n.key_id`;

function rowOf({ data, tenant, at, meta }: FoldedEvent): KeyRow {
  const { keyId, name, scopes, expiresAt } = data as Extract<RegistryEvent, { type: 'ApiKeyCreated' }>['data'];
  return { id: keyId, tenant, name, scopes, createdAt: at, createdBy: meta.actor, expiresAt, revokedAt: null };
}

export class KeyList {
  constructor(private readonly model: LiveModel) {}

  async page(
    tenant: string,
    { limit, cursor }: { limit: number; cursor?: string | null | undefined },
  ): Promise<ListPage<KeyRow>> {
    const found = await this.model.rows<{ shown: KeyRow }>(
      (schema) => `
        select shown from ${schema}.keys where tenant = $1 and ($2::text is null or key_id < $2) order by key_id desc limit $3`,
      [tenant, textCursor(cursor), limit + 1],
    );
    return pageOf(
      found.map(({ shown }) => shown),
      limit,
      ({ id }) => [id],
    );
  }

  /** Refuses `not_found`, also for a key of another tenant. */
  async get(tenant: string, keyId: string): Promise<KeyRow> {
    const [row] = await this.model.rows<{ shown: KeyRow }>(
      (schema) => `select shown from ${schema}.keys where tenant = $1 and key_id = $2`,
      [tenant, keyId],
    );
    if (row === undefined) throw new Refused('not_found', 'There is no such API key.');
    return row.shown;
  }

  reached(position: number): Promise<boolean> {
    return this.model.reached(position);
  }
}
