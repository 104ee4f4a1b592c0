import { createHash } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { createAccount } from '@nats-io/nkeys';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { formatApiKey, type Principal, type Scope } from '@waybill/contracts/http/api-keys';
import {
  inboxPrefix,
  logSubject,
  notificationStream,
  notificationSubject,
  notificationSubjects,
  publishSubject,
  refusedSubject,
} from '@waybill/contracts/subjects';
import { encodeTypeId } from '@waybill/decider/type-id';
import { Refused } from '@waybill/decider/decider';
import { adminUser, serviceUser } from '@waybill/dev-stack/nats-users';
import { createLog } from '@waybill/service-kit/logger';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { answerBroker } from './broker-auth.js';

const issuer = createAccount();
const seed = new TextDecoder().decode(issuer.getSeed());

interface Publisher {
  readonly user: string;
  readonly pass: string;
}

describe('a publisher whom the broker does not know by itself', () => {
  let nats: TestNats;
  let admin: NatsConnection;
  let registry: NatsConnection;
  const open: NatsConnection[] = [];
  const keys = new Map<string, Principal & { readonly sha256: string }>();

  /** A key of a tenant, as registry would have it on record. */
  const publisherOf = (tenant: string, scopes: Scope[] = ['publish'], expiresAt: string | null = null): Publisher => {
    const bytes = new Uint8Array(16);
    bytes[15] = keys.size + 1;
    const keyId = encodeTypeId('key', bytes);
    const pass = formatApiKey(keyId, 'x'.repeat(43));
    keys.set(keyId, { tenant, keyId, scopes, expiresAt, sha256: createHash('sha256').update(pass).digest('hex') });
    return { user: keyId, pass };
  };
  const enter = async (who: Publisher, more: object = {}): Promise<NatsConnection> => {
    const connection = await connect({ servers: `127.0.0.1:${nats.port}`, ...who, reconnect: false, ...more });
    open.push(connection);
    return connection;
  };

  beforeAll(async () => {
    const users = [adminUser('a'), serviceUser('registry', 'r')];
    nats = await startNats({ users, issuer: issuer.getPublicKey() });
    admin = await connect({ servers: nats.urlOf('admin').replace(/\/\/.*@/, '//'), user: 'admin', pass: 'a' });
    registry = await connect({ servers: `127.0.0.1:${nats.port}`, user: 'registry', pass: 'r', inboxPrefix: inboxPrefix('registry') }); // prettier-ignore
    answerBroker({
      nats: registry,
      seed,
      nowMs: Date.now,
      log: createLog({ service: 'spec', copy: 'one', level: 'silent' }),
      verify: (keyId, sha256) => {
        const key = keys.get(keyId);
        if (key?.sha256 !== sha256) throw new Refused('unauthorized', 'no');
        return Promise.resolve(key);
      },
    });
    await registry.flush();
    const manager = await jetstreamManager(admin);
    for (const tenant of ['acme', 'other'])
      await manager.streams.add({ name: notificationStream(tenant), subjects: [notificationSubjects(tenant)] });
  }, 60_000);
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));
  afterAll(async () => {
    await Promise.all([admin, registry].map((one) => one?.close()));
    await nats?.stop();
  });

  it('publishes for its tenant as soon as it has its key, with a PubAck and with a receipt', async () => {
    const connection = await enter(publisherOf('acme'));
    const ack = await jetstream(connection).publish(notificationSubject('acme', 'incident'), '{}');
    expect(ack.stream).toBe(notificationStream('acme'));
    const answering = admin.subscribe(publishSubject('acme'), {
      callback: (_, message) => void message.respond('{"ok":1}'),
    });
    await admin.flush();
    expect((await connection.request(publishSubject('acme'), '{}')).json()).toEqual({ ok: 1 });
    answering.unsubscribe();
  });

  it('has its answers in an inbox of its own where it asks for that, which no other publisher hears', async () => {
    const [own, other] = [publisherOf('acme'), publisherOf('acme')];
    const connection = await enter(own, { inboxPrefix: inboxPrefix(own.user) });
    await jetstream(connection).publish(notificationSubject('acme', 'incident'), '{}');
    await expect(heardBy(await enter(other), `${inboxPrefix(own.user)}.>`)).rejects.toThrow(/permissions violation/i);
  });

  it.each([
    ['publish for another tenant', notificationSubject('other', 'incident')],
    ['ask for a receipt of another tenant', publishSubject('other')],
    ['answer the broker itself', '$SYS.REQ.USER.AUTH'],
    ['change a stream', '$JS.API.STREAM.DELETE.WAYBILL_NOTIFICATIONS_other'],
    ['ask a service', 'waybill.v1.rpc.registry.acme.connectors.list'],
  ])('may not %s', async (_what, subject) => {
    const before = (await (await jetstreamManager(admin)).streams.info(notificationStream('other'))).state.messages;
    const connection = await enter(publisherOf('acme'));
    const violation = (async () => {
      for await (const status of connection.status()) if (status.type === 'error') return status.error.message;
      return 'none';
    })();
    connection.publish(subject, '{}');
    await connection.flush();
    expect(await Promise.race([violation, new Promise((resolve) => setTimeout(resolve, 1_000))])).toMatch(
      /permissions violation/i,
    );
    expect((await (await jetstreamManager(admin)).streams.info(notificationStream('other'))).state.messages).toBe(
      before,
    );
  });

  it.each([
    ['everything', '>'],
    ['what another tenant publishes', notificationSubjects('other')],
    ['what its own tenant publishes', notificationSubjects('acme')],
    ['what another tenant is refused', refusedSubject('other')],
    ['the refusals of all', refusedSubject('*')],
    ['the log of another tenant', logSubject('*', 'other', '*')],
    ['the logs of all', 'waybill.v1.log.>'],
    ['what the broker asks', '$SYS.REQ.USER.AUTH'],
  ])('may not hear %s', async (_what, subject) => {
    await expect(heardBy(await enter(publisherOf('acme')), subject)).rejects.toThrow(/permissions violation/i);
  });

  it('hears what its tenant is refused, and its log', async () => {
    const connection = await enter(publisherOf('acme'));
    await heardBy(connection, refusedSubject('acme'));
    await heardBy(connection, logSubject('*', 'acme', '*'));
  });

  it.each<[string, () => Publisher]>([
    [
      'with a key that nobody made',
      () => ({ ...publisherOf('acme'), pass: formatApiKey(encodeTypeId('key', new Uint8Array(16)), 'y'.repeat(43)) }),
    ],
    ['with the secret of another key', () => ({ user: publisherOf('acme').user, pass: publisherOf('acme').pass })],
    ['with a key that may only read', () => publisherOf('acme', ['read'])],
    ['with no password', () => ({ user: publisherOf('acme').user, pass: '' })],
    ['as one of our services', () => ({ user: 'delivery', pass: publisherOf('acme').pass })],
    ['as the operator', () => ({ user: 'admin', pass: publisherOf('acme').pass })],
  ])('does not come in %s', async (_how, who) => {
    await expect(enter(who())).rejects.toThrow(/authorization violation/i);
  });
});

/** Resolves when the broker lets somebody hear a subject, rejects with what it says otherwise. */
async function heardBy(connection: NatsConnection, subject: string): Promise<void> {
  const subscription = connection.subscribe(subject);
  const refused = (async () => {
    for await (const message of subscription) void message;
  })();
  // It may be refused before anybody waits for that below.
  refused.catch(() => undefined);
  await connection.flush();
  await Promise.race([refused, new Promise((resolve) => setTimeout(resolve, 150))]);
}
