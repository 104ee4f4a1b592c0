import { timeoutMsMax } from './http/connectors.js';

/**
 * Added to the target's own time: rendering, waiting for a slot, writing the outcome down. Whoever dies in between leaves an attempt that
 * counts as lost only after this, so it is as short as a slow append allows; what cannot leave in time is given back before.
 */
export const deadlineSlackMs = 5_000;

/** An attempt that has begun is over after this, whatever its connector allows: whoever stops delivery waits for so long, or it is sent again. */
export const attemptMsMax = timeoutMsMax + deadlineSlackMs;
