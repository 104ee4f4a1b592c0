import type { NameResolver } from './dial.js';
import type { Egress } from './egress.js';
import { connectionAgeMaxMs } from './http-pools.js';
import { connectionsPerOriginMax } from './origin-pool.js';
import { answering, doorTo, isWholeRequest, listen, ok, postTo } from './rooms.spec.js';
import type { Listener } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };
let listener: Listener | null = null;
let door: Egress | null = null;

afterEach(async () => {
  await door?.close();
  await listener?.close();
  door = listener = null;
});

/** A name server that answers the loopback when it is told to. */
function heldNames(): NameResolver & { asked: number; answer: () => void } {
  let answer: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (answer = resolve));
  const resolver = {
    asked: 0,
    answer,
    resolve4: async (): Promise<string[]> => {
      resolver.asked += 1;
      await told;
      return ['127.0.0.1'];
    },
    resolve6: async (): Promise<string[]> => [],
  };
  return resolver;
}

const named = ({ port }: Listener): string => `http://held.example.com:${port}/hook`;
const codeOf = async (sending: ReturnType<Egress['sendHttp']>): Promise<string | number> => {
  const { answer } = await sending;
  return answer.kind === 'none' ? answer.code : answer.kind === 'http' ? answer.status : answer.kind;
};

describe('what is asked of an origin before its first connection stands', () => {
  it('has a connection for each, opened at the same time and used by nobody else', async () => {
    listener = await listen((socket, text) => {
      if (isWholeRequest(text)) setTimeout(() => socket.write(ok), 100);
    });
    const names = heldNames();
    const asking = (door = doorTo([listener.port], { resolver: names }));
    const url = named(listener);
    const sendings = Array.from({ length: 10 }, (_, n) => asking.sendHttp(postTo(url, { body: `${n}` }), {}, limits));
    await new Promise((done) => setTimeout(done, 50));
    expect(names.asked).toBe(10);
    names.answer();
    for (const { answer } of await Promise.all(sendings)) expect(answer).toMatchObject({ kind: 'http', status: 200 });
    expect(listener.connections).toBe(10);
    expect(
      listener.received
        .map((text) => text.at(-1))
        .toSorted()
        .join(''),
    ).toBe('0123456789');
  });

  it('fails each with what came of its own connection, and those that waited for one as well', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    door = doorTo([gone.port]);
    const sendings = Array.from({ length: connectionsPerOriginMax + 6 }, () =>
      codeOf((door as Egress).sendHttp(postTo(gone.url), {}, limits)),
    );
    expect(new Set(await Promise.all(sendings))).toEqual(new Set(['connect_failed']));
  });

  it('opens a connection anew for what is asked after one has failed', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    door = doorTo([gone.port]);
    expect(await codeOf(door.sendHttp(postTo(gone.url), {}, limits))).toBe('connect_failed');
    listener = await answering(ok, gone.port);
    expect(await codeOf(door.sendHttp(postTo(gone.url), {}, limits))).toBe(200);
  });

  it('is not sent any more when its time was over before', async () => {
    listener = await answering(ok);
    const names = heldNames();
    door = doorTo([listener.port], { resolver: names });
    const late = await door.sendHttp(postTo(named(listener)), {}, { ...limits, timeoutMs: 300 });
    expect(late.answer).toMatchObject({ kind: 'none', code: 'timeout', sent: false });
    names.answer();
    await new Promise((done) => setTimeout(done, 200));
    expect(listener.received.join('')).toBe('');
  });

  it('is told when the door closes, and nothing of it is sent afterwards', async () => {
    listener = await answering(ok);
    const names = heldNames();
    const closing = (door = doorTo([listener.port], { resolver: names }));
    const sendings = [1, 2, 3].map(() => closing.sendHttp(postTo(named(listener as Listener)), {}, limits));
    await new Promise((done) => setTimeout(done, 50));
    await closing.close();
    for (const { answer } of await Promise.all(sendings))
      expect(answer).toMatchObject({ kind: 'none', code: 'reset', sent: false });
    names.answer();
    await new Promise((done) => setTimeout(done, 100));
    expect(listener.received.join('')).toBe('');
  });

  it('is finished also when the connections of the origin are renewed meanwhile', async () => {
    listener = await answering(ok);
    const names = heldNames();
    let nowMs = 0;
    door = doorTo([listener.port], { resolver: names, nowMs: () => nowMs });
    const before = codeOf(door.sendHttp(postTo(named(listener)), {}, limits));
    await new Promise((done) => setTimeout(done, 50));
    nowMs = connectionAgeMaxMs + 1;
    const after = codeOf(door.sendHttp(postTo(named(listener)), {}, limits));
    names.answer();
    expect(await Promise.all([before, after])).toEqual([200, 200]);
    expect(listener.connections).toBe(2);
  });
});
