import { z } from 'zod';

/** RFC 9457, with the fields contract.md section 4 adds. What a caller can rely on is `code`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  code: z.string(),
  requestId: z.string().optional(),
  /** Only where waiting mends it; over HTTP the header `Retry-After` says the same. */
  retryAfterSeconds: z.number().int().min(1).optional(),
  /** Of a refused notification that is on the record: `/v1/why/{refusalId}` explains it. */
  refusalId: z.string().optional(),
  errors: z
    .array(
      z.object({
        pointer: z.string(),
        code: z.string(),
        message: z.string(),
        /** Only for faults inside a template's text; both count from 1. */
        line: z.number().int().optional(),
        column: z.number().int().optional(),
      }),
    )
    .optional(),
});

/** When asking again is sensible where nobody knows better: a service that restarts, or a queue that was full, is back by then. */
export const retryAfterSecondsUsual = 1;

export type Problem = z.infer<typeof problemSchema>;
export type ProblemError = NonNullable<Problem['errors']>[number];

/** Every rpc reply, to our own services and to any other client of NATS. */
export type RpcReply<T> = { ok: T } | { problem: Problem };
