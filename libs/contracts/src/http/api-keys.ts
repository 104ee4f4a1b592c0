import { z } from 'zod';
import { apiKeyIdSchema, nameSchema, positionSchema, tenantIdSchema, timeSchema } from './fields.js';
import { listFields, listOf } from './lists.js';

/** `admin` implies all others and is the only one that may make tenants and keys. */
export const scopes = ['publish', 'read', 'manage', 'redeliver', 'audit', 'admin'] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = (typeof scopes)[number];

/** Body of `POST /v1/api-keys`, input of `keys.create`. */
export const apiKeyCreateSchema = z.strictObject({
  name: nameSchema,
  scopes: z
    .array(scopeSchema)
    .min(1)
    .max(scopes.length)
    .refine((list) => new Set(list).size === list.length, 'must not name a scope twice'),
  expiresAt: timeSchema.nullable().optional(),
});

export const apiKeySchema = z.looseObject({
  id: apiKeyIdSchema,
  tenant: tenantIdSchema.optional(),
  name: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: timeSchema,
  createdBy: z.string(),
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
});

/** The only answer that holds the key. */
export const apiKeyCreatedSchema = apiKeySchema.extend({
  key: z.string().optional().describe('Shown once; absent in a replay by Idempotency-Key'),
  position: positionSchema.optional(),
});
export const apiKeyListSchema = listOf(apiKeySchema);
export const apiKeyListInputSchema = z.strictObject(listFields);
/** Input of `keys.revoke`. */
export const apiKeyRevokeInputSchema = z.strictObject({ id: apiKeyIdSchema });

/** Input of `keys.verify`: the SHA-256 (hex) of the whole key text, so that a key never travels on the bus. */
export const apiKeyVerifyInputSchema = z.strictObject({
  keyId: apiKeyIdSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Answer of `keys.verify` to a live key; anything else is the problem `unauthorized`. */
export const principalSchema = z.looseObject({
  tenant: tenantIdSchema,
  keyId: apiKeyIdSchema,
  scopes: z.array(scopeSchema),
  expiresAt: timeSchema.nullable().optional(),
});
export type Principal = z.infer<typeof principalSchema>;

export const apiKeySecretLength = 43;
const keyText = new RegExp(`^wb_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9]{${apiKeySecretLength}})$`);

/** The text of a key: its id without the prefix, and 43 characters of base62 (256 bits) that only its owner has. */
export function formatApiKey(keyId: string, secret: string): string {
  const text = `wb_${keyId.replace(/^key_/, '')}_${secret}`;
  if (!keyText.test(text)) throw new Error('an API key needs a key id and 43 characters of a-z, A-Z and 0-9');
  return text;
}

/** The id that a key text names; null for what `formatApiKey` could not have written. Says nothing about whether the key is good. */
export function keyIdOf(text: string): string | null {
  const found = keyText.exec(text);
  return found === null ? null : `key_${found[1]}`;
}
