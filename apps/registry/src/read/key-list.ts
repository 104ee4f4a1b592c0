import type { RegistryEvent } from '@waybill/contracts/log/registry';
import type { Scope } from '@waybill/contracts/http/api-keys';
import type { ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import { categoryOf, type RecordedEvent } from '@waybill/event-log/log';
import type { ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
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
  tables: [
    `create table keys (key_id text primary key, tenant text not null, shown jsonb not null)`,
    `create index on keys (tenant, key_id desc)`,
  ],
  apply: async (client, events) => {
    for (const event of events.filter(({ stream }) => categoryOf(stream) === 'key')) await applyOne(client, event);
  },
};

async function applyOne(client: ReadModelClient, event: RecordedEvent): Promise<void> {
  switch (event.type) {
    case 'ApiKeyCreated': {
      const row = rowOf(event);
      const values = [row.id, row.tenant, JSON.stringify(row)];
      await client.query('insert into keys (key_id, tenant, shown) values ($1, $2, $3) on conflict do nothing', values);
      return;
    }
    case 'ApiKeyRevoked': {
      const { keyId } = event.data as Extract<RegistryEvent, { type: 'ApiKeyRevoked' }>['data'];
      const sql = `update keys set shown = shown || jsonb_build_object('revokedAt', $2::text) where key_id = $1`;
      await client.query(sql, [keyId, event.at]);
      return;
    }
    default:
      throw unknownEvent(event);
  }
}

function rowOf({ data, tenant, at, meta }: RecordedEvent): KeyRow {
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
