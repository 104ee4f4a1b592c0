import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { adminUser } from '@waybill/dev-stack/nats-users';
import { type Certificates, makeCertificates } from '@waybill/receivers/certificate';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { connectBus } from './connect.js';

const users = [adminUser('secret')];
const urlOf = (host: string, { port }: { port: number }): string => `tls://admin:secret@${host}:${port}`;

describe('a broker at tls://', () => {
  let ours: Certificates;
  let others: Certificates;
  let nats: TestNats;
  let plain: TestNats;
  beforeAll(async () => {
    [ours, others] = [await makeCertificates(null), await makeCertificates(null)];
    [nats, plain] = await Promise.all([startNats({ users, tls: ours.server.good }), startNats({ users })]);
  }, 60_000);
  afterAll(() => Promise.all([nats.stop(), plain.stop()]));

  it.each(['127.0.0.1', 'localhost'])('is spoken to under TLS where its certificate is believed (%s)', async (host) => {
    const nc = await connectBus(urlOf(host, nats), 'spec', ours.caPem);
    await nc.flush();
    expect(nc.info).toMatchObject({ tls_required: true });
    await nc.close();
  });

  it('is refused where its certificate leads to no root that is believed', async () => {
    await expect(connectBus(urlOf('127.0.0.1', nats), 'spec', others.caPem)).rejects.toThrow(/certificate|signature/);
    await expect(connectBus(urlOf('127.0.0.1', nats), 'spec')).rejects.toThrow(/certificate/);
  });

  it('is refused where its certificate is for another address', async () => {
    const forward = createServer((socket) => {
      const upstream = connectTcp(nats.port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const each of [socket, upstream]) each.on('error', () => undefined);
    });
    // The certificate names 127.0.0.1 and localhost.
    await new Promise<void>((resolve) => forward.listen(0, '127.0.0.2', resolve));
    const url = urlOf('127.0.0.2', forward.address() as AddressInfo);
    await expect(connectBus(url, 'spec', ours.caPem)).rejects.toThrow('127.0.0.2');
    forward.close();
  });

  it('is refused where it has no TLS, before anything is said to it', async () => {
    const proxy = await openSilentProxy(plain.port);
    await expect(connectBus(urlOf('127.0.0.1', proxy), 'spec', ours.caPem)).rejects.toThrow("does not support 'tls'");
    expect(proxy.passed('answers')).toBeGreaterThan(0);
    expect(proxy.passed('requests')).toBe(0);
    await proxy.close();
  });

  it('is waited for while it is away, and told a wrong password at once', async () => {
    await nats.kill();
    const connecting = connectBus(urlOf('127.0.0.1', nats), 'spec', ours.caPem);
    await nats.restart();
    await (await connecting).close();
    const wrong = urlOf('127.0.0.1', nats).replace('secret', 'guess');
    await expect(connectBus(wrong, 'spec', ours.caPem)).rejects.toThrow(/[Aa]uthorization/);
  });

  it('is not what a root is given for without tls://', async () => {
    await expect(connectBus(plain.url, 'spec', ours.caPem)).rejects.toThrow('not tls://');
  });
});
