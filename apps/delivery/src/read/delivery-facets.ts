import type { DeliveryFacets } from '@waybill/contracts/http/deliveries';
import type { DataSource } from 'typeorm';
import { countSql, type CountedRow, type FacetColumn } from './delivery-count.js';
import { type Conditions, type DeliveryFilter, newestOf } from './delivery-filter.js';

/** What the explorer counts by; the names of the API and those of the columns. */
const columns = {
  status: 'status',
  type: 'type',
  connectorId: 'connector_id',
  subscriptionId: 'subscription_id',
} as const satisfies Record<string, FacetColumn>;
type FacetName = keyof typeof columns;
const names = Object.keys(columns) as FacetName[];

/** Where not all can be counted in time, the newest so many are: a page of a list of millions must not read them all. */
export const facetRowsMax = 10_000;
/** Choices of one facet that are shown; a person does not choose among more. */
const valuesMax = 50;

/** The counts beside the explorer's filters: what each choice would show, with the other filters as they are. */
export class DeliveryFacetCounts {
  constructor(private readonly database: DataSource) {}

  async of(tenant: string, filter: DeliveryFilter): Promise<DeliveryFacets> {
    // A facet that is chosen shows what the other choices would bring, so it is counted without its own filter.
    const chosen = names.filter((name) => filter[name] !== undefined);
    const asked: [DeliveryFilter, FacetName[]][] = [
      [filter, names.filter((name) => !chosen.includes(name))],
      ...chosen.map((name): [DeliveryFilter, FacetName[]] => [{ ...filter, [name]: undefined }, [name]]),
    ];
    const whole = await Promise.all(asked.map(([one, by]) => this.all(tenant, one, by)));
    // All of them are of the same deliveries: counts of everything beside counts of the newest would contradict each other.
    const isWhole = whole.every((one) => one !== null);
    const counted = isWhole ? whole : await Promise.all(asked.map(([one, by]) => this.newest(tenant, one, by)));
    const facets = Object.assign({}, ...counted.map((one) => one.facets)) as DeliveryFacets['facets'];
    const complete = isWhole || counted.every((one) => one.counted < facetRowsMax);
    return { counted: counted[0]?.counted ?? 0, complete, facets };
  }

  /** Null where it would take too long. */
  private async all(tenant: string, filter: DeliveryFilter, by: readonly FacetName[]): Promise<Counted | null> {
    const count = countSql(tenant, filter, by.map((name) => columns[name])); // prettier-ignore
    if (count === null) return null;
    const rows = await this.database.query<(CountedRow & Row)[]>(count.sql, count.values);
    return rows.some((row) => row.is_too_much) ? null : countedOf(rows, by);
  }

  private async newest(tenant: string, filter: DeliveryFilter, by: readonly FacetName[]): Promise<Counted> {
    const { sql, values }: Conditions = newestOf(tenant, filter, facetRowsMax);
    const listed = by.map((name) => columns[name]);
    const sets = ['()', ...listed.map((column) => `(${column})`)].join(', ');
    const shown = ['count(*)', ...listed, ...listed.map((column) => `grouping(${column}) as by_${column}`)].join(', ');
    const rows = await this.database.query<Row[]>(
      `select ${shown} from (select * from ${sql} found limit ${facetRowsMax}) counted
       group by grouping sets (${sets}) order by ${['count(*) desc', ...listed].join(', ')}`,
      values,
    );
    return countedOf(rows, by);
  }
}

interface Counted {
  readonly counted: number;
  readonly facets: Partial<DeliveryFacets['facets']>;
}

/** One group: the columns of the other groupings are null, and `by_…` is 0 for the one that it is grouped by. */
type Row = Record<string, unknown> & { readonly count: string | null };

function countedOf(rows: readonly Row[], by: readonly FacetName[]): Counted {
  const total = rows.find((row) => by.every((name) => row[`by_${columns[name]}`] === 1));
  const facets = Object.fromEntries(
    by.map((name) => [
      name,
      rows
        .filter((row) => row[`by_${columns[name]}`] === 0 && Number(row.count) > 0)
        .slice(0, valuesMax)
        .map(valueOf(name)),
    ]),
  );
  return { counted: Number(total?.count ?? 0), facets };
}

const valueOf =
  (name: FacetName) =>
  (row: Row): { value: string; count: number } => ({ value: String(row[columns[name]]), count: Number(row.count) });
