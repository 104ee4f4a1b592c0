/** Seconds before attempt 1, 2, 3 …: about 53 h in all (design.md section 5). */
export const retryDelaysSeconds: readonly number[] = [
  0, 5, 30, 120, 600, 1_800, 3_600, 7_200, 18_000, 36_000, 36_000, 86_400,
];

/** Retries of many deliveries that failed together must not arrive together: each delay is spread by this share both ways. */
export const jitterShare = 0.2;

/** A hostile or mistaken Retry-After must not park a delivery for a year. */
export const retryAfterMsMax = 24 * 3_600_000;

/** What somebody has to mend before the next attempt can go better: a certificate is not renewed within seconds (targets.md section 0). */
const slowReasons: ReadonlySet<string> = new Set(['tls_certificate_invalid']);

/** Seconds: no attempt after such a failure comes sooner by the plan of the house. */
export const slowDelaySeconds = 600;

export type NextTry = { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'give-up' };

/**
 * When to try again after `attemptsMade` attempts (from 1), or that it is over.
 * `random` is uniform in [0, 1) and comes from the caller; `delays` are the connector's own, where it has some: they hold whatever the
 * `reason` of the last attempt.
 * A target that names a time is believed up to `retryAfterMsMax`, and never tried earlier than the plan says.
 */
export function nextTry(
  attemptsMade: number,
  random: number,
  retryAfterMs: number | undefined,
  delays: readonly number[] | null = null,
  reason = '',
): NextTry {
  const planSeconds = (delays ?? retryDelaysSeconds)[attemptsMade];
  if (planSeconds === undefined) return { kind: 'give-up' };
  const delaySeconds =
    delays === null && slowReasons.has(reason) ? Math.max(planSeconds, slowDelaySeconds) : planSeconds;
  const spread = 1 + jitterShare * (2 * random - 1);
  const planned = Math.round(delaySeconds * 1_000 * spread);
  const asked = Math.min(Math.max(retryAfterMs ?? 0, 0), retryAfterMsMax);
  return { kind: 'retry', afterMs: Math.max(planned, asked) };
}
