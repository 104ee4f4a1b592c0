import { natsConfigText } from './nats-config.js';
import { payloadBytesMax } from './nats-server.js';
import { adminUser, publisherUser, serviceUser } from './nats-users.js';
import { base62, natsIssuerPublic, newApiKey, newKek, newNatsIssuer } from './secrets.js';

/** A file of `deploy/secrets`. */
export interface ComposeFile {
  readonly name: string;
  readonly text: string;
  /** Read by a container that runs as another user than its owner: the folder around it keeps others out. */
  readonly forOthers?: true;
}

const services = ['registry', 'subscriptions', 'delivery', 'gateway'] as const;
/** The notary keeps what it knows in a folder, not in a database. */
const onTheBus = [...services, 'notary'] as const;
const tenant = 'default';

/**
 * Everything that docker-compose.yml names below `deploy/secrets`, with fresh passwords and keys: one database with two roles a service,
 * one broker user a service, the keys that seal, the notary's verification key, and a deployment file that allows the receivers of the profile `demo`.
 */
export function composeFiles(notaryVkey: string): ComposeFile[] {
  const password = new Map<string, string>();
  const passwordOf = (who: string): string => {
    const found = password.get(who) ?? base62(32);
    password.set(who, found);
    return found;
  };
  const database = (service: string, role: 'owner' | 'app'): string =>
    `postgres://waybill_${service}_${role}:${passwordOf(`${service}-${role}`)}@postgres:5432/waybill_${service}\n`;
  const publisher = passwordOf('nats-publisher');
  const issuer = newNatsIssuer();
  return [
    { name: 'postgres-password', text: `${passwordOf('postgres')}\n`, forOthers: true },
    { name: 'init.sql', text: initSql(passwordOf), forOthers: true },
    { name: 'nats.conf', text: natsConf(passwordOf, publisher, natsIssuerPublic(issuer)), forOthers: true },
    ...services.flatMap((service) => [
      { name: `${service}-database-url`, text: database(service, 'app') },
      { name: `${service}-owner-url`, text: database(service, 'owner') },
    ]),
    ...onTheBus.map((service) => ({
      name: `${service}-nats-url`,
      text: `nats://${service}:${passwordOf(`nats-${service}`)}@nats:4222\n`,
    })),
    ...['registry-log', 'subscriptions-log', 'delivery-log', 'connector-secrets'].map((name) => ({
      name: `${name}-kek`,
      text: newKek(),
    })),
    { name: 'registry-nats-issuer', text: `${issuer}\n` },
    { name: 'notary-vkey', text: `${notaryVkey}\n` },
    { name: 'admin-key', text: `${newApiKey()}\n` },
    { name: 'publisher-nats-url', text: `nats://publisher:${publisher}@127.0.0.1:4222\n` },
    { name: 'deployment.json', text: `${JSON.stringify(demoDeployment, null, 2)}\n` },
  ];
}

/** For the profile `demo`; a real deployment takes the entries out and names its own mail server. */
const demoDeployment = {
  egress: { allow: ['127.0.0.1/32:8090-8090', '127.0.0.1/32:2525-2525'], allow_in_production: true },
  smtp: { url: 'smtp://127.0.0.1:2525?tls=none', from: 'waybill@example.com' },
};

function initSql(passwordOf: (who: string) => string): string {
  const lines = services.flatMap((service) => [
    `CREATE ROLE waybill_${service}_owner LOGIN PASSWORD '${passwordOf(`${service}-owner`)}';`,
    `CREATE ROLE waybill_${service}_app LOGIN PASSWORD '${passwordOf(`${service}-app`)}';`,
    `CREATE DATABASE waybill_${service} OWNER waybill_${service}_owner;`,
    `REVOKE ALL ON DATABASE waybill_${service} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE waybill_${service} TO waybill_${service}_app;`,
  ]);
  return `-- Run once, by the first start of the container: migrations grant the app roles the rest.\n${lines.join('\n')}\n`;
}

function natsConf(passwordOf: (who: string) => string, publisher: string, issuer: string): string {
  return natsConfigText({
    port: 4222,
    host: '0.0.0.0',
    monitorPort: 8222,
    storeDir: '/data',
    // What a power cut may take from a publisher who asked for no receipt; `always` for none, at the price of a disk write each.
    syncInterval: '1s',
    payloadBytesMax,
    issuer,
    users: [
      adminUser(passwordOf('nats-admin')),
      ...onTheBus.map((service) => serviceUser(service, passwordOf(`nats-${service}`))),
      publisherUser('publisher', tenant, publisher),
    ],
  });
}
