import type { Connector } from '@waybill/contracts/http/connectors';
import type { ListPage } from '@waybill/contracts/http/lists';
import type { FoldedEvent, ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import { type ConnectorsHealthOf, withHealth } from '../out/connectors-health.js';
import { type ConnectorStory, shown, told } from './connector-view.js';
import { likeText, type LiveModel } from './live-model.js';
import { pageOf, textCursor } from './page.js';

/** Connectors by tenant, newest first: ids are UUIDv7, so the order of ids is the order of creation. Deleted ones stay for who looks back. */
export const connectorList: ReadModel = {
  name: 'connector_list',
  version: 3,
  tables: [
    `create table connectors (
       connector_id text primary key, tenant text not null, target text not null, status text not null, name text not null,
       story jsonb not null, shown jsonb)`,
  ],
  indexes: [`create index on connectors (tenant, connector_id desc)`],
  categories: ['connector'],
  apply: async (client, events) => {
    const stories = await storiesOf(client, events);
    const present = new Map<string, ConnectorStory>();
    const gone = new Map<string, ConnectorStory>();
    for (const event of events) {
      const story = told(stories.get(idOf(event)), event);
      stories.set(idOf(event), story);
      (story.state.status === 'present' ? present : gone).set(idOf(event), story);
    }
    // One that is made and deleted in the same batch stays to be seen too.
    await keep(client, present);
    if (gone.size > 0)
      await client.query(goneSql, [[...gone.keys()], [...gone.values()].map((story) => JSON.stringify(story))]);
  },
};

interface Row {
  readonly connector_id: string;
  readonly story: ConnectorStory;
}

const idOf = ({ stream }: FoldedEvent): string => stream.slice('connector-'.length);

async function storiesOf(
  client: ReadModelClient,
  events: readonly FoldedEvent[],
): Promise<Map<string, ConnectorStory>> {
  const ids = [...new Set(events.map(idOf))];
  const { rows } = await client.query<Row>('select connector_id, story from connectors where connector_id = any($1)', [
    ids,
  ]);
  return new Map(rows.map(({ connector_id: id, story }) => [id, story]));
}

async function keep(client: ReadModelClient, stories: ReadonlyMap<string, ConnectorStory>): Promise<void> {
  const rows: unknown[][] = [];
  for (const [id, story] of stories) {
    if (story.state.status !== 'present') continue;
    const view = shown(story, story.state);
    rows.push([id, story.tenant, view.target, view.status, view.name, JSON.stringify(story), JSON.stringify(view)]);
  }
  if (rows.length > 0)
    await client.query(
      keepSql,
      [0, 1, 2, 3, 4, 5, 6].map((column) => rows.map((row) => row[column])),
    );
}

const goneSql = `
  update connectors set status = 'deleted', story = n.story, shown = null
  from unnest($1::text[], $2::jsonb[]) n (id, story) where connector_id = n.id`;

const keepSql = `
  insert into connectors (connector_id, tenant, target, status, name, story, shown)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[])
  on conflict (connector_id) do update set
    status = excluded.status, name = excluded.name, story = excluded.story, shown = excluded.shown`;

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
    const page = pageOf(
      found.map(({ shown: view }) => withHealth(view, known)),
      limit,
      ({ id }) => [id],
    );
    return { ...page, items: [...(await this.health.withTests(tenant, page.items))] };
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
