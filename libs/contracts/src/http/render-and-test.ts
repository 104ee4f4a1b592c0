import { z } from 'zod';
import { configBytesMax, targetIdSchema } from './connector-configs.js';
import { connectorCreateSchema, connectorPatchSchema, templateSchema } from './connectors.js';
import { outcomeSchema, responseSchema, timingsSchema } from './deliveries.js';
import { connectorIdSchema, fitsIn, jsonObjectSchema, notificationTypeSchema } from './fields.js';

const sample = {
  type: notificationTypeSchema,
  payload: jsonObjectSchema.optional().describe('The sample of the type when absent'),
};

/** Body of `POST /v1/render`, input of `render`: never sends. Without a template the target's default for the type is rendered. */
export const renderBodySchema = z.strictObject({
  target: targetIdSchema,
  config: jsonObjectSchema.refine(fitsIn(configBytesMax), `at most ${configBytesMax} bytes`).optional(),
  template: templateSchema.optional(),
  ...sample,
});

const sentRequestSchema = z.looseObject({
  method: z.string().optional(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
});

export const renderedSchema = z.looseObject({
  request: sentRequestSchema,
  missing: z.array(z.string()).describe('Paths of the template that the payload does not have'),
  warnings: z.array(z.string()),
});

const testMembers = {
  mode: z
    .enum(['delivery', 'connection'])
    .optional()
    .describe(
      '"delivery" (the default) really sends. "connection" only makes the harmless call of the target that shows whether address and credential are right; refused with `connection_test_none` where the target has none.',
    ),
  ...sample,
  type: notificationTypeSchema.optional().describe('Needed unless only the connection is tested'),
};
const hasType = { message: 'is required', path: ['type'] };
const needsType = ({ mode, type }: { mode?: string | undefined; type?: string | undefined }): boolean =>
  mode === 'connection' || type !== undefined;

const testUnsaved = z.strictObject({ connector: connectorCreateSchema, ...testMembers });
const testSaved = z.strictObject({ connector: connectorPatchSchema.optional(), ...testMembers });
/** Body of `POST /v1/connectors/test`: a connector as it would be created. */
export const testUnsavedBodySchema = testUnsaved.refine(needsType, hasType);
/** Body of `POST /v1/connectors/{id}/test`: the stored connector, with unsaved changes laid over it where there are some. */
export const testSavedBodySchema = testSaved.refine(needsType, hasType);
/** Input of `test`: one of the two above; the id says which. */
export const testInputSchema = z
  .union([testUnsaved, testSaved.extend({ id: connectorIdSchema })])
  .refine(needsType, hasType);

export const testResultSchema = z.looseObject({
  outcome: outcomeSchema,
  reason: z.string().nullable(),
  request: sentRequestSchema.nullable(),
  response: responseSchema.nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  timingsMs: timingsSchema,
});
