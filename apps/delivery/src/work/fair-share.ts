/** Requests under way over all connectors: sockets, memory and the reach of a crash are bounded by it. */
export const inFlightMax = 2_048;
/** No tenant has more than half of it, however many of its targets hang. */
export const inFlightOfTenantMax = 1_024;

/** Who wants to send; a lane. */
export interface Sharer {
  readonly tenant: string;
  readonly host: string;
}

/**
 * The places for requests under way, shared fairly when they are scarce: turn by turn between tenants, within a tenant between
 * hosts, within a host between connectors, one request a turn. While there are places enough it is one comparison.
 */
export class FairShare<Lane extends Sharer> {
  private inFlight = 0;
  private readonly ofTenant = new Map<string, number>();
  /** Waiting lanes by tenant and host; the order of insertion is the order of the turns. */
  private readonly waiting = new Map<string, Map<string, Set<Lane>>>();

  constructor(
    private readonly max = inFlightMax,
    private readonly maxOfTenant = inFlightOfTenantMax,
  ) {}

  /** Takes a place; false when there is none, and then the lane waits for its turn (`next`). */
  take(lane: Lane): boolean {
    if (this.inFlight >= this.max || this.countOf(lane.tenant) >= this.maxOfTenant) {
      this.enqueue(lane);
      return false;
    }
    this.inFlight += 1;
    this.ofTenant.set(lane.tenant, this.countOf(lane.tenant) + 1);
    return true;
  }

  release({ tenant }: Sharer): void {
    this.inFlight -= 1;
    const left = this.countOf(tenant) - 1;
    if (left > 0) this.ofTenant.set(tenant, left);
    else this.ofTenant.delete(tenant);
  }

  /** The lane whose turn it is, if a place is free for it; it is no longer waiting then. */
  next(): Lane | null {
    if (this.waiting.size === 0 || this.inFlight >= this.max) return null;
    for (const [tenant, hosts] of this.waiting) {
      if (this.countOf(tenant) >= this.maxOfTenant) continue;
      const [host, lanes] = hosts.entries().next().value as [string, Set<Lane>];
      const [lane] = lanes as Set<Lane> & Iterable<Lane>;
      lanes.delete(lane as Lane);
      // Who had a turn goes to the end, on each level.
      hosts.delete(host);
      if (lanes.size > 0) hosts.set(host, lanes);
      this.waiting.delete(tenant);
      if (hosts.size > 0) this.waiting.set(tenant, hosts);
      return lane as Lane;
    }
    return null;
  }

  private enqueue(lane: Lane): void {
    const hosts = this.waiting.get(lane.tenant) ?? new Map<string, Set<Lane>>();
    this.waiting.set(lane.tenant, hosts);
    const lanes = hosts.get(lane.host) ?? new Set<Lane>();
    hosts.set(lane.host, lanes.add(lane));
  }

  private countOf(tenant: string): number {
    return this.ofTenant.get(tenant) ?? 0;
  }
}
