import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, fromSeed } from '@nats-io/nkeys';
import { apiKeySecretLength, formatApiKey } from '@waybill/contracts/http/api-keys';
import { encodeTypeId } from '@waybill/decider/type-id';

/** Everything secret of one data folder, made once and kept: a folder started again must open what it sealed. */
export interface StackSecrets {
  /** A password by whose it is: `postgres`, `registry-owner`, `registry-app`, `nats-registry`, `control`. */
  password(of: string): string;
  /** The path of a file with a key-encryption key, readable by its owner only. */
  kekFile(name: string): string;
  readonly adminKey: string;
  /** The seed with which registry signs what the broker asks it. */
  readonly natsIssuer: string;
}

/** Reads the folder's secrets, making those that are missing when they are first asked for. */
export function openSecrets(dataDir: string): StackSecrets {
  const file = join(dataDir, 'secrets.json');
  const kept: Record<string, string> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
    : {};
  const once = (name: string, make: () => string): string => {
    const found = kept[name];
    if (found !== undefined) return found;
    const made = make();
    kept[name] = made;
    writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    return made;
  };
  return {
    password: (of) => once(`password:${of}`, () => base62(32)),
    kekFile: (name) => kekFile(join(dataDir, 'keys'), name),
    adminKey: once('adminKey', newApiKey),
    natsIssuer: once('natsIssuer', newNatsIssuer),
  };
}

function kekFile(folder: string, name: string): string {
  const path = join(folder, `${name}.kek`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, newKek(), { mode: 0o600, flag: 'wx' });
  }
  return path;
}

/** A first key-encryption key, in the form that every service reads. */
export const newKek = (): string => `v1:${randomBytes(32).toString('base64')}\n`;

/** The seed of an account key of nats-server. */
export const newNatsIssuer = (): string => new TextDecoder().decode(createAccount().getSeed());

/** Its public half, which the broker's configuration names. */
export const natsIssuerPublic = (seed: string): string => fromSeed(new TextEncoder().encode(seed)).getPublicKey();

export function newApiKey(): string {
  const bytes = randomBytes(16);
  // The bits that make it a UUIDv7 (RFC 9562): time, version, variant.
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatApiKey(encodeTypeId('key', bytes), base62(apiKeySecretLength));
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters and digits only, so that it stands in a URL as it is. */
export function base62(length: number): string {
  return Array.from({ length }, () => digits[randomInt(digits.length)]).join('');
}
