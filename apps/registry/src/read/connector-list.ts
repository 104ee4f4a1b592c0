import type { Connector } from '@waybill/contracts/http/connectors';
import type { ListPage } from '@waybill/contracts/http/lists';
import { categoryOf, type RecordedEvent } from '@waybill/event-log/log';
import type { ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import { type ConnectorsHealthOf, withHealth } from '../out/connectors-health.js';
import { type ConnectorStory, shown, told } from './connector-view.js';
import { likeText, type LiveModel } from './live-model.js';
import { pageOf, textCursor } from './page.js';

/** Connectors by tenant, newest first: ids are UUIDv7, so the order of ids is the order of creation. Deleted ones stay for who looks back. */
export const connectorList: ReadModel = {
  name: 'connector_list',
  version: 2,
  tables: [
    `create table connectors (
       connector_id text primary key, tenant text not null, target text not null, status text not null, name text not null,
       story jsonb not null, shown jsonb)`,
    `create index on connectors (tenant, connector_id desc)`,
  ],
  apply: async (client, events) => {
    const own = events.filter(({ stream }) => categoryOf(stream) === 'connector');
    if (own.length === 0) return;
    const stories = await storiesOf(client, own);
    for (const event of own) stories.set(idOf(event), told(stories.get(idOf(event)), event));
    for (const [id, story] of stories) await keep(client, id, story);
  },
};

interface Row {
  readonly connector_id: string;
  readonly story: ConnectorStory;
}

const idOf = ({ stream }: RecordedEvent): string => stream.slice('connector-'.length);

async function storiesOf(
  client: ReadModelClient,
  events: readonly RecordedEvent[],
): Promise<Map<string, ConnectorStory>> {
  const ids = [...new Set(events.map(idOf))];
  const { rows } = await client.query<Row>('select connector_id, story from connectors where connector_id = any($1)', [
    ids,
  ]);
  return new Map(rows.map(({ connector_id: id, story }) => [id, story]));
}

async function keep(client: ReadModelClient, id: string, story: ConnectorStory): Promise<void> {
  if (story.state.status !== 'present') {
    await client.query(`update connectors set status = 'deleted', story = $2, shown = null where connector_id = $1`, [
      id,
      JSON.stringify(story),
    ]);
    return;
  }
  const view = shown(story, story.state);
  await client.query(
    `insert into connectors (connector_id, tenant, target, status, name, story, shown) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (connector_id) do update set
       status = excluded.status, name = excluded.name, story = excluded.story, shown = excluded.shown`,
    [id, story.tenant, view.target, view.status, view.name, JSON.stringify(story), JSON.stringify(view)],
  );
}

export interface ConnectorQuery {
  readonly limit: number;
  readonly cursor?: string | null | undefined;
  readonly target?: string | undefined;
  readonly status?: string | undefined;
  /** Part of a name, in any case, or a whole id. */
  readonly q?: string | undefined;
}

export class ConnectorList {
  constructor(
    private readonly model: LiveModel,
    private readonly health: ConnectorsHealthOf,
  ) {}

  /** One page of a tenant's connectors, newest first; refuses a cursor that is not ours. */
  async page(tenant: string, { limit, cursor, target, status, q }: ConnectorQuery): Promise<ListPage<Connector>> {
    const known = await this.health.tenant(tenant);
    const failing = [...known].filter(([, { failingSince }]) => failingSince !== null).map(([id]) => id);
    const found = await this.model.rows<{ shown: Connector }>(pageSql, [
      tenant,
      textCursor(cursor),
      target ?? null,
      status === 'failing' ? 'healthy' : (status ?? null),
      likeText(q),
      q ?? null,
      limit + 1,
      failing,
      status === 'healthy' ? false : status === 'failing' ? true : null,
    ]);
    return pageOf(
      found.map(({ shown: view }) => withHealth(view, known)),
      limit,
      ({ id }) => [id],
    );
  }

  /** One page of the ids that a tenant ever had, newest first, with the cursor of the next page. */
  async everyId(
    tenant: string,
    { limit, cursor }: Pick<ConnectorQuery, 'limit' | 'cursor'>,
  ): Promise<ListPage<{ readonly id: string }>> {
    const found = await this.model.rows<{ id: string }>(
      (schema) => `
        select connector_id as id from ${schema}.connectors where tenant = $1 and ($2::text is null or connector_id < $2)
        order by connector_id desc limit $3`,
      [tenant, textCursor(cursor), limit + 1],
    );
    return pageOf(found, limit, ({ id }) => [id]);
  }

  reached(position: number): Promise<boolean> {
    return this.model.reached(position);
  }
}

/** What is enabled is kept as healthy; whether it is failing comes with the question ($8 and $9). */
const pageSql = (schema: string): string => `
  select shown from ${schema}.connectors
  where tenant = $1 and status <> 'deleted' and ($2::text is null or connector_id < $2) and ($3::text is null or target = $3)
    and ($4::text is null or status = $4) and ($5::text is null or name ilike $5 or connector_id = $6)
    and ($9::boolean is null or (connector_id = any($8::text[])) = $9)
  order by connector_id desc limit $7`;
