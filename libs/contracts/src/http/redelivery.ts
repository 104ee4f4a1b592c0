import { z } from 'zod';
import { deliveryFilterFields, redeliveryModeSchema } from './deliveries.js';
import { jobIdSchema, timeSchema } from './fields.js';
import { listFields, listOf } from './lists.js';

/**
 * Which deliveries; at least one condition, so that nobody sends everything again by leaving the filter out. What was suppressed is among
 * them only where `status` asks for it: it was held back on purpose.
 */
export const redeliveryFilterSchema = z
  .strictObject({ ...deliveryFilterFields })
  .refine((filter) => Object.keys(filter).length > 0, 'must hold at least one condition');

/** Body of `POST /v1/redeliveries`, input of `redeliveries.create`; with `dryRun` nothing is sent and the answer says what would be. */
export const redeliveriesBodySchema = z.strictObject({
  filter: redeliveryFilterSchema,
  mode: redeliveryModeSchema,
  dryRun: z.boolean().default(false),
});

export const redeliveryPreviewSchema = z.looseObject({
  dryRun: z.literal(true),
  total: z.int(),
  connectors: z.array(z.looseObject({ connectorId: z.string(), count: z.int() })),
  oldest: timeSchema.nullable().describe('When the oldest of them was accepted; null when there is none'),
  expectedSeconds: z
    .int()
    .describe(
      'How long the job would take at its own pace, which is below that of live traffic, and at the rates of its connectors',
    ),
  duplicateRisk: z
    .int()
    .describe('How many of them may have arrived already: delivered before, or an attempt with unknown outcome'),
});

export const jobStateSchema = z.enum(['running', 'paused', 'done', 'cancelled']);

export const jobSchema = z.looseObject({
  id: jobIdSchema,
  kind: z.string(),
  state: jobStateSchema,
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  skipped: z.int(),
  ratePerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  createdAt: timeSchema.optional(),
  createdBy: z.string().optional(),
});
export type Job = z.infer<typeof jobSchema>;

export const redeliveriesAnswerSchema = z.union([redeliveryPreviewSchema, jobSchema]);
export const jobInputSchema = z.strictObject({ id: jobIdSchema });

/** Query of `GET /v1/jobs`, input of `jobs.list`. */
export const jobListInputSchema = z.strictObject({ ...listFields, state: jobStateSchema.optional() });
export const jobListSchema = listOf(jobSchema);
