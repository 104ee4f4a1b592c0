import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { EgressFault } from './fault.js';

/** Bytes of a key, Standard Webhooks 1.0.0 (targets.md 8.1). */
export const signingKeyBytesMin = 24;
export const signingKeyBytesMax = 64;

/** Kept as key objects: making one for every request costs six times the signature itself. */
const keys = new Map<string, KeyObject>();
const keysMax = 1000;

/**
 * The value of `webhook-signature`: one `v1,` signature a secret, so that receivers with the old or the new secret both
 * accept while it is being changed. Secrets are `whsec_` and base64, or base64 alone.
 */
export function signature(id: string, timestampSeconds: number, body: string, secrets: readonly string[]): string {
  const signed = `${id}.${timestampSeconds}.${body}`;
  return secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`).join(' ');
}

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  const bytes = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || bytes.length < signingKeyBytesMin || bytes.length > signingKeyBytesMax) {
    const rule = `whsec_ and base64 of ${signingKeyBytesMin} to ${signingKeyBytesMax} bytes`;
    throw new EgressFault('request_invalid', `The signing secret must be ${rule}.`, 'never');
  }
  const key = createSecretKey(bytes);
  if (keys.size >= keysMax) keys.clear();
  keys.set(secret, key);
  return key;
}
