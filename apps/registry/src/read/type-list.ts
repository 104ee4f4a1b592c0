import type { NotificationTypeShape } from '@waybill/connector/notification-type';
import type { NotificationType } from '@waybill/contracts/http/notification-types';
import type { ListPage } from '@waybill/contracts/http/lists';
import type { BuiltInType } from '@waybill/contracts/notification-types/built-in-type';
import { Refused } from '@waybill/decider/decider';
import type { ReadModel } from '@waybill/event-log/read-model';
import { type LiveModel, unknownEvent } from './live-model.js';
import { pageOf, textCursor } from './page.js';

/** What tenants said of notification types, by name. */
export const typeList: ReadModel = {
  name: 'type_list',
  version: 1,
  tables: [
    `create table types (tenant text not null, type text not null, shown jsonb not null, primary key (tenant, type))`,
  ],
  categories: ['type'],
  apply: async (client, events) => {
    const rows = new Map<string, string[]>();
    for (const event of events) {
      if (event.type !== 'NotificationTypePut') throw unknownEvent(event);
      const { title, schema, sample, strict, type } = event.data as NotificationTypeShape;
      const shown = { type, title, schema, sample, strict };
      rows.set(event.stream, [event.tenant, type, JSON.stringify(shown)]);
    }
    const columns = [0, 1, 2].map((column) => [...rows.values()].map((row) => row[column]));
    await client.query(
      `insert into types (tenant, type, shown) select * from unnest($1::text[], $2::text[], $3::jsonb[])
       on conflict (tenant, type) do update set shown = excluded.shown`,
      columns,
    );
  },
};

/** What a PUT may leave out. */
export interface TypePut {
  readonly type: string;
  readonly title?: string | undefined;
  readonly schema?: Record<string, unknown> | null | undefined;
  readonly sample?: Record<string, unknown> | null | undefined;
  readonly strict?: boolean | undefined;
}

/** The built-in types of everybody, and over them what the tenant put. */
export class TypeList {
  private readonly builtIn: ReadonlyMap<string, NotificationType>;

  constructor(
    private readonly model: LiveModel,
    builtIn: readonly BuiltInType[],
  ) {
    this.builtIn = new Map(builtIn.map((type) => [type.type, { ...type }]));
  }

  /** Both kinds in the order of their names: few enough that nobody looks for the newest. */
  async page(
    tenant: string,
    { limit, cursor }: { limit: number; cursor?: string | null | undefined },
  ): Promise<ListPage<NotificationType>> {
    const after = textCursor(cursor) ?? '';
    const put = await this.model.rows<{ shown: NotificationType }>(
      (schema) =>
        `select shown from ${schema}.types where tenant = $1 and type collate "C" > $2 order by type collate "C" limit $3`,
      [tenant, after, limit + 1],
    );
    const own = new Set(put.map(({ shown }) => shown.type));
    const others = [...this.builtIn.values()].filter(({ type }) => type > after && !own.has(type));
    const merged = [...put.map(({ shown }) => shown), ...others].sort((one, other) => (one.type < other.type ? -1 : 1));
    return pageOf(merged.slice(0, limit + 1), limit, ({ type }) => [type]);
  }

  /** Refuses `type_unknown`: a type that nobody described can be published all the same. */
  async get(tenant: string, type: string): Promise<NotificationType> {
    const [row] = await this.model.rows<{ shown: NotificationType }>(
      (schema) => `select shown from ${schema}.types where tenant = $1 and type = $2`,
      [tenant, type],
    );
    const found = row?.shown ?? this.builtIn.get(type);
    if (found === undefined) throw new Refused('type_unknown', `Nobody has described the type ${type}.`);
    return found;
  }

  /** A PUT made whole: what it leaves out is as built in, or nothing. */
  completed({ type, title, schema, sample, strict }: TypePut): NotificationTypeShape {
    const builtIn = this.builtIn.get(type);
    return {
      type,
      title: title ?? builtIn?.title ?? type,
      schema: schema === undefined ? (builtIn?.schema ?? null) : schema,
      sample: sample === undefined ? (builtIn?.sample ?? null) : sample,
      strict: strict ?? false,
    };
  }

  reached(position: number): Promise<boolean> {
    return this.model.reached(position);
  }
}
