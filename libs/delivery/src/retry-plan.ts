/** Seconds before attempt 1, 2, 3 …: about 53 h in all (design.md section 5). */
export const retryDelaysSeconds: readonly number[] = [
  0, 5, 30, 120, 600, 1_800, 3_600, 7_200, 18_000, 36_000, 36_000, 86_400,
];

/** Retries of many deliveries that failed together must not arrive together: each delay is spread by this share both ways. */
export const jitterShare = 0.2;

/** A hostile or mistaken Retry-After must not park a delivery for a year. */
export const retryAfterMsMax = 24 * 3_600_000;

export type NextTry = { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'give-up' };

/**
 * When to try again after `attemptsMade` attempts (from 1), or that it is over.
 * `random` is uniform in [0, 1) and comes from the caller; `delays` are the connector's own, where it has some.
 * A target that names a time is believed up to `retryAfterMsMax`, and never tried earlier than the plan says.
 */
export function nextTry(
  attemptsMade: number,
  random: number,
  retryAfterMs: number | undefined,
  delays: readonly number[] | null = null,
): NextTry {
  const plan = delays ?? retryDelaysSeconds;
  const delaySeconds = plan[attemptsMade];
  if (delaySeconds === undefined) return { kind: 'give-up' };
  const spread = 1 + jitterShare * (2 * random - 1);
  const planned = Math.round(delaySeconds * 1_000 * spread);
  const asked = Math.min(Math.max(retryAfterMs ?? 0, 0), retryAfterMsMax);
  return { kind: 'retry', afterMs: Math.max(planned, asked) };
}
