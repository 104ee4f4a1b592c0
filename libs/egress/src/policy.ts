import { networkInterfaces } from 'node:os';
import { classify, holdsMetadata, isInBlock, parseAddress, parseBlock, unmapped } from './address.js';
import type { Address, Block } from './address.js';

/** What this deployment lets out. Comes from the deployment file alone: no tenant, no API and no environment variable widens it. */
export interface EgressPolicy {
  readonly production: boolean;
  readonly allow: readonly AllowEntry[];
  /** Plain `http:` to public addresses. Through an allow entry it is always possible. */
  readonly http: boolean;
  /** Hosts written as public addresses. Through an allow entry they are always possible. */
  readonly ipLiterals: boolean;
  /** Ports besides 443, 80, 8443 and 8080. */
  readonly ports: readonly number[];
  /** Names that belong to the inside: `corp.example` refuses itself and everything below it. */
  readonly internalSuffixes: readonly string[];
  /** Our own listeners, refused even where they are public (R9). */
  readonly ownAddresses: readonly Address[];
}

export interface AllowEntry {
  readonly text: string;
  readonly block: Block;
  readonly firstPort: number;
  readonly lastPort: number;
}

export interface DeploymentEgress {
  readonly allow?: readonly string[];
  readonly allow_in_production?: boolean;
  readonly http?: boolean;
  readonly ip_literals?: boolean;
  readonly ports?: readonly number[];
  readonly internal_suffixes?: readonly string[];
  readonly own_addresses?: readonly string[];
}

export class PolicyFault extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The deployment file is refused: ${faults.join(' ')}`);
    this.name = 'PolicyFault';
  }
}

const known: ReadonlySet<string> = new Set<keyof DeploymentEgress>([
  'allow',
  'allow_in_production',
  'http',
  'ip_literals',
  'ports',
  'internal_suffixes',
  'own_addresses',
]);

/**
 * Reads the member `egress` of the deployment file. Throws `PolicyFault` with ALL faults: unknown members, entries
 * without both an address block and a port range, `/0`, all ports, metadata addresses, entries in production without
 * `allow_in_production`. Addresses of this machine are added to the refused ones.
 */
export function readPolicy(given: unknown, environment: { readonly production: boolean }): EgressPolicy {
  const faults: string[] = [];
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw new PolicyFault(['`egress` must be an object.']);
  }
  const egress = (given ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(egress)) if (!known.has(name)) faults.push(`\`egress.${name}\` is unknown.`);
  const allow = texts(egress, 'allow', faults).flatMap((text) =>
    readAllowEntry(text, (fault) => faults.push(`\`egress.allow\`: ${fault}`)),
  );
  if (environment.production && allow.length > 0 && egress['allow_in_production'] !== true) {
    faults.push('`egress.allow` in production needs `egress.allow_in_production: true`.');
  }
  const own = texts(egress, 'own_addresses', faults).flatMap((text) => {
    const address = parseAddress(text);
    if (address === null) faults.push(`\`egress.own_addresses\`: ${text} is not an address.`);
    return address === null ? [] : [unmapped(address)];
  });
  const policy: EgressPolicy = {
    production: environment.production,
    allow,
    http: flag(egress, 'http', faults),
    ipLiterals: flag(egress, 'ip_literals', faults),
    ports: readPorts(egress['ports'], faults),
    internalSuffixes: texts(egress, 'internal_suffixes', faults).map((text) => text.toLowerCase().replace(/^\./, '')),
    ownAddresses: [...own, ...machineAddresses()],
  };
  flag(egress, 'allow_in_production', faults);
  if (faults.length > 0) throw new PolicyFault(faults);
  return policy;
}

/** The last gate before a socket: `public`, or the allow entry that opens it, or null for refused. */
export function judgeAddress(given: Address, port: number, policy: EgressPolicy): 'public' | AllowEntry | null {
  const address = unmapped(given);
  const kind = classify(address);
  if (kind === 'metadata') return null;
  const entry = policy.allow.find((one) => coversPort(one, port) && isInBlock(address, one.block));
  if (entry !== undefined) return entry;
  if (kind !== 'public') return null;
  return policy.ownAddresses.some((own) => own.family === address.family && own.value === address.value)
    ? null
    : 'public';
}

export const coversPort = (entry: AllowEntry, port: number): boolean =>
  port >= entry.firstPort && port <= entry.lastPort;

/** Reads one entry of `egress.allow`; says to `fault` what is wrong with one that nobody may write, and answers nothing then. */
export function readAllowEntry(text: string, fault: (sentence: string) => void): AllowEntry[] {
  const refuse = (why: string): AllowEntry[] => {
    fault(`${JSON.stringify(text.slice(0, 100))} ${why}.`);
    return [];
  };
  const match = /^(\[[0-9a-fA-F.:]+\]|[0-9a-fA-F.:]+)(\/[0-9]{1,3}):([0-9]{1,5})-([0-9]{1,5})$/.exec(text);
  if (match === null) return refuse('must be an address block and a port range, as 127.0.0.1/32:8090-8090');
  const block = parseBlock(`${(match[1] ?? '').replace(/[[\]]/g, '')}${match[2] ?? ''}`);
  if (block === null) return refuse('has no address block that can be read');
  if (block.prefix === 0) return refuse('opens every address');
  if (holdsMetadata(block)) return refuse('holds a metadata address, which cannot be allowed');
  const firstPort = Number(match[3]);
  const lastPort = Number(match[4]);
  if (firstPort < 1 || lastPort > 65_535 || firstPort > lastPort) return refuse('has no port range');
  if (firstPort === 1 && lastPort === 65_535) return refuse('opens every port');
  return [{ text, block, firstPort, lastPort }];
}

function texts(egress: Record<string, unknown>, name: keyof DeploymentEgress, faults: string[]): readonly string[] {
  const value = egress[name];
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value;
  faults.push(`\`egress.${name}\` must be an array of strings.`);
  return [];
}

function flag(egress: Record<string, unknown>, name: keyof DeploymentEgress, faults: string[]): boolean {
  const value = egress[name];
  if (value === undefined || typeof value === 'boolean') return value === true;
  faults.push(`\`egress.${name}\` must be true or false.`);
  return false;
}

function readPorts(value: unknown, faults: string[]): readonly number[] {
  if (value === undefined) return [];
  const isPort = (one: unknown): one is number => Number.isInteger(one) && Number(one) >= 1 && Number(one) <= 65_535;
  if (Array.isArray(value) && value.every(isPort)) return value;
  faults.push('`egress.ports` must be an array of ports from 1 to 65535.');
  return [];
}

function machineAddresses(): Address[] {
  return Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .flatMap((one) => {
      const address = parseAddress(one.address);
      return address === null ? [] : [unmapped(address)];
    });
}
