import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { adminUser } from '@waybill/dev-stack/nats-users';
import { type Certificates, makeCertificates } from '@waybill/receivers/certificate';
import { type FaultProxy, openFaultProxy } from '@waybill/testkit/fault-proxy';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { connectBus } from './connect.js';

/** More than the two seconds that nats-server gives a client to say who it is. */
const tooLateMs = 2_500;
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

/** Whoever comes meanwhile says nothing for too long; what the broker thinks of it is heard when it goes on. */
async function refusedBy(proxy: FaultProxy, isRefused: () => boolean): Promise<void> {
  const before = proxy.connections;
  while (proxy.connections === before) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, tooLateMs));
  proxy.heal();
  while (!isRefused()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a broker that stands still', () => {
  let nats: TestNats;
  beforeAll(async () => void (nats = await startNats({ users })), 60_000);
  afterAll(() => nats.stop());

  it('is connected to again however often it has taken the client for one that does not say who it is', async () => {
    const proxy = await openFaultProxy(nats);
    const nc = await connectBus(`nats://admin:secret@127.0.0.1:${proxy.port}`, 'spec');
    const refusals: string[] = [];
    void (async () => {
      for await (const status of nc.status()) if (status.type === 'error') refusals.push(status.error.message);
    })();
    proxy.pause();
    proxy.cutAll();
    for (let round = 1; round <= 3; round += 1) {
      await refusedBy(proxy, () => refusals.length === round);
      if (round < 3) proxy.pause();
    }
    await nc.flush();
    expect(refusals).toEqual(refusals.map(() => 'Authentication Timeout'));
    expect(nc.isClosed()).toBe(false);
    await nc.close();
    await proxy.close();
  });

  it('is waited for by who has just started', async () => {
    const proxy = await openFaultProxy(nats);
    proxy.pause();
    const connecting = connectBus(`nats://admin:secret@127.0.0.1:${proxy.port}`, 'spec');
    let isThere = false;
    void connecting.then(() => (isThere = true));
    // The client would end with the second.
    for (let round = 1; round <= 3; round += 1) {
      const before = proxy.connections;
      await refusedBy(proxy, () => isThere || proxy.connections > before);
      if (round < 3) proxy.pause();
    }
    await (await connecting).close();
    await proxy.close();
  });

  it('is left by who hears nothing of it for a quarter of a minute, and found again', async () => {
    const proxy = await openFaultProxy(nats);
    const nc = await connectBus(`nats://admin:secret@127.0.0.1:${proxy.port}`, 'spec');
    const left = (async () => {
      for await (const { type } of nc.status()) if (type === 'disconnect') return;
    })();
    const begun = performance.now();
    proxy.pause();
    await left;
    // Two or three pings; the rest is a machine that is busy.
    expect(performance.now() - begun).toBeLessThan(45_000);
    proxy.heal();
    await nc.flush();
    await nc.close();
    await proxy.close();
  });
});
