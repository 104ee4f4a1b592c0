import { createHmac, timingSafeEqual } from 'node:crypto';

/** Standard Webhooks 1.0.0: `v1,` + base64 of HMAC-SHA256 over `{id}.{timestamp}.{raw body}`; the key is the base64 behind `whsec_`. */
export function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** Null when one of the listed signatures is right for one of the secrets; otherwise what is wrong, for people. */
export function signatureFault(
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  secrets: readonly string[],
  nowMs: number,
  toleranceSeconds: number,
): string | null {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signatures === undefined) return 'signature missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'timestamp is not unix seconds';
  const offSeconds = Math.abs(Math.floor(nowMs / 1000) - Number(timestamp));
  const right = secrets.map((secret) => Buffer.from(signatureOf(secret, id, timestamp, body)));
  const given = signatures.split(' ').map((signature) => Buffer.from(signature));
  const verifies = given.some((one) =>
    right.some((other) => one.length === other.length && timingSafeEqual(one, other)),
  );
  if (!verifies) return 'signature does not verify over the raw body';
  return offSeconds > toleranceSeconds ? `timestamp is ${offSeconds} s off` : null;
}
