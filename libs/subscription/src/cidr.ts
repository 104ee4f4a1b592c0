/** True when the address lies in the range; false for anything that is no address or no range, and for mixed families. */
export function cidrMatch(address: string, range: string): boolean {
  const slash = range.indexOf('/');
  const network = readAddress(slash < 0 ? range : range.slice(0, slash));
  const host = readAddress(address);
  if (network === null || host === null || network.bits !== host.bits) return false;
  const length = slash < 0 ? network.bits : readLength(range.slice(slash + 1), network.bits);
  if (length === null) return false;
  const shift = BigInt(network.bits - length);
  return network.value >> shift === host.value >> shift;
}

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

function readLength(text: string, most: number): number | null {
  if (!/^\d{1,3}$/.test(text)) return null;
  const length = Number(text);
  return length <= most ? length : null;
}

function readAddress(text: string): Address | null {
  return text.includes(':') ? readV6(text) : readV4(text);
}

function readV4(text: string): Address | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    // No leading zeros: "010" is 8 to some programs and 10 to others.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return { bits: 32, value };
}

function readV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const left = groupsOf(halves[0] ?? '');
  const right = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...left, ...Array<number>(halves.length === 2 ? missing : 0).fill(0), ...right];
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  // ::ffff:a.b.c.d is the same host as a.b.c.d.
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const v4 = readV4(part);
      if (v4 === null) return null;
      groups.push(Number(v4.value >> 16n), Number(v4.value & 0xffffn));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}
