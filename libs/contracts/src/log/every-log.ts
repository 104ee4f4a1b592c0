import { z } from 'zod';

/** The clear data of the events that every one of the three logs may hold, schema version 1. */
export const everyLogEventSchemas = {
  /** Keeps what the notary signed of another log; it belongs to no tenant. */
  CheckpointWitnessed: z.object({
    origin: z.string(),
    size: z.int(),
    rootHash: z.string(),
    checkpoint: z.string(),
  }),
  /** `subject` is the notification whose key was deleted. */
  PayloadShredded: z.object({ subject: z.string(), reason: z.string() }),
  /** Without a subject it is about everything of the tenant. */
  LegalHoldPlaced: z.object({ subject: z.string().nullable(), reason: z.string() }),
  LegalHoldReleased: z.object({ subject: z.string().nullable(), reason: z.string() }),
} as const;
