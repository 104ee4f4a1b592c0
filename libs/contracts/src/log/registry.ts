import { z } from 'zod';
import { scopeSchema } from '../http/api-keys.js';
import { targetIdSchema } from '../http/connector-configs.js';
import { templateSchema } from '../http/connectors.js';
import {
  apiKeyIdSchema,
  connectorIdSchema,
  jsonObjectSchema,
  notificationTypeSchema,
  tenantIdSchema,
} from '../http/fields.js';

/** The clear data of every event of `registry-0`, schema version 1. Reading leaves out members that are not known. */

/** That a secret is set, never its value. The fingerprint is keyed: equal values of one connector can be told, nothing else. */
export const secretMarkSchema = z.object({ fingerprint: z.string(), setAt: z.string(), setBy: z.string() });
export type SecretMark = z.infer<typeof secretMarkSchema>;

export const connectorLimitsFullSchema = z.object({
  maxConcurrent: z.int(),
  /** null: no bound. */
  maxPerSecond: z.number().nullable(),
  timeoutMs: z.int(),
  /** Waits before the second and later attempts; null: the plan of the deployment. */
  retryDelaysSeconds: z.array(z.number()).nullable(),
});
export type ConnectorLimits = z.infer<typeof connectorLimitsFullSchema>;

/** A connector as it is after the event: whoever mirrors connectors takes the last one and needs no history. */
export const connectorShapeSchema = z.object({
  connectorId: connectorIdSchema,
  name: z.string(),
  target: targetIdSchema,
  enabled: z.boolean(),
  config: jsonObjectSchema,
  /** By notification type; `generic` for any other. A type without one uses the target's default. */
  templates: z.record(z.string(), templateSchema),
  limits: connectorLimitsFullSchema,
  /** By name. The values are sealed and asked for with `connectors.sealed-secrets`. */
  secrets: z.record(z.string(), secretMarkSchema),
  /** Which sealed set belongs to this shape; 0 while there are no secrets. Grows, not always by one. */
  secretVersion: z.int(),
});
export type ConnectorShape = z.infer<typeof connectorShapeSchema>;

/** `changed`: the members of the shape that differ from before. */
export const connectorUpdatedSchema = connectorShapeSchema.extend({ changed: z.array(z.string()) });
/** `replaced` and `removed` name the secrets that are new or gone. */
export const connectorSecretsReplacedSchema = connectorShapeSchema.extend({
  replaced: z.array(z.string()),
  removed: z.array(z.string()),
});
export const connectorSwitchedSchema = z.object({
  connectorId: connectorIdSchema,
  reason: z.string().nullable(),
  /** Where it was given up in delivery's log, of a connector that delivery has had disabled for that. */
  givenUpPosition: z.int().optional(),
});
export const connectorDeletedSchema = z.object({ connectorId: connectorIdSchema });

export const tenantCreatedSchema = z.object({ tenantId: tenantIdSchema, name: z.string() });
export const apiKeyCreatedSchema = z.object({
  keyId: apiKeyIdSchema,
  name: z.string(),
  scopes: z.array(scopeSchema),
  /** Of the whole key text, hex. The key holds 256 random bits, so that a fast hash hides it. */
  sha256: z.string(),
  expiresAt: z.string().nullable(),
});
export const apiKeyRevokedSchema = z.object({ keyId: apiKeyIdSchema });
/** The type as it is after the event. */
export const notificationTypePutSchema = z.object({
  type: notificationTypeSchema,
  title: z.string(),
  schema: jsonObjectSchema.nullable(),
  sample: jsonObjectSchema.nullable(),
  /** A payload that does not fit the schema is refused instead of warned about. */
  strict: z.boolean(),
});

export const registryEventSchemas = {
  TenantCreated: tenantCreatedSchema,
  ApiKeyCreated: apiKeyCreatedSchema,
  ApiKeyRevoked: apiKeyRevokedSchema,
  NotificationTypePut: notificationTypePutSchema,
  ConnectorCreated: connectorShapeSchema,
  ConnectorUpdated: connectorUpdatedSchema,
  ConnectorSecretsReplaced: connectorSecretsReplacedSchema,
  ConnectorEnabled: connectorSwitchedSchema,
  ConnectorDisabled: connectorSwitchedSchema,
  ConnectorDeleted: connectorDeletedSchema,
} as const;

export type RegistryEventType = keyof typeof registryEventSchemas;
export type RegistryEvent = {
  [Type in RegistryEventType]: { readonly type: Type; readonly data: z.infer<(typeof registryEventSchemas)[Type]> };
}[RegistryEventType];

export const registryLog = 'registry-0';
