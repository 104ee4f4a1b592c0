import type { Connector } from '../api/shapes';

/** What a page about a connector warns of. `at`: since when, or of a pause until when. */
export interface Trouble {
  readonly kind: 'failing' | 'paused' | 'given-up';
  readonly at: string;
  readonly reason: string | null;
  /** What the target, or the way to it, said last. */
  readonly said: string | null;
  readonly deliveryId: string | null;
}

/** The worst that is known against a connector; with delivery away, what its list knows. */
export function troubleOf({ banner, health, enabled }: Connector): Trouble | null {
  const { paused = null, failing = null, givenUp = null } = banner ?? {};
  if (givenUp !== null) return { kind: 'given-up', at: givenUp.at, ...shownBy(givenUp) };
  // One that was disabled sends nothing that could fail.
  if (!enabled) return null;
  if (failing !== null) return { kind: 'failing', at: failing.since, ...shownBy(failing) };
  if (paused !== null) return { kind: 'paused', at: paused.until, reason: paused.reason, said: null, deliveryId: null };
  if (health.failingSince === null) return null;
  return { kind: 'failing', at: health.failingSince, reason: health.because, said: null, deliveryId: null };
}

/** What `failing` and `givenUp` have in common. */
interface Shown {
  readonly reason: string;
  readonly deliveryId: string | null;
  readonly targetSaid: { readonly error: { readonly message: string } | null } | null;
}

function shownBy({ reason, deliveryId, targetSaid }: Shown): Pick<Trouble, 'reason' | 'said' | 'deliveryId'> {
  return { reason, said: targetSaid?.error?.message ?? null, deliveryId };
}
