import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { commonConfig, port } from '@waybill/service-kit/config';

/** Everything the gateway reads from its environment; nothing else decides how it starts. */
export const gatewayConfig = z.object({
  ...commonConfig,
  WAYBILL_HTTP_PORT: port,
  /** In a container the callers come from outside: 0.0.0.0. */
  WAYBILL_HTTP_HOST: z.string().default('127.0.0.1'),
  /** The built console; a page that says that there is none is served where the folder does not exist. */
  WAYBILL_CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../console/dist', import.meta.url))),
  /** The tenant of the people who run the deployment: only its administrators make and see other tenants. */
  WAYBILL_HOME_TENANT: z.string().default('default'),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** Body of a request; a payload (256 KiB) with its envelope fits. */
export const bodyBytesMax = 512 * 1024;
/** Payload (32 deep) inside a body. */
export const bodyDepthMax = 40;
/** Node itself reads 16 KiB of headers at most. */
export const headersMax = 100;
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;
/** A connection that is over one of them is cut this much late at most. */
export const timeoutsLookedAtEveryMs = 1_000;
/** A claim of an Idempotency-Key or a session is found by its key: whoever waits longer hears that the database is away. */
export const queryTimeoutMs = 3_000;
export const requestsPerSocketMax = 1_000;
/** Requests under way at once; one more is answered 503 with Retry-After. Twice what one service works on. */
export const requestsMax = 512;

/**
 * Connections that wait to be accepted; the kernel's own bound is 4,096. With Node's 511 a flood's SYNs are dropped, and whoever is let in
 * next waits for their repetition, a second or three, instead of being told 503.
 */
export const listenBacklog = 4_096;

/** How long an answer by key is believed before the registry is asked again: a revoked key works at most this long. */
export const keyFreshMs = 4_000;
/** An unknown key is asked for again after this long; it may have been made a moment ago. */
export const keyRefusedMs = 1_000;
/** While the registry does not answer, keys it has confirmed before go on working for this long: nobody can be revoked then either. */
export const keyStaleMs = 600_000;
export const knownKeysMax = 10_000;

/** A browser that asks nothing for this long is signed out. */
export const sessionIdleSeconds = 2 * 3_600;
/** A session ends after this long in any case: a working day. */
export const sessionLifeSeconds = 12 * 3_600;
/** One more sign-in with the same key ends the session that was used longest ago. */
export const sessionsPerKeyMax = 100;

/** How long a change of a connector waits for delivery to have it (contract.md section 4). */
export const propagationTimeoutMs = 2_000;

export const liveClientsMax = 200;
export const liveHeartbeatMs = 15_000;
/** A reader that takes nothing for this long is let go; it resumes with `Last-Event-ID`. */
export const liveStalledMs = 30_000;
