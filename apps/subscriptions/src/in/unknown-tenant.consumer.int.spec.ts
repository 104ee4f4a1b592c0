import { connect, type NatsConnection } from '@nats-io/transport-node';
import { AskFailed } from '@waybill/bus/ask';

import { notificationSubject, refusedSubject } from '@waybill/contracts/subjects';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { problem } from '@waybill/service-kit/problems';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { UnknownTenantConsumer, waitingBytesMax } from './unknown-tenant.consumer.js';

const known = new Set(['acme']);
const isAway = () => Promise.reject(new AskFailed(problem('service_unavailable')));

describe('what is published to a tenant that has no stream', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let eventLog: MemoryLog;
  let asked: string[];
  let warned: string[];
  let heard: { readonly tenant: string; readonly code: string }[];
  let answer: (tenant: string) => Promise<boolean>;
  let stop: () => void;

  beforeAll(async () => {
    nats = await startNats();
    nc = await connect({ servers: new URL(nats.url).host });
  });
  afterAll(async () => {
    await nc.close();
    await nats.stop();
  });
  beforeEach(async () => {
    eventLog = new MemoryLog('subscriptions-0');
    [asked, warned, heard] = [[], [], []];
    answer = () => Promise.resolve(false);
    const isTenant = (tenant: string): Promise<boolean> => (asked.push(tenant), answer(tenant));
    const router = { isTenant, registry: { hasTenant: (tenant: string) => known.has(tenant) } };
    const log = { warn: (_: unknown, code?: string) => void warned.push(code ?? '') };
    const refusals = nc.subscribe(refusedSubject('*'), {
      callback: (_, message) =>
        void heard.push({
          tenant: message.subject.split('.').at(-1) ?? '',
          code: message.json<{ code: string }>().code,
        }),
    });
    const stopHearing = new UnknownTenantConsumer(nc, router, eventLog, log, 20).start();
    stop = () => (refusals.unsubscribe(), stopHearing());
    await nc.flush();
  });
  afterEach(() => stop());

  const publish = (tenant: string, body = '{}'): void => nc.publish(notificationSubject(tenant, 'incident'), body);
  const recorded = async () =>
    (await eventLog.readAll({ after: 0, limit: 100 })).map(({ type, tenant }) => ({ type, tenant }));
  async function until(holds: () => boolean): Promise<void> {
    for (const untilMs = Date.now() + 10_000; !holds();) {
      if (Date.now() > untilMs) throw new Error('not within 10 s');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('is refused and on the record; registry is asked once for all that comes meanwhile, and never for a tenant that is known', async () => {
    publish('acme');
    for (let n = 0; n < 5; n += 1) publish('nobody');
    await until(() => heard.length === 5);
    expect(heard[0]).toEqual({ tenant: 'nobody', code: 'tenant_unknown' });
    expect(asked).toEqual(['nobody']);
    expect(await recorded()).toEqual(Array(5).fill({ type: 'NotificationRefused', tenant: 'nobody' }));
  });

  it('is not refused where registry has the tenant, whose log arrives late here', async () => {
    answer = (tenant) => Promise.resolve(tenant === 'late');
    publish('late');
    publish('nobody');
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ tenant: 'nobody', code: 'tenant_unknown' }]);
    expect([...asked].sort()).toEqual(['late', 'nobody']);
  });

  it('waits for a registry that is away', async () => {
    answer = () => (asked.length < 4 ? isAway() : Promise.resolve(false));
    publish('nobody');
    await until(() => asked.length === 3);
    expect([heard, await recorded()]).toEqual([[], []]);
    await until(() => heard.length === 1);
    expect(await recorded()).toEqual([{ type: 'NotificationRefused', tenant: 'nobody' }]);
  });

  it('takes no more memory than it may while registry says nothing', async () => {
    let say: (isTenant: boolean) => void = () => undefined;
    answer = () => new Promise((resolve) => (say = resolve));
    const body = 'x'.repeat(1_000_000);
    for (let n = 0; n < 12; n += 1) publish('nobody', body);
    await until(() => warned.length > 0 && asked.length > 0);
    await nc.flush();
    say(false);
    const fit = Math.floor(waitingBytesMax / body.length);
    await until(() => heard.length === fit);
    expect(warned).toEqual(Array(12 - fit).fill('unknown-tenant.let-go'));
  });
});
