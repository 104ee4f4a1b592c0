/**
 * Addresses and the one judgement over them (R11 of reliability-security.md section 3).
 * IPv6 is refused by default outside 2000::/3, so that a new special block is refused without an update of this list.
 */

export type Address = { readonly family: 4; readonly value: bigint } | { readonly family: 6; readonly value: bigint };

export interface Block {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
}

/** Reads the plain dotted or colon form; null for anything else: octal, hex, short forms, zones. */
export function parseAddress(text: string): Address | null {
  if (text.includes(':')) {
    const value = parseV6(text);
    return value === null ? null : { family: 6, value };
  }
  const value = parseV4(text);
  return value === null ? null : { family: 4, value };
}

/** Reads `address/prefix`; null when either part is not plain, or when bits are set after the prefix. */
export function parseBlock(text: string): Block | null {
  const match = /^([0-9a-fA-F:.]+)\/([0-9]{1,3})$/.exec(text);
  const address = match === null ? null : parseAddress(match[1] ?? '');
  if (match === null || address === null) return null;
  const width = address.family === 4 ? 32 : 128;
  const prefix = Number(match[2]);
  if (prefix > width) return null;
  const hostBits = (1n << BigInt(width - prefix)) - 1n;
  if ((address.value & hostBits) !== 0n) return null;
  return { family: address.family, first: address.value, last: address.value | hostBits, prefix };
}

export const isInBlock = (address: Address, block: Block): boolean =>
  address.family === block.family && address.value >= block.first && address.value <= block.last;

const blocks = (...texts: readonly string[]): readonly Block[] =>
  texts.map((text) => {
    const block = parseBlock(text);
    if (block === null) throw new Error(`not a block: ${text}`);
    return block;
  });

// The IANA special-purpose registry, the deprecated 6to4 relay block, and the Azure wire server.
const refusedV4 = blocks(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
);

const globalUnicastV6 = blocks('2000::/3');
// Teredo, benchmarking and ORCHID; documentation; 6to4; documentation again; AS112.
const refusedV6 = blocks('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48');
const mappedV4 = blocks('::ffff:0:0/96');

/** Addresses that answer with a machine's own credentials: no deployment file can allow them. */
export const metadataAddresses = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
] as const;

const metadata = metadataAddresses.map((text) => {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
});

/** An IPv4-mapped IPv6 address is the IPv4 address it carries; everything else is itself. */
export function unmapped(address: Address): Address {
  const isMapped = mappedV4.some((block) => isInBlock(address, block));
  return isMapped ? { family: 4, value: address.value & 0xffff_ffffn } : address;
}

/** `public` may be dialled by anybody; `special` only through an allow entry; `metadata` never. */
export function classify(given: Address): 'public' | 'special' | 'metadata' {
  const address = unmapped(given);
  if (isMetadata(address)) return 'metadata';
  if (address.family === 4) return refusedV4.some((block) => isInBlock(address, block)) ? 'special' : 'public';
  if (!globalUnicastV6.some((block) => isInBlock(address, block))) return 'special';
  return refusedV6.some((block) => isInBlock(address, block)) ? 'special' : 'public';
}

/** Whether an allow entry would open a metadata address, alone or inside a wider block. */
export const holdsMetadata = (block: Block): boolean => metadata.some((address) => isInBlock(address, block));

const isMetadata = (address: Address): boolean =>
  metadata.some((one) => one.family === address.family && one.value === address.value);

function parseV4(text: string): bigint | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let value = 0n;
  for (const part of match.slice(1)) {
    // A leading zero means octal to some readers and decimal to others.
    if ((part.length > 1 && part.startsWith('0')) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const left = groupsOf(halves[0] ?? '', halves.length === 1);
  const right = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...left, ...Array<number>(halves.length === 2 ? missing : 0).fill(0), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** Only the end of an address may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (isEnd && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}
