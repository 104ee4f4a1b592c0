/** What one attempt came to, in the words of design.md section 4. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly receipt: Receipt | null }
  | {
      readonly kind: 'refused';
      readonly retry: 'later' | 'never';
      /** A stable code out of `reasons.ts`, or one of egress. */
      readonly reason: string;
      /** Only with `later`: what the target asked for, at most 24 h. */
      readonly retryAfterMs?: number | undefined;
      /** The target says that this connector is at an end (410): disable it. */
      readonly disable?: boolean | undefined;
      /** What was reached before the refusal: mail recipients still open, a ticket that still waits for its transition. */
      readonly receipt?: Receipt | null;
    }
  /** The request may have arrived: reset or timeout after sending. A retry may be a duplicate, and the log says so. */
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** What was certain before the outcome became unknown, as above. */
      readonly receipt?: Receipt | null;
    };

/** What the target gave back to find the thing again: ticket key, dedup key, accepted recipients. No secret, no payload. */
export interface Receipt {
  readonly ticket?: string | undefined;
  readonly url?: string | undefined;
  /** What this target's room wants to know again at a later step or notification (issue id, sys_id, recipients still open). */
  readonly memory?: Readonly<Record<string, unknown>> | undefined;
}
