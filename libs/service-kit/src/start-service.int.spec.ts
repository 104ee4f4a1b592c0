import { Controller, type DynamicModule } from '@nestjs/common';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { rpcSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { z } from 'zod';
import { Rpc, type RpcRequest } from './rpc.js';
import { type RunningService, startService } from './start-service.js';

let open: () => void = () => undefined;
let running = 0;
let runningMax = 0;

@Controller()
class EchoController {
  @Rpc('registry', 'echo', z.strictObject({ text: z.string(), nested: z.strictObject({ n: z.int() }).optional() }))
  async echo({ input, tenant, actor, requestId }: RpcRequest<{ text: string }>): Promise<unknown> {
    return { ...input, tenant, actor, requestId };
  }

  @Rpc('registry', 'refuse', z.looseObject({}))
  async refuse(): Promise<unknown> {
    throw new Refused('connector_deleted', 'It was deleted.', '/id');
  }

  @Rpc('registry', 'break', z.looseObject({}))
  async break(): Promise<unknown> {
    throw new Error('the password is hunter2');
  }

  @Rpc('registry', 'hold', z.looseObject({}))
  async hold(): Promise<void> {
    running += 1;
    runningMax = Math.max(runningMax, running);
    const before = open;
    await new Promise<void>((resolve) => {
      open = () => (before(), resolve());
    });
    running -= 1;
  }
}

class EchoModule {}

const limits = { concurrentMax: 2, waitingMax: 3, waitingLengthMax: 1_000 };
const config = { WAYBILL_OPS_PORT: 0, WAYBILL_OPS_HOST: '127.0.0.1', WAYBILL_LOG_LEVEL: 'silent' };

describe('a service', () => {
  let server: TestNats;
  let client: NatsConnection;
  let service: RunningService;
  let drained: string[];

  beforeAll(async () => {
    server = await startNats();
    client = await connect({ servers: server.url });
  }, 30_000);

  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    drained = [];
    open = () => undefined;
    running = runningMax = 0;
    service = await startService({
      name: 'registry',
      description: 'echoes',
      config,
      limits,
      connect: () => connect({ servers: server.url }),
      module: (kit): DynamicModule => {
        kit.onDrain('first', () => void drained.push('first'));
        kit.onDrain('second', () => void drained.push('second'));
        kit.onStop('reader', () => void drained.push('reader'));
        kit.onStop('engine', () => void drained.push('engine'));
        return { module: EchoModule, controllers: [EchoController] };
      },
    });
  });

  afterEach(async () => {
    open();
    await service.stop();
  });

  const ask = async (call: string, body: string | Uint8Array, more: Record<string, string> = {}) => {
    const sent = headers();
    for (const [name, value] of Object.entries(more)) sent.set(name, value);
    const reply = await client.request(rpcSubject('registry', 'acme', call), body, { timeout: 3_000, headers: sent });
    return reply.json<{ ok?: Record<string, unknown>; problem?: Record<string, unknown> }>();
  };

  it('answers plain JSON of any client with ok, the tenant taken from the subject', async () => {
    const reply = await ask('echo', '{"text":"hi"}', { 'Waybill-Actor': 'key:key_a', 'Waybill-Request-Id': 'req_1' });
    expect(reply).toEqual({ ok: { text: 'hi', tenant: 'acme', actor: 'key:key_a', requestId: 'req_1' } });
  });

  it('is not fooled by a body that looks like a packet of Nest', async () => {
    const reply = await ask('echo', '{"pattern":"x","data":{"text":"hi"},"id":"1"}');
    expect(reply.problem).toMatchObject({ status: 422, code: 'validation_failed' });
  });

  it('names every fault of a body with a pointer', async () => {
    const { problem } = await ask('echo', '{"nested":{"n":"1","a/b":2},"more":1}');
    const pointers = (problem?.['errors'] as { pointer: string; code: string }[]).map(
      ({ pointer, code }) => `${pointer} ${code}`,
    );
    expect(pointers.sort()).toEqual([
      '/more unknown_field',
      '/nested/a~1b unknown_field',
      '/nested/n invalid_type',
      '/text required',
    ]);
  });

  it.each([
    ['that is no JSON', '{'],
    ['that is no UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['that begins with a byte order mark', '\ufeff{"text":"hi"}'],
  ])('answers a body %s with a problem and goes on', async (_sentence, body) => {
    expect((await ask('echo', body)).problem).toMatchObject({ status: 400, code: 'malformed' });
    expect((await ask('echo', '{"text":"still here"}')).ok).toMatchObject({ text: 'still here' });
  });

  it('says a refusal with its code, its number and its pointer', async () => {
    const { problem } = await ask('refuse', '{}');
    expect(problem).toMatchObject({ code: 'connector_deleted', status: 410, errors: [{ pointer: '/id' }] });
  });

  it('says a defect without its words, and with the request id that is in the log', async () => {
    const { problem } = await ask('break', '{}', { 'Waybill-Request-Id': 'req_9' });
    expect(problem).toMatchObject({ code: 'internal', status: 500, requestId: 'req_9' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('works on as many requests as it may, lets as many wait, and refuses one more', async () => {
    const asked = Array.from({ length: limits.concurrentMax + limits.waitingMax }, () => ask('hold', '{}'));
    const refused = await ask('hold', '{}');
    expect(refused.problem).toMatchObject({ code: 'overloaded', status: 503, retryAfterSeconds: 1 });
    let answered = 0;
    for (const reply of asked) void reply.then(() => (answered += 1));
    while (answered < asked.length) {
      open();
      await client.flush();
    }
    expect(runningMax).toBe(limits.concurrentMax);
  });

  it('lets bodies of so much wait, and refuses one that is a character too long', async () => {
    const long = (length: number): string => `{"text":"${'x'.repeat(length - '{"text":""}'.length)}"}`;
    const asked = Array.from({ length: limits.concurrentMax }, () => ask('hold', long(900)));
    asked.push(ask('hold', long(600)));
    const refused = await ask('hold', long(401));
    expect(refused.problem).toMatchObject({ code: 'overloaded' });
    asked.push(ask('hold', long(400)));
    await client.flush();
    let answered = 0;
    for (const reply of asked) void reply.then(({ ok }) => (answered += ok === null ? 1 : 0));
    while (answered < asked.length) {
      open();
      await client.flush();
    }
    // What has left makes room again.
    expect((await ask('echo', '{"text":"hi"}')).ok).toMatchObject({ text: 'hi' });
  });

  it('answers what it had heard before it stops, then drains the last registered first', async () => {
    const held = ask('hold', '{}');
    await client.flush();
    while (running === 0) await client.flush();
    const stopping = service.stop();
    open();
    expect(await held).toEqual({ ok: null });
    expect(await stopping).toBe(0);
    expect(drained).toEqual(['engine', 'reader', 'second', 'first']);
  });

  it('stops what works by itself while a request is still being answered, and closes what both stand on after that', async () => {
    const held = ask('hold', '{}');
    await client.flush();
    while (running === 0) await client.flush();
    const stopping = service.stop();
    while (drained.length < 2) await client.flush();
    expect(drained).toEqual(['engine', 'reader']);
    open();
    await held;
    await stopping;
    expect(drained).toEqual(['engine', 'reader', 'second', 'first']);
  });

  it('closes nothing while what works by itself has not finished', async () => {
    let finish: () => void = () => undefined;
    service.kit.onStop('slow', () => new Promise<void>((resolve) => (finish = resolve)));
    const stopping = service.stop();
    // The last thing that it does before the drains, were it not for what has not finished.
    while ((await client.request('$SRV.PING.registry', '', { timeout: 200 }).catch(() => null)) !== null);
    expect(drained).toEqual([]);
    finish();
    expect(await stopping).toBe(0);
    expect(drained).toEqual(['engine', 'reader', 'second', 'first']);
  });

  it('says that a drain failed in the exit code', async () => {
    service.kit.onDrain('third', () => Promise.reject(new Error('not flushed')));
    expect(await service.stop()).toBe(2);
  });

  it('says that something did not stop in the exit code, and drains all the same', async () => {
    service.kit.onStop('third', () => Promise.reject(new Error('not stopped')));
    expect(await service.stop()).toBe(2);
    expect(drained).toEqual(['engine', 'reader', 'second', 'first']);
  });

  it('is ready when its checks pass and says what is wrong when one does not', async () => {
    const readiness = async () => {
      const response = await fetch(`http://127.0.0.1:${service.kit.ops.port}/readyz`);
      return [response.status, await response.json()];
    };
    expect(await readiness()).toEqual([200, { ready: true, checks: { service: null, nats: null } }]);
    service.kit.ops.notice('quiet', () => null);
    service.kit.ops.notice('sending', () => 'held');
    expect(await readiness()).toEqual([
      200,
      { ready: true, checks: { service: null, nats: null }, notices: { sending: 'held' } },
    ]);
    service.kit.ops.notice('sending', () => null);
    service.kit.ops.check('database', () => 'no connection');
    expect(await readiness()).toEqual([
      503,
      { ready: false, checks: { service: null, nats: null, database: 'no connection' } },
    ]);
  });

  it('counts requests in its metrics', async () => {
    await ask('refuse', '{}');
    const metrics = await (await fetch(`http://127.0.0.1:${service.kit.ops.port}/metrics`)).text();
    expect(metrics).toContain(
      'waybill_rpc_problems_total{call="refuse",code="connector_deleted",service="registry"} 1',
    );
  });

  it('can be found by the NATS micro protocol', async () => {
    const info = (await client.request('$SRV.INFO.registry', '')).json<{
      type: string;
      endpoints: { name: string; subject: string }[];
    }>();
    expect(info.type).toBe('io.nats.micro.v1.info_response');
    expect(info.endpoints).toContainEqual({
      name: 'echo',
      subject: 'waybill.v1.rpc.registry.*.echo',
      queue_group: 'registry',
      metadata: {},
    });
    await ask('echo', '{"text":"hi"}');
    await ask('echo', '{}');
    const stats = (await client.request('$SRV.STATS.registry', '')).json<{ endpoints: { name: string }[] }>();
    expect(stats.endpoints.find(({ name }) => name === 'echo')).toMatchObject({
      num_requests: 2,
      num_errors: 1,
      last_error: 'validation_failed',
    });
  });

  it('comes up though the broker went away while it listened for the first time', async () => {
    const proxy = await openSilentProxy(server.port);
    const started = await startService({
      name: 'registry',
      description: 'echoes',
      config,
      connect: () => connect({ servers: `127.0.0.1:${proxy.port}`, maxReconnectAttempts: -1, reconnectTimeWait: 50 }),
      module: (): DynamicModule => {
        // The broker is asked whether it has heard, and goes away before it answers.
        proxy.silence('answers');
        setTimeout(() => proxy.cut(), 500);
        return { module: EchoModule, controllers: [EchoController] };
      },
    });
    const ready = await fetch(`http://127.0.0.1:${started.kit.ops.port}/readyz`);
    expect(ready.status).toBe(200);
    await started.stop();
    await proxy.close();
  });

  it('begins again where the database went away in the middle of its start, and leaves nothing of the first try', async () => {
    const stopped: number[] = [];
    let tries = 0;
    const started = await startService({
      name: 'registry',
      description: 'echoes',
      config,
      connect: () => connect({ servers: server.url }),
      module: (kit): DynamicModule => {
        tries += 1;
        const mine = tries;
        kit.onStop('reader', () => void stopped.push(mine));
        kit.onDrain('database', () => void stopped.push(mine));
        kit.ops.gauge('waybill_spec', 'Of one try', () => mine);
        if (mine === 1) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return { module: EchoModule, controllers: [EchoController] };
      },
    });
    expect([tries, stopped]).toEqual([2, [1, 1]]);
    const metrics = await (await fetch(`http://127.0.0.1:${started.kit.ops.port}/metrics`)).text();
    expect(metrics).toContain('waybill_spec{service="registry"} 2');
    await started.stop();
  });

  it('does not begin again where waiting mends nothing', async () => {
    const starting = startService({
      name: 'registry',
      description: 'echoes',
      config,
      connect: () => connect({ servers: server.url }),
      module: (): DynamicModule => {
        throw new Error('this database keeps another log');
      },
    });
    await expect(starting).rejects.toThrow('keeps another log');
  });
});
