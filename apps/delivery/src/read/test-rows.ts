import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';
import type { LastTest } from '@waybill/contracts/http/connectors';
import type { DataSource } from 'typeorm';
import type { ConnectorTested } from '../test-audit.js';

/** The last test of each connector that was ever tested while it was saved. */
export const testTables = [
  `create table connector_tests (
     connector_id text primary key, tenant text not null, at timestamptz not null, mode text not null, outcome text not null, reason text, by text not null)`,
];

export async function applyTests(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const last = new Map<string, FoldedEvent>();
  for (const event of events) {
    const { connectorId } = event.data as unknown as ConnectorTested;
    // A connector that is not saved has a stream of its own, which nobody looks for.
    if (event.type === 'ConnectorTested' && connectorId !== null) last.set(connectorId, event);
  }
  for (const [id, { tenant, at, data, meta }] of last) {
    const { notificationType, outcome, reason } = data as unknown as ConnectorTested;
    const mode = notificationType === null ? 'connection' : 'delivery';
    await client.query(
      `insert into connector_tests (connector_id, tenant, at, mode, outcome, reason, by) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (connector_id) do update set at = excluded.at, mode = excluded.mode, outcome = excluded.outcome, reason = excluded.reason, by = excluded.by`,
      [id, tenant, at, mode, outcome, reason, meta.actor],
    );
  }
}

/** Asks for the last tests of connectors of a tenant. */
export class LastTests {
  constructor(
    private readonly database: DataSource,
    /** Resolves when the read model has what is on the record. */
    private readonly current: () => Promise<unknown>,
  ) {}

  async of(tenant: string, ids: readonly string[]): Promise<({ connectorId: string } & LastTest)[]> {
    await this.current();
    const rows = await this.database.query<Row[]>(
      'select * from rm_deliveries.connector_tests where tenant = $1 and connector_id = any($2)',
      [tenant, ids],
    );
    return rows.map(({ connector_id: connectorId, at, mode, outcome, reason, by }) => ({
      connectorId,
      at: at.toISOString(),
      mode,
      outcome,
      reason,
      by,
    }));
  }
}

interface Row extends Pick<LastTest, 'mode' | 'outcome' | 'reason' | 'by'> {
  readonly connector_id: string;
  readonly at: Date;
}
