import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { notificationStream } from '@waybill/contracts/subjects';
import { createLog } from '@waybill/service-kit/logger';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { NotificationStreams, streamConfigOf } from './notification-streams.js';

const limits = { replicas: 1, bytesMax: 64 * 1024 * 1024 };
const silent = createLog({ service: 'registry', copy: 'test', level: 'silent' });

describe('the streams of tenants', () => {
  let server: TestNats;
  let nats: NatsConnection;
  let streams: NotificationStreams;

  beforeEach(async () => {
    server = await startNats();
    nats = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    streams = new NotificationStreams(nats, limits, silent);
  }, 30_000);

  afterEach(async () => {
    await streams.stop();
    await nats.close();
    await server.stop();
  });

  const configOf = async (tenant: string) =>
    (await (await jetstreamManager(nats)).streams.info(notificationStream(tenant))).config;

  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 15_000;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > deadline) throw new Error('it did not come to pass within 15 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('are made as they must be', async () => {
    await streams.start(async () => ['acme', 'other']);
    expect(streams.fault()).toBeNull();
    expect(await configOf('acme')).toMatchObject(streamConfigOf('acme', limits));
    expect(await configOf('other')).toMatchObject({
      retention: 'workqueue',
      discard: 'new',
      duplicate_window: 100_000_000,
    });
  });

  it('are set right where somebody changed them', async () => {
    await streams.ensure('acme');
    await (await jetstreamManager(nats)).streams.update(notificationStream('acme'), { max_bytes: 1_000 });
    await streams.ensure('acme');
    expect(streams.fault()).toBeNull();
    expect((await configOf('acme')).max_bytes).toBe(limits.bytesMax);
  });

  it('are told when they cannot be set right', async () => {
    const jsm = await jetstreamManager(nats);
    await jsm.streams.add({
      ...streamConfigOf('acme', limits),
      deny_delete: false,
      deny_purge: false,
      retention: 'limits',
    });
    await streams.start(async () => ['acme', 'other']);
    expect(streams.fault()).toMatch(/^acme: /);
    expect(await configOf('other')).toMatchObject({ retention: 'workqueue' });
  });

  it('come back by themselves after NATS lost its folder', async () => {
    await streams.start(async () => ['acme']);
    await server.wipe();
    await until(async () => (await configOf('acme')).name === notificationStream('acme'));
    expect(streams.fault()).toBeNull();
  }, 30_000);

  it('are made for as many tenants as there are, however little of the disk is free', async () => {
    const generous = new NotificationStreams(nats, { ...limits, bytesMax: 2 ** 40 }, silent);
    const tenants = Array.from({ length: 120 }, (_, at) => `tenant-${at}`);
    await generous.start(async () => tenants);
    expect(generous.fault()).toBeNull();
    await generous.stop();
  }, 30_000);

  it('are made for a tenant that came later', async () => {
    const tenants = ['acme'];
    await streams.start(async () => tenants);
    tenants.push('late');
    await until(async () => (await configOf('late')).name === notificationStream('late'));
  }, 30_000);
});
