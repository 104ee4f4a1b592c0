/** The right to do one thing for a while (`intake:default`, `reader:subscriptions-0`), by database time. */
export interface Lease {
  readonly name: string;
  /** The copy that holds it. */
  readonly owner: string;
  /** Raised at each takeover; `AppendRequest.fence` checks it, so that a holder who slept through its time writes nothing. */
  readonly epoch: number;
  /** Database time, milliseconds since 1970. */
  readonly untilMs: number;
}

export interface Leases {
  /** Takes the lease when nobody has it or its time is over; null while another holder (or another run of the same one) has it. */
  acquire(name: string, owner: string, ttlMs: number): Promise<Lease | null>;
  /** Makes it last `ttlMs` from now; null when it was lost, also when its time ran out and nobody took it. */
  renew(lease: Lease, ttlMs: number): Promise<Lease | null>;
  /**
   * As `renew` of many in one go, by name. Whatever is not in the answer was lost, or is just being checked by an append: `renew` says which.
   * For whoever holds hundreds: one by one they are as many commits.
   */
  renewAll(leases: readonly Lease[], ttlMs: number): Promise<ReadonlyMap<string, Lease>>;
  /** Gives it back, so that the next one need not wait for the end; quiet when it was already lost. */
  release(lease: Lease): Promise<void>;
}
