import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One thing that keeps a service from starting, as an operator reads it. */
export interface ConfigFault {
  readonly variable: string;
  /** What is wrong and what to do about it; never the value, which may be a secret. */
  readonly fault: string;
}

/** The environment does not fit; holds every fault, so that one restart is enough to mend them all. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';
  constructor(readonly faults: readonly ConfigFault[]) {
    super(`configuration faults:\n${faults.map(({ variable, fault }) => `  ${variable}: ${fault}`).join('\n')}`);
  }
}

/**
 * Reads the environment into the schema's shape, whose keys are the names of the variables; each may come from the file that `<NAME>_FILE` names.
 * Prints every fault and exits with 1 before anything is started: call it first in `main.ts`.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment = process.env,
): z.output<z.ZodObject<Shape>> {
  try {
    return readConfig(schema, environment);
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    process.stderr.write(`${error.message}\n`);
    // Nothing runs yet that would have to end first.
    process.exit(1);
  }
}

/** As `loadConfig`, but throws `ConfigFaults` and leaves the process alone. */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const faults: ConfigFault[] = [];
  const values: Record<string, string | undefined> = {};
  for (const name of Object.keys(schema.shape)) values[name] = valueOf(name, environment, faults);
  const parsed = schema.safeParse(values);
  const faulty = new Set(faults.map(({ variable }) => variable));
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const variable = String(issue.path[0] ?? 'environment');
    if (faulty.has(variable)) continue;
    const below = issue.path.slice(1).join('.');
    const missing = values[variable] === undefined;
    const fault = missing ? `is missing; set it or ${variable}_FILE${hintOf(issue)}` : issue.message;
    const said = below === '' ? fault : `${below}: ${fault}`;
    faults.push({ variable, fault: `${sourceOf(variable, environment)}${said}` });
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigFaults(faults);
  return parsed.data;
}

function hintOf(issue: { message: string }): string {
  return issue.message.startsWith('Invalid input') ? '' : ` (it ${issue.message})`;
}

/** Names the file that the value is from: whoever has several of them must know which one to mend. Empty where it is not from a file. */
function sourceOf(name: string, environment: Environment): string {
  const file = environment[`${name}_FILE`];
  return file === undefined || file === '' ? '' : `${name}_FILE names ${file}, whose content does not fit: `;
}

function valueOf(name: string, environment: Environment, faults: ConfigFault[]): string | undefined {
  const direct = environment[name];
  const file = environment[`${name}_FILE`];
  if (file === undefined || file === '') return direct === '' ? undefined : direct;
  if (direct !== undefined && direct !== '') {
    faults.push({ variable: name, fault: `is set twice, also by ${name}_FILE; remove one` });
    return undefined;
  }
  return textOf(name, file, faults);
}

function textOf(name: string, file: string, faults: ConfigFault[]): string | undefined {
  try {
    // A key-encryption key that every user of the machine can read protects nothing.
    if (name.endsWith('_KEK') && (statSync(file).mode & 0o004) !== 0) {
      faults.push({ variable: name, fault: `${name}_FILE names ${file}, which everybody can read; chmod 0400 it` });
      return undefined;
    }
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    faults.push({
      variable: name,
      fault: `${name}_FILE names ${file}, which cannot be read (${why}); create it or correct the path`,
    });
    return undefined;
  }
}

/** `postgres://user:password@host:port/database`. */
export const databaseUrl = z.string().refine((text) => isUrl(text, ['postgres:', 'postgresql:']), {
  message: 'must look like postgres://user:password@host:5432/database',
});

/** `nats://user:password@host:port`; `tls://…` where nothing may go in clear. */
export const natsUrl = z.string().refine((text) => isUrl(text, ['nats:', 'tls:']), {
  message: 'must look like nats://user:password@host:4222',
});

/** A TCP port; 0 lets the system choose one. */
export const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, { message: 'must be a port, 0 to 65535' })
  .transform(Number);

/** Where health and metrics are served. */
export const opsPort = port;

/** A whole number between two bounds, with a default for when the variable is absent. */
export const wholeNumber = (from: number, to: number, fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      message: `must be a whole number from ${from} to ${to}`,
    })
    .transform(Number);

/** Key-encryption keys by version; the last one listed seals, all of them open. */
export interface Keks {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/** `v1:<base64 of 32 bytes>[,v2:…]`; the last one is current. */
export const keks = z.string().transform((text, context): Keks => {
  const keys = new Map<string, Buffer>();
  let current = '';
  for (const part of text.split(',')) {
    const match = /^(v\d{1,6}):([A-Za-z0-9+/]{43}=)$/.exec(part.trim());
    const [, version, key] = match ?? [];
    if (version === undefined || key === undefined || keys.has(version)) {
      context.addIssue({
        code: 'custom',
        message:
          'must be v1:<base64 of 32 bytes>, further versions after a comma, each once; make a key with `openssl rand -base64 32`',
      });
      return z.NEVER;
    }
    keys.set(version, Buffer.from(key, 'base64'));
    current = version;
  }
  return { current, keys };
});

/** As `keks`, left as the text: for whoever reads it for itself, such as the log. */
export const kekText = z.string().superRefine((text, context) => {
  const result = keks.safeParse(text);
  for (const { message } of result.success ? [] : result.error.issues) context.addIssue({ code: 'custom', message });
});

/** JSON text, checked against a schema: `WAYBILL_CONFIG` (usually given as `WAYBILL_CONFIG_FILE`). Faults name the member. */
export const jsonOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** What every service reads. Spread it into the schema of an app's `config.ts`. */
export const commonConfig = {
  /** The app role: it may insert and select, not change the log. */
  DATABASE_URL: databaseUrl,
  NATS_URL: natsUrl,
  /** PEM of the roots that the certificate of a `tls://` broker must lead to, instead of the public ones; usually given as NATS_CA_FILE. */
  NATS_CA: z.string().includes('BEGIN CERTIFICATE', { error: 'must be a PEM certificate' }).optional(),
  WAYBILL_OPS_PORT: opsPort,
  /** In a container the probes come from outside: 0.0.0.0. */
  WAYBILL_OPS_HOST: z.string().default('127.0.0.1'),
  WAYBILL_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The name of this copy in leases and logs; a random one where it is absent. */
  WAYBILL_COPY: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -')
    .optional(),
};

/** What every service that keeps a log reads besides. */
export const logConfig = {
  /** Wraps the random keys under which this service's log seals payloads. */
  WAYBILL_LOG_KEK: kekText,
  /** Copies of every stream in NATS, of the logs and of the tenants: 3 on a NATS cluster. The same for all services. */
  WAYBILL_STREAM_REPLICAS: wholeNumber(1, 5, 1),
  /** The notary's verification key: only checkpoints that it signed say anything about this log. Without it they are compared unsigned. */
  WAYBILL_NOTARY_VKEY: z
    .string()
    .regex(
      /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*(?:\s+[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*)*\s*$/,
      "must be the notary's keys as they stand in its file vkey",
    )
    .optional(),
};

function isUrl(text: string, protocols: string[]): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '';
}
