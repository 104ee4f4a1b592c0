import { z } from 'zod';
import {
  configBytesMax,
  connectorConfigSchemas,
  type TargetId,
  targetIds,
  targetIdSchema,
} from './connector-configs.js';
import {
  connectorIdSchema,
  fitsIn,
  jsonObjectSchema,
  listLimitMax,
  nameSchema,
  notificationTypeSchema,
  reasonSchema,
  searchLengthMax,
  secretLengthMax,
  templateBodyLengthMax,
  tenantIdSchema,
  timeSchema,
  versionSchema,
} from './fields.js';
import { connectorBannerSchema } from './connector-banner.js';
import { listFields, listOf } from './lists.js';
import { momentSchema } from './moment.js';

export const secretsMax = 20;
export const templatesMax = 100;
export const maxConcurrentMax = 256;
export const maxPerSecondMax = 10_000;
export const timeoutMsMin = 100;
export const timeoutMsMax = 60_000;
export const retriesMax = 20;
/** A day: no target asks for more, and `Retry-After` is capped there too (design.md section 5). */
export const retryDelaySecondsMax = 86_400;

const secretName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/, 'must be the name of a secret of the target');
const secretValue = z.string().min(1).max(secretLengthMax);

const fewerThan = (max: number, what: string) =>
  [(value: object) => Object.keys(value).length <= max, `at most ${max} ${what}`] as const;

export const templateFormatSchema = z.enum(['json', 'jq']);
/** `body` is the template's source; what is wrong inside it is said with line and column by whoever compiles it. */
export const templateSchema = z.strictObject({
  format: templateFormatSchema,
  body: z.string().min(1).max(templateBodyLengthMax),
});
export type Template = z.infer<typeof templateSchema>;

export const connectorLimitsSchema = z.strictObject({
  maxConcurrent: z.int().min(1).max(maxConcurrentMax).optional(),
  maxPerSecond: z.number().positive().max(maxPerSecondMax).nullable().optional(),
  timeoutMs: z.int().min(timeoutMsMin).max(timeoutMsMax).optional(),
  retryDelaysSeconds: z
    .array(z.number().min(0).max(retryDelaySecondsMax))
    .max(retriesMax)
    .nullable()
    .optional()
    .describe(
      'Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits',
    ),
});

const writable = {
  name: nameSchema,
  enabled: z.boolean().optional(),
  secrets: z
    .record(secretName, secretValue)
    .refine(...fewerThan(secretsMax, 'secrets'))
    .optional()
    .describe('Values by name; sealed at once and never given back. `****` stands for the value that is set'),
  templates: z
    .record(notificationTypeSchema, templateSchema)
    .refine(...fewerThan(templatesMax, 'templates'))
    .optional()
    .describe('By notification type, `generic` for any other'),
  limits: connectorLimitsSchema.optional(),
};

function creatable(target: TargetId) {
  const shape = connectorConfigSchemas[target] as z.ZodObject<Record<never, never>, z.core.$loose>;
  const config = shape.refine(fitsIn(configBytesMax), `at most ${configBytesMax} bytes`);
  // A target that needs no setting needs no `config` either.
  const optional = shape.safeParse({}).success;
  return z.strictObject({ target: z.literal(target), config: optional ? config.optional() : config, ...writable });
}

type Creatable = ReturnType<typeof creatable>;

/** Body of `POST /v1/connectors`, input of `connectors.create`. */
export const connectorCreateSchema = z.discriminatedUnion(
  'target',
  targetIds.map(creatable) as [Creatable, ...Creatable[]],
);
export type ConnectorCreate = z.infer<typeof connectorCreateSchema>;

/** JSON merge patch (RFC 7396): null removes a member; a secret left out stays. The target of a connector never changes. */
export const connectorPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  enabled: z.boolean().optional(),
  config: jsonObjectSchema.refine(fitsIn(configBytesMax), `at most ${configBytesMax} bytes`).optional(),
  secrets: z
    .record(secretName, secretValue.nullable())
    .refine(...fewerThan(secretsMax, 'secrets'))
    .optional(),
  templates: z
    .record(notificationTypeSchema, templateSchema.partial().nullable())
    .refine(...fewerThan(templatesMax, 'templates'))
    .optional(),
  limits: z
    .strictObject({
      maxConcurrent: connectorLimitsSchema.shape.maxConcurrent.nullable(),
      maxPerSecond: connectorLimitsSchema.shape.maxPerSecond,
      timeoutMs: connectorLimitsSchema.shape.timeoutMs.nullable(),
      retryDelaysSeconds: connectorLimitsSchema.shape.retryDelaysSeconds,
    })
    .nullable()
    .optional(),
});
export type ConnectorPatch = z.infer<typeof connectorPatchSchema>;

export const connectorStatusSchema = z.enum(['healthy', 'failing', 'disabled']);

