import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { adminUser, publisherUser } from '@waybill/dev-stack/nats-users';
import { notificationSubject } from '@waybill/contracts/subjects';
import { startNats, type TestNats } from './start-nats.js';
import { openFaultProxy } from './fault-proxy.js';

const clientOf = (url: string) => {
  const { username, password, host } = new URL(url);
  return connect({ servers: host, ...(username === '' ? {} : { user: username, pass: password }), reconnect: false });
};

describe('the nats-server of the tests', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats({ users: [adminUser('a'), publisherUser('publisher', 'default', 'p')] });
  }, 30_000);
  afterAll(() => nats.stop());

  const stored = async (): Promise<number | null> => {
    const client = await clientOf(nats.url);
    try {
      return (await (await jetstreamManager(client)).streams.info('kept')).state.messages;
    } catch {
      return null;
    } finally {
      await client.close();
    }
  };

  it('keeps what it stored over a restart, and loses it when its disk is wiped', async () => {
    const client = await clientOf(nats.url);
    await (await jetstreamManager(client)).streams.add({ name: 'kept', subjects: ['kept.>'] });
    await jetstream(client).publish('kept.one', 'x');
    await client.close();
    await nats.restart();
    expect(await stored()).toBe(1);
    await nats.wipe();
    expect(await stored()).toBeNull();
  });

  it('lets a publisher publish for its own tenant and for no other', async () => {
    const admin = await clientOf(nats.url);
    await (await jetstreamManager(admin)).streams.add({ name: 'n', subjects: [notificationSubject('*', '>')] });
    const publisher = await clientOf(nats.urlOf('publisher'));
    const js = jetstream(publisher, { timeout: 2000 });
    expect((await js.publish(notificationSubject('default', 'incident'), '{}')).seq).toBe(1);
    await expect(js.publish(notificationSubject('other', 'incident'), '{}')).rejects.toThrow();
    await publisher.close();
    await admin.close();
  });

  it('is out of reach behind a proxy that refuses, and back when it heals', async () => {
    const proxy = await openFaultProxy(nats);
    proxy.refuse();
    await expect(clientOf(`nats://admin:a@127.0.0.1:${proxy.port}`)).rejects.toThrow();
    proxy.heal();
    const client = await clientOf(`nats://admin:a@127.0.0.1:${proxy.port}`);
    await client.flush();
    await client.close();
    await proxy.close();
  });
});
