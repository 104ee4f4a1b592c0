import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readAllowEntry } from '@waybill/egress/policy';
import { freePort, isFree } from './free-port.js';

/** What `npm start` was told by its environment (contract.md section 2), with every port decided. */
export interface Settings {
  readonly dataDir: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** Ports that were taken and have been replaced by free ones, for people to read. */
  readonly moved: readonly string[];
  /** A PostgreSQL of the user's own: none is started. */
  readonly databaseUrl: string | null;
  /** A NATS of the user's own: none is started. */
  readonly natsUrl: string | null;
  /** Entries for the deployment file's `egress.allow`, besides the receivers. */
  readonly egressAllow: readonly string[];
  readonly logLevel: string | undefined;
}

export type PortName = 'http' | 'nats' | 'postgres' | 'receivers' | 'receiversTls' | 'receiversMtls' | 'smtp';

export class SettingsFaults extends Error {
  override readonly name = 'SettingsFaults';
  constructor(readonly faults: readonly string[]) {
    super(`npm start cannot begin:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const portVariables: Readonly<Record<PortName, { variable: string; preferred: number }>> = {
  http: { variable: 'WAYBILL_HTTP_PORT', preferred: 8080 },
  nats: { variable: 'WAYBILL_NATS_PORT', preferred: 4222 },
  postgres: { variable: 'WAYBILL_PG_PORT', preferred: 5432 },
  receivers: { variable: 'WAYBILL_RECEIVERS_PORT', preferred: 8090 },
  receiversTls: { variable: 'WAYBILL_RECEIVERS_TLS_PORT', preferred: 8443 },
  receiversMtls: { variable: 'WAYBILL_RECEIVERS_MTLS_PORT', preferred: 8444 },
  smtp: { variable: 'WAYBILL_SMTP_PORT', preferred: 2525 },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; refuses with ALL faults listed, a taken explicit port among them. A taken default port is replaced by a free one. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const faults: string[] = [];
  const moved: string[] = [];
  const databaseUrl = urlOf(environment, 'DATABASE_URL', ['postgres:', 'postgresql:'], faults);
  const natsUrl = urlOf(environment, 'NATS_URL', ['nats:', 'tls:'], faults);
  const dataDir = dataDirOf(environment);
  const before = portsBefore(dataDir);
  const ports = {} as Record<PortName, number>;
  const chosen = new Set<number>();
  for (const [name, { variable, preferred }] of Object.entries(portVariables) as [
    PortName,
    (typeof portVariables)[PortName],
  ][]) {
    const notNeeded = (name === 'postgres' && databaseUrl !== null) || (name === 'nats' && natsUrl !== null);
    ports[name] = notNeeded
      ? 0
      : await decidePort({
          variable,
          preferred: before[name] ?? preferred,
          given: environment[variable],
          chosen,
          faults,
          moved,
        });
    chosen.add(ports[name]);
  }
  const egressAllow = (environment['WAYBILL_DEV_EGRESS_ALLOW'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  // As registry and delivery will read them: what they refuse would keep them from starting after everything else has.
  for (const entry of egressAllow) readAllowEntry(entry, (fault) => faults.push(`WAYBILL_DEV_EGRESS_ALLOW: ${fault}`));
  if (faults.length > 0) throw new SettingsFaults(faults);
  return {
    dataDir,
    ports,
    moved,
    databaseUrl,
    natsUrl,
    egressAllow,
    logLevel: environment['WAYBILL_LOG_LEVEL'],
  };
}

/** The folder that holds all state. */
export const dataDirOf = (environment: Environment): string => resolve(environment['WAYBILL_DATA_DIR'] || '.waybill');

const portsFile = (dataDir: string): string => join(dataDir, 'ports.json');

/** The ports of this folder's last start: what it has stored names them (a connector to a receiver, a client's configuration). */
function portsBefore(dataDir: string): Partial<Record<PortName, number>> {
  try {
    return JSON.parse(readFileSync(portsFile(dataDir), 'utf8')) as Partial<Record<PortName, number>>;
  } catch {
    return {};
  }
}

/** Remembers the ports for the next start. Servers of the user's own have none here. */
export function rememberPorts({ dataDir, ports }: Settings): void {
  const own = Object.entries(ports).filter(([, port]) => port > 0);
  writeFileSync(portsFile(dataDir), `${JSON.stringify({ ...portsBefore(dataDir), ...Object.fromEntries(own) })}\n`);
}

interface PortWish {
  variable: string;
  preferred: number;
  given: string | undefined;
  chosen: ReadonlySet<number>;
  faults: string[];
  moved: string[];
}

async function decidePort(wish: PortWish): Promise<number> {
  const { variable, given, faults, moved } = wish;
  if (given === undefined || given === '') {
    if (!wish.chosen.has(wish.preferred) && (await isFree(wish.preferred))) return wish.preferred;
    const port = await freePort();
    moved.push(`port ${wish.preferred} is taken, so ${variable} is ${port}`);
    return port;
  }
  const port = Number(given);
  if (!/^\d{1,5}$/.test(given) || port < 1 || port > 65_535) faults.push(`${variable}: must be a port, 1 to 65535`);
  else if (wish.chosen.has(port)) faults.push(`${variable}: ${port} is given twice`);
  else if (!(await isFree(port)))
    faults.push(`${variable}: ${port} is taken by another program; choose another port, or unset it for a free one`);
  return port;
}

function urlOf(environment: Environment, variable: string, protocols: string[], faults: string[]): string | null {
  const text = environment[variable];
  if (text === undefined || text === '') return null;
  if (!protocols.includes(URL.parse(text)?.protocol ?? ''))
    faults.push(`${variable}: must begin with ${protocols[0] ?? ''}//`);
  return text;
}
