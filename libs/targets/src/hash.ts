/**
 * A stable 104-bit name for a text, as 26 hex digits, for places where the text itself may not stand (Message-ID,
 * `correlation_id`). It keeps different keys apart by chance, not against somebody who looks for a collision: it must
 * never decide over rights. Domain libs have no crypto, hence cyrb53 with two seeds.
 */
export function stableName(text: string): string {
  return (cyrb53(text, 0x5761) + cyrb53(text, 0x7962)).slice(0, 26);
}

/** cyrb53 (public domain, github.com/bryc): two 32-bit multiplicative hashes mixed into 53 bits, here written as 13 hex digits. */
function cyrb53(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const low = (a >>> 0).toString(16).padStart(8, '0');
  return (b & 0xfffff).toString(16).padStart(5, '0') + low;
}
