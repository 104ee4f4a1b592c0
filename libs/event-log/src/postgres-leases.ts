import type { Lease, Leases } from './leases.js';
import type { Session } from './session.js';
import { statements } from './statement.js';

/** Leases in the log's own database and by its clock, so that an append can check one in its transaction. */
export class PostgresLeases implements Leases {
  constructor(private readonly session: Session) {}

  async acquire(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    const { rows } = await this.session.query(statements.acquireLease, [name, owner, ttlMs]);
    const [epoch, untilMs] = (rows[0] ?? []) as number[];
    return epoch === undefined || untilMs === undefined ? null : { name, owner, epoch, untilMs };
  }

  async renew(lease: Lease, ttlMs: number): Promise<Lease | null> {
    const { rows } = await this.session.query(statements.renewLease, [lease.name, lease.epoch, ttlMs]);
    const untilMs = rows[0]?.[0] as number | undefined;
    return untilMs === undefined ? null : { ...lease, untilMs };
  }

  async renewAll(leases: readonly Lease[], ttlMs: number): Promise<ReadonlyMap<string, Lease>> {
    if (leases.length === 0) return new Map();
    const names = leases.map(({ name }) => name);
    const epochs = leases.map(({ epoch }) => epoch);
    const { rows } = await this.session.query(statements.renewLeases, [names, epochs, ttlMs]);
    const until = new Map(rows as [string, number][]);
    return new Map(
      leases.flatMap((lease) => {
        const untilMs = until.get(lease.name);
        return untilMs === undefined ? [] : [[lease.name, { ...lease, untilMs }] as const];
      }),
    );
  }

  async release(lease: Lease): Promise<void> {
    await this.session.query(statements.releaseLease, [lease.name, lease.epoch]);
  }
}
