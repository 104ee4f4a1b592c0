import { z } from 'zod';
import { logNameSchema, positionSchema, timeSchema } from './fields.js';

/** What one `POST /v1/log/{log}/verify` walks at most; a longer range is checked piece by piece, or offline from an export. */
export const verifyEventsMax = 100_000;

/** Query of `GET /v1/log/{log}/proof`. */
export const proofQuerySchema = z.strictObject({
  position: z.int().min(1),
  /** Puts the entry of the event, whose hash is the leaf, into the `extra` line, so that the proof says by itself of what it is one. */
  entry: z.boolean().default(false),
});
/** Query of `GET /v1/log/{log}/consistency`: two sizes, the later one signed. */
export const consistencyQuerySchema = z.strictObject({ from: positionSchema, to: positionSchema.optional() });

/** The proof that the tree of `to` leaves extends the one of `from`: hashes in base64, in the order of RFC 9162. */
export const consistencySchema = z.looseObject({
  log: logNameSchema,
  from: positionSchema,
  to: positionSchema,
  fromRootHash: z.string(),
  toRootHash: z.string(),
  hashes: z.array(z.string()),
  /** The checkpoint of `to` when it was signed, otherwise the newest one. */
  checkpoint: z.string(),
});

/** Query of `GET /v1/log/{log}/export`: a range of positions or times, or what concerns one connector or notification. */
export const exportQuerySchema = z.strictObject({
  from: z.int().min(1).optional(),
  to: z.int().min(1).optional(),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  connectorId: z.string().max(64).optional(),
  notificationId: z.string().max(64).optional(),
  /** The size of a checkpoint that the auditor holds already: a proof that the log only grew since is added. */
  previous: positionSchema.optional(),
  /** `none` leaves the keys of payloads out: everything still verifies, nothing confidential can be read. */
  payloads: z.enum(['all', 'none']).default('all'),
});

export const verifyBodySchema = z.strictObject({
  from: z.int().min(1).default(1),
  /** The newest signed position when absent. */
  to: z.int().min(1).optional(),
});

/** What a walk over a log has found. */
export const verifiedSchema = z.looseObject({
  log: logNameSchema,
  verified: z.boolean(),
  from: positionSchema,
  to: positionSchema,
  /** Where to go on when there was more than one request may walk; null when `to` was reached. */
  nextFrom: positionSchema.nullable(),
  events: z.int(),
  firstBad: z.looseObject({ position: positionSchema.nullable(), reason: z.string() }).nullable(),
  checkpoint: z.string(),
});

/** Inputs of `log.leaves`, `log.recomputed`, `log.entries`, `log.positions` of every service that keeps a log. */
export const logLeavesInputSchema = z.strictObject({ after: positionSchema, limit: z.int().min(1).max(20_000) });
export const logRecomputedInputSchema = z.strictObject({ after: positionSchema, limit: z.int().min(1).max(1_000) });
export const logEntriesInputSchema = z.union([
  z.strictObject({
    after: positionSchema,
    upto: positionSchema,
    limit: z.int().min(1).max(1_000),
    keys: z.boolean(),
  }),
  /** Rising; those of one connector stand far apart. */
  z.strictObject({ positions: z.array(z.int().min(1)).min(1).max(1_000), keys: z.boolean() }),
]);
export const logPositionsInputSchema = z.union([
  z.strictObject({ streams: z.array(z.string().min(1).max(256)).max(5_000) }),
  z.strictObject({ at: timeSchema }),
]);
/** Input of `log.witness`: a checkpoint of another log, to be kept in this one. */
export const logWitnessInputSchema = z.strictObject({ checkpoint: z.string().min(1).max(4_096) });

/** Input of `log.newest-witness`: the newest checkpoint of that log which this one keeps. */
export const logNewestWitnessInputSchema = z.strictObject({ log: logNameSchema });
/** Input of `log.standing`: whether appends are let in, and by which checkpoint that was judged. */
export const logStandingInputSchema = z.strictObject({});

/** Answer of `log.standing`. */
export interface LogStanding {
  /** Why nothing may be appended; null when appends are let in. */
  readonly readOnly: string | null;
  /** The last time that the log was compared; null before the first. */
  readonly lookedAt: string | null;
  /** The newest checkpoint that was found, and who gave it: `notary`, `memory`, `registry-0` …; null when nobody had one. */
  readonly checkpoint: { readonly size: number; readonly from: string } | null;
  /** False where no key of the notary is configured, so that checkpoints are compared unsigned. */
  readonly keyed: boolean;
}

/** Inputs of the notary's calls. */
export const notaryLogInputSchema = z.strictObject({ log: logNameSchema });
export const notaryProofInputSchema = z.strictObject({ log: logNameSchema, position: z.int().min(1) });
export const notaryConsistencyInputSchema = z.strictObject({
  log: logNameSchema,
  from: positionSchema,
  to: positionSchema.optional(),
});
export const notaryRangeInputSchema = z.strictObject({
  log: logNameSchema,
  from: z.int().min(1),
  /** The newest signed position when absent, which is `head` where that comes to be signed in time. */
  to: positionSchema.optional(),
  head: positionSchema,
  previous: positionSchema.optional(),
});
export const notaryLeavesInputSchema = z.strictObject({
  log: logNameSchema,
  size: positionSchema,
  after: positionSchema,
  limit: z.int().min(1).max(20_000),
});
export const notaryInclusionInputSchema = z.strictObject({
  log: logNameSchema,
  size: positionSchema,
  positions: z.array(z.int().min(1)).max(500),
});
