/** The prefixes of contract.md: what an id names can be seen from the id. */
export type IdPrefix = 'con' | 'sub' | 'ntf' | 'dlv' | 'att' | 'job' | 'key' | 'req' | 'ref';

export type TypeId<P extends IdPrefix = IdPrefix> = `${P}_${string}`;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Every pair of digits, by its ten bits: an id is made for every attempt, and a digit at a time took a tenth of an append. */
const pairs: readonly string[] = Array.from(
  { length: 1024 },
  (_, bits) => `${alphabet[bits >> 5]}${alphabet[bits & 31]}`,
);

/** Writes 16 bytes as a TypeID: prefix, underscore, 26 characters of Crockford base32, most significant first. */
export function encodeTypeId<P extends IdPrefix>(prefix: P, bytes: Uint8Array): TypeId<P> {
  if (bytes.length !== 16) throw new Error(`a TypeID holds 16 bytes, not ${bytes.length}`);
  // 26 digits of 5 bits are 130 bits: the two on the left are always zero, so the first pair holds eight bits only.
  let suffix = pairs[bytes[0] as number] as string;
  for (let bit = 8; bit < 128; bit += 10) {
    const at = bit >> 3;
    const window = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    suffix += pairs[(window >> (6 - (bit & 7))) & 1023] as string;
  }
  return `${prefix}_${suffix}`;
}

/** Reads a TypeID back into its 16 bytes; null for anything that `encodeTypeId` could not have written. */
export function decodeTypeId(prefix: IdPrefix, id: string): Uint8Array | null {
  if (!isTypeId(prefix, id)) return null;
  const bytes = new Uint8Array(16);
  let buffer = 0;
  let bits = -2;
  let at = 0;
  for (const character of id.slice(prefix.length + 1)) {
    buffer = ((buffer << 5) | alphabet.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (buffer >> bits) & 0xff;
      at += 1;
    }
  }
  return bytes;
}

/** True for a well-formed TypeID of this prefix. */
export function isTypeId<P extends IdPrefix>(prefix: P, id: unknown): id is TypeId<P> {
  if (typeof id !== 'string' || !id.startsWith(`${prefix}_`)) return false;
  const suffix = id.slice(prefix.length + 1);
  return /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(suffix);
}
