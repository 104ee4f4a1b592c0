import { setTimeout as wait } from 'node:timers/promises';
import type { Lease, Leases } from './leases.js';

export interface HoldLeaseOptions {
  readonly leases: Leases;
  /** What it is the right to: `intake:default`, `reader:subscriptions-0`. */
  readonly name: string;
  /** This copy. */
  readonly owner: string;
  /** How long others wait after a holder that died without a word; it is renewed three times as often. */
  readonly ttlMs: number;
  readonly signal: AbortSignal;
  /**
   * Does the work while the lease is held. Its signal aborts when the lease is lost or the outer one aborts; it must end then.
   * Appends carry `fence: { lease: lease.name, epoch: lease.epoch }`, which is what really keeps a late holder from writing.
   */
  readonly work: (lease: Lease, signal: AbortSignal) => Promise<void>;
  /** The lease could not be asked for, or the work failed; it is given back and tried again. */
  readonly onFault: (error: unknown) => void;
}

/** Waits for the lease, does the work while it lasts, and again, until the signal aborts; then gives the lease back. */
export async function holdLease(options: HoldLeaseOptions): Promise<void> {
  const { leases, name, owner, ttlMs, signal } = options;
  while (!signal.aborted) {
    try {
      const asked = performance.now();
      const lease = await leases.acquire(name, owner, ttlMs);
      if (lease !== null) await workUnder(lease, asked, options);
    } catch (error) {
      options.onFault(error);
    }
    await wait(ttlMs / 3, undefined, { signal }).catch(() => undefined);
  }
}

async function workUnder(lease: Lease, asked: number, options: HoldLeaseOptions): Promise<void> {
  const lost = new AbortController();
  const ended = new AbortController();
  const renewing = renewUntil(lease, asked + options.ttlMs, options, lost, ended.signal);
  try {
    await options.work(lease, AbortSignal.any([options.signal, lost.signal]));
  } finally {
    ended.abort();
    await renewing;
    await options.leases.release(lease);
  }
}

/** Counts the time from before each question, so that this holder never thinks that it has the lease longer than the database does. */
async function renewUntil(
  lease: Lease,
  until: number,
  options: HoldLeaseOptions,
  lost: AbortController,
  ended: AbortSignal,
): Promise<void> {
  let heldUntil = until;
  while (!ended.aborted && !lost.signal.aborted) {
    await wait(options.ttlMs / 3, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
    const asked = performance.now();
    try {
      if ((await options.leases.renew(lease, options.ttlMs)) === null) lost.abort();
      else heldUntil = asked + options.ttlMs;
    } catch (error) {
      // The database is away; as long as the time runs nobody else can have the lease either.
      options.onFault(error);
      if (performance.now() >= heldUntil) lost.abort();
    }
  }
}
