import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keks } from './config.js';

/** Whose secrets these are. Bound into every sealed value, so that none can be moved to another place. */
export interface SecretPlace {
  readonly tenant: string;
  readonly connectorId: string;
  readonly secretVersion: number;
}

/** One version of a connector's secrets as it is stored and sent between services; plain JSON. */
export interface SealedSecrets {
  readonly form: 'wb1';
  /** Version of the key-encryption key that wraps the data key. */
  readonly kek: string;
  /** The set's own data key, wrapped: base64 of nonce, ciphertext and tag. */
  readonly dataKey: string;
  /** By name of the secret, as `dataKey`. */
  readonly values: Readonly<Record<string, string>>;
}

export interface SecretBox {
  /** Seals every value under a fresh data key. Refuses (throws `SecretBoxFault`) an empty name or value. */
  seal(secrets: Readonly<Record<string, string>>, place: SecretPlace): SealedSecrets;
  /** The values in clear. Throws `SecretBoxFault` where the seal was made for another place, changed, or under a key that is gone. */
  open(sealed: SealedSecrets, place: SecretPlace): Record<string, string>;
  /** The same values under the current key-encryption key; only the data key is wrapped anew. Returns its argument where nothing is to do. */
  rewrap(sealed: SealedSecrets, place: SecretPlace): SealedSecrets;
  /**
   * Names the values without telling them, `v1:<32 hex>`: equal for equal values at the same connector under the same
   * key version, and of no use to whoever has the log and not the key.
   */
  keyedFingerprint(
    secrets: Readonly<Record<string, string>>,
    place: Pick<SecretPlace, 'tenant' | 'connectorId'>,
  ): string;
  /** Whether a fingerprint was made of these values; false also where its key version is gone. */
  matches(
    fingerprint: string,
    secrets: Readonly<Record<string, string>>,
    place: Pick<SecretPlace, 'tenant' | 'connectorId'>,
  ): boolean;
}

/** Carries no key, nonce or value, and no cause that could. */
export class SecretBoxFault extends Error {
  override readonly name = 'SecretBoxFault';
  constructor(
    readonly code: 'secret_key_missing' | 'secret_tampered' | 'secret_invalid',
    message: string,
  ) {
    super(message);
  }

  /** Under which event it is logged, wherever a seal is opened: one alarm of the operator hears all of them. */
  get event(): 'secret.key-missing' | 'secret.tamper' {
    return this.code === 'secret_key_missing' ? 'secret.key-missing' : 'secret.tamper';
  }
}

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const fingerprintHexChars = 32;

/**
 * Envelope encryption of connector secrets, AES-256-GCM. Each set has a random data key, wrapped by a key that is derived
 * for this place alone, so that no key ever comes near the number of random nonces GCM bears (2^32).
 */
export function createSecretBox(keks: Keks): SecretBox {
  const kekOf = (version: string): Buffer => {
    const kek = keks.keys.get(version);
    if (kek !== undefined) return kek;
    throw new SecretBoxFault(
      'secret_key_missing',
      `Version ${JSON.stringify(version.slice(0, 20))} of the secrets key is not configured.`,
    );
  };
  const unwrap = (sealed: SealedSecrets, place: SecretPlace): Buffer => {
    if (sealed.form !== 'wb1') throw new SecretBoxFault('secret_invalid', 'The sealed secrets have an unknown form.');
    return decrypt(wrappingKey(kekOf(sealed.kek), place), sealed.dataKey, wrapContext(place));
  };
  const wrap = (dataKey: Buffer, place: SecretPlace): Pick<SealedSecrets, 'kek' | 'dataKey'> => ({
    kek: keks.current,
    dataKey: encrypt(wrappingKey(kekOf(keks.current), place), dataKey, wrapContext(place)),
  });
  const fingerprint = (
    version: string,
    secrets: Readonly<Record<string, string>>,
    place: Pick<SecretPlace, 'tenant' | 'connectorId'>,
  ): string => {
    const key = derive(kekOf(version), ['waybill fingerprint', place.tenant, place.connectorId]);
    const named = Object.keys(secrets)
      .sort()
      .map((name) => [name, secrets[name]]);
    const mac = createHmac('sha256', key).update(JSON.stringify(named)).digest('hex');
    return `${version}:${mac.slice(0, fingerprintHexChars)}`;
  };

  return {
    seal(secrets, place) {
      const dataKey = randomBytes(keyBytes);
      const values: [string, string][] = Object.entries(secrets).map(([name, value]) => {
        if (name === '' || value === '')
          throw new SecretBoxFault('secret_invalid', 'A secret has no name or no value.');
        return [name, encrypt(dataKey, Buffer.from(value, 'utf8'), valueContext(place, name))];
      });
      return { form: 'wb1', ...wrap(dataKey, place), values: Object.fromEntries(values) };
    },
    open(sealed, place) {
      const dataKey = unwrap(sealed, place);
      const opened = Object.entries(sealed.values).map(([name, value]) => {
        return [name, decrypt(dataKey, value, valueContext(place, name)).toString('utf8')] as const;
      });
      return Object.fromEntries(opened);
    },
    rewrap(sealed, place) {
      return sealed.kek === keks.current ? sealed : { ...sealed, ...wrap(unwrap(sealed, place), place) };
    },
    keyedFingerprint: (secrets, place) => fingerprint(keks.current, secrets, place),
    matches(given, secrets, place) {
      const version = given.slice(0, Math.max(given.indexOf(':'), 0));
      if (!keks.keys.has(version)) return false;
      const wanted = Buffer.from(fingerprint(version, secrets, place));
      const found = Buffer.from(given);
      return wanted.length === found.length && timingSafeEqual(wanted, found);
    },
  };
}

// Arrays in JSON: a tenant or a name with a separator in it cannot pass for two others.
const wrapContext = (place: SecretPlace): string[] => [
  'wb1 data key',
  place.tenant,
  place.connectorId,
  String(place.secretVersion),
];
const valueContext = (place: SecretPlace, name: string): string[] => [
  'wb1 value',
  place.tenant,
  place.connectorId,
  name,
  String(place.secretVersion),
];

const wrappingKey = (kek: Buffer, place: SecretPlace): Buffer => derive(kek, wrapContext(place));

const derive = (kek: Buffer, info: string[]): Buffer =>
  Buffer.from(hkdfSync('sha256', kek, Buffer.alloc(0), JSON.stringify(info), keyBytes));

function encrypt(key: Buffer, clear: Buffer, context: string[]): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(context), 'utf8'));
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function decrypt(key: Buffer, sealed: string, context: string[]): Buffer {
  const tampered = (): SecretBoxFault =>
    new SecretBoxFault('secret_tampered', 'A sealed secret does not open here: it was changed, or belongs elsewhere.');
  const bytes = Buffer.from(sealed, 'base64');
  // Base64 has unused bits and letters a reader skips; the one spelling we write is the one we take.
  if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64') !== sealed) throw tampered();
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(JSON.stringify(context), 'utf8'));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw tampered();
  }
}