/** How its target is doing, as delivery hears it. All null for most. */
export const connectorHealthSchema = z.looseObject({
  failingSince: timeSchema.nullable().describe('Since when attempts fail; after five days it is disabled'),
  because: z.string().nullable().describe('Reason code of the failures'),
  pausedUntil: timeSchema.nullable().describe('The target asked for quiet (Retry-After): nothing is sent before'),
});
export type ConnectorHealth = z.infer<typeof connectorHealthSchema>;

/** Input of delivery's `connectors.health`: connectors of the tenant of which something is to be known, all of them without `ids`. */
export const connectorsHealthInputSchema = z.strictObject({
  ids: z.array(connectorIdSchema).max(listLimitMax).optional(),
});
export const connectorsHealthSchema = z.looseObject({
  items: z.array(connectorHealthSchema.extend({ connectorId: connectorIdSchema })),
});
export type ConnectorsHealth = z.infer<typeof connectorsHealthSchema>;

/** How the last test of a saved connector ended, as delivery has it on the record. */
export const lastTestSchema = z.looseObject({
  at: timeSchema,
  mode: z.enum(['delivery', 'connection']).describe('Whether something was sent, or only the connection was tested'),
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  reason: z.string().nullable(),
  by: z.string(),
});
export type LastTest = z.infer<typeof lastTestSchema>;

/** Input and answer of delivery's `connectors.tests`; those that were never tested are not in it. */
export const connectorsTestsInputSchema = z.strictObject({ ids: z.array(connectorIdSchema).max(listLimitMax) });
export const connectorsTestsSchema = z.looseObject({
  items: z.array(lastTestSchema.extend({ connectorId: connectorIdSchema })),
});
export type ConnectorsTests = z.infer<typeof connectorsTestsSchema>;

export const connectorSchema = z.looseObject({
  id: connectorIdSchema,
  tenant: tenantIdSchema,
  version: versionSchema,
  name: z.string(),
  target: targetIdSchema,
  enabled: z.boolean(),
  status: connectorStatusSchema,
  health: connectorHealthSchema,
  config: jsonObjectSchema,
  secrets: z.record(z.string(), z.looseObject({ set: z.literal(true), setAt: timeSchema, setBy: z.string() })),
  templates: z.record(z.string(), z.looseObject({ format: templateFormatSchema, body: z.string() })),
  limits: z.looseObject({
    maxConcurrent: z.number(),
    maxPerSecond: z.number().nullable(),
    timeoutMs: z.number(),
    retryDelaysSeconds: z.array(z.number()).nullable(),
  }),
  createdAt: timeSchema,
  createdBy: z.string(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
  disabledReason: z.string().nullable().optional(),
  banner: connectorBannerSchema
    .nullable()
    .optional()
    .describe('Of a single connector: what to warn of, in words; null where delivery did not answer'),
  lastTest: lastTestSchema.nullable().describe('null where nobody has tested it, or delivery did not answer'),
});
export type Connector = z.infer<typeof connectorSchema>;

/** Answer of a change. `generatedSecrets` holds what was made for the caller (a webhook's signing secret) and is shown this once. */
export const connectorWrittenSchema = connectorSchema.extend({
  position: z.int().optional(),
  propagated: z.boolean().optional().describe('false: delivery had not read the change within two seconds; it will'),
  generatedSecrets: z.record(z.string(), z.string()).optional(),
});

export const connectorListSchema = listOf(connectorSchema);

export const connectorFilterFields = {
  target: targetIdSchema.optional(),
  status: connectorStatusSchema.optional(),
  q: z.string().max(searchLengthMax).optional(),
  at: momentSchema
    .optional()
    .describe('As they were then, with those that were deleted since: a time, or a position of the log'),
};
export const connectorListInputSchema = z.strictObject({ ...listFields, ...connectorFilterFields });
/** `at`: as it was then. */
export const connectorGetInputSchema = z.strictObject({ id: connectorIdSchema, at: momentSchema.optional() });
export const connectorUpdateInputSchema = z.strictObject({
  id: connectorIdSchema,
  ifVersion: versionSchema,
  patch: connectorPatchSchema,
});
export const connectorDeleteInputSchema = z.strictObject({ id: connectorIdSchema, ifVersion: versionSchema });
export const connectorEnableInputSchema = z.strictObject({ id: connectorIdSchema, reason: reasonSchema.optional() });
/** `givenUpPosition` says for which `ConnectorGivenUp` of its log delivery asks: it may ask twice, and somebody may have enabled it in between. */
export const connectorDisableInputSchema = connectorEnableInputSchema.extend({
  givenUpPosition: z.int().min(1).optional(),
});
export const connectorHistoryInputSchema = z.strictObject({ id: connectorIdSchema, ...listFields });
/** Delivery asks this with a KEK of its own at hand; nobody else may. */
export const sealedSecretsInputSchema = z.strictObject({
  connectorId: connectorIdSchema,
  secretVersion: z.int().min(0),
});
