import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';

/** Key-encryption keys by version, as they came in `v1:<base64>[,v2:<base64>]`; the last one wraps new keys. */
export interface KekRing {
  readonly current: number;
  readonly keys: ReadonlyMap<number, KeyObject>;
}

/** A key that should open does not: the key-encryption key is not the one it was wrapped under, or the row was changed. No retry heals it. */
export class SealFault extends Error {
  override readonly name = 'SealFault';
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** First byte of every sealed part and of every wrapped key: AES-256-GCM, nonce, ciphertext, tag. */
const form = 1;
/** How many unwrapped keys a process keeps; about 6 MB. */
export const keysCachedMax = 10_000;

/** Reads the environment's value; throws with the reason, never with the value. */
export function parseKekRing(value: string): KekRing {
  const keys = new Map<number, KeyObject>();
  let current = 0;
  for (const part of value.split(',')) {
    const match = /^v(\d{1,4}):([A-Za-z0-9+/]{43}=)$/.exec(part.trim());
    if (match === null)
      throw new Error('a key-encryption key is v<number>:<base64 of 32 bytes>, several are separated by commas');
    current = Number(match[1]);
    if (current === 0 || keys.has(current)) throw new Error(`key-encryption key version ${current} is not a new one`);
    keys.set(current, createSecretKey(Buffer.from(match[2] as string, 'base64')));
  }
  return { current, keys };
}

/** What a sealed part is bound to: moved to another event or another log it does not open. */
export interface SealedPlace {
  readonly log: string;
  readonly eventId: string;
}

/**
 * Keys are `KeyObject`s throughout: Node 24 takes three times as long to begin a cipher with the bytes of a key (30 and 10 us,
 * measured), and this is done for every notification.
 */
export function newDataKey(): KeyObject {
  const bytes = nextRandom(keyBytes);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/** Seals the text under the subject's key. A random nonce is safe here because one key seals a handful of events, not 2^32. */
export function seal(key: KeyObject, place: SealedPlace, text: string): Buffer {
  return encrypt(key, aad('sealed', place.log, place.eventId), Buffer.from(text));
}

/** Opens what `seal` made; null when the bytes were changed, moved or made with another key. */
export function unseal(key: KeyObject, place: SealedPlace, sealed: Buffer): string | null {
  return decrypt(key, aad('sealed', place.log, place.eventId), sealed)?.toString('utf8') ?? null;
}

/** Wraps and unwraps the keys of subjects; the unwrapped ones are kept in a bounded cache, checked against the stored form. */
export class KeyWrapper {
  /**
   * The stored form as text: a buffer of 62 bytes is a view of the piece that it was cut from, and ten thousand of them kept 80 MB of
   * pieces alive.
   */
  private readonly cached = new Map<string, { readonly wrapped: string; readonly key: KeyObject }>();

  constructor(
    private readonly ring: KekRing,
    private readonly log: string,
  ) {}

  get version(): number {
    return this.ring.current;
  }

  wrap(subject: string, key: KeyObject): Buffer {
    const version = this.ring.current;
    const body = encrypt(this.wrappingKey(version, subject), aad('key', this.log, subject), key.export());
    const wrapped = Buffer.allocUnsafe(2 + body.length);
    wrapped.writeUInt16BE(version, 0);
    body.copy(wrapped, 2);
    this.remember(subject, wrapped, key);
    return wrapped;
  }

  /** Throws when the stored form does not open: a key-encryption key is missing or the row was changed, which is no shredding. */
  unwrap(subject: string, wrapped: Buffer): KeyObject {
    const known = this.cached.get(subject);
    if (known !== undefined && known.wrapped === wrapped.toString('latin1')) {
      this.cached.delete(subject);
      this.cached.set(subject, known);
      return known.key;
    }
    const version = wrapped.readUInt16BE(0);
    const bytes = decrypt(this.wrappingKey(version, subject), aad('key', this.log, subject), wrapped.subarray(2));
    if (bytes === null)
      throw new SealFault(`the key of ${subject} does not open with version ${version} of the key-encryption key`);
    const key = createSecretKey(bytes);
    this.remember(subject, wrapped, key);
    return key;
  }

  /** The stored form of a subject's key as this process saw or made it last; undefined where it has none at hand. */
  lastSeen(subject: string): Buffer | undefined {
    const known = this.cached.get(subject);
    return known && Buffer.from(known.wrapped, 'latin1');
  }

  forget(subject: string): void {
    this.cached.delete(subject);
  }

  /**
   * A key of its own for every subject, derived from the key-encryption key: so no key wraps more than a few times and random
   * nonces stay safe however many subjects there are.
   */
  private wrappingKey(version: number, subject: string): KeyObject {
    const kek = this.ring.keys.get(version);
    if (kek === undefined) throw new SealFault(`version ${version} of the key-encryption key is not configured`);
    return createSecretKey(createHmac('sha256', kek).update(`waybill-wrap-v1\0${this.log}\0${subject}`).digest());
  }

  private remember(subject: string, wrapped: Buffer, key: KeyObject): void {
    this.cached.delete(subject);
    this.cached.set(subject, { wrapped: wrapped.toString('latin1'), key });
    if (this.cached.size <= keysCachedMax) return;
    const [oldest] = this.cached.keys();
    if (oldest !== undefined) this.cached.delete(oldest);
  }
}

/** Random bytes come out of a pool that is filled at once: asking for twelve costs as much as asking for four thousand. */
const pool = Buffer.alloc(4096);
let poolAt = pool.length;

/** A piece of the pool that is given out once; it is filled anew only after all of it was. */
function nextRandom(bytes: number): Buffer {
  if (poolAt + bytes > pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += bytes;
  return pool.subarray(poolAt - bytes, poolAt);
}

function aad(field: string, log: string, id: string): Buffer {
  return Buffer.from(`waybill-v1\0${log}\0${id}\0${field}`);
}

function encrypt(key: KeyObject, bound: Buffer, clear: Buffer): Buffer {
  const nonce = nextRandom(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  return Buffer.concat([Buffer.from([form]), nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, bound: Buffer, bytes: Buffer): Buffer | null {
  if (bytes[0] !== form || bytes.length < 1 + nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(bound);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    // The tag does not fit: these bytes do not belong to this key and this place.
    return null;
  }
}
