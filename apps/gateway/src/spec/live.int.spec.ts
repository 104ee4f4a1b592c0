import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { logStream, logSubject, logSubjects } from '@waybill/contracts/subjects';
import { type Stage, startStage } from './stage.fixture.js';

interface Sent {
  id: string;
  event: string;
  data: string;
}

describe('the live feed', () => {
  let stage: Stage;
  const open: AbortController[] = [];
  beforeAll(async () => {
    stage = await startStage();
    const manager = await jetstreamManager(stage.nc);
    for (const log of ['registry-0', 'subscriptions-0', 'delivery-0']) {
      await manager.streams.add({ name: logStream(log), subjects: [logSubjects(log)] });
    }
  }, 60_000);
  afterEach(() => {
    for (const feed of open.splice(0)) feed.abort();
  });
  afterAll(() => stage.stop());

  const tell = async (log: string, tenant: string, type: string, data = '{}'): Promise<number> =>
    (await jetstream(stage.nc).publish(logSubject(log, tenant, type), data)).seq;

  /** Opens a feed and answers a function that waits for its next event. */
  const listen = async (headers: Record<string, string> = {}, key = stage.keyOf('default', 'read')) => {
    const end = new AbortController();
    open.push(end);
    const response = await fetch(`${stage.gateway.url}/v1/live`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      signal: end.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return async (): Promise<Sent> => {
      for (;;) {
        const at = text.indexOf('\n\n');
        if (at >= 0) {
          const block = text.slice(0, at).split('\n');
          text = text.slice(at + 2);
          const member = (name: string): string =>
            block.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
          if (member('event') !== '') return { id: member('id'), event: member('event'), data: member('data') };
          continue;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('the feed ended');
        text += value;
      }
    };
  };

  it('sends what is recorded after the place in Last-Event-ID, of its own tenant only', async () => {
    const last = await tell('delivery-0', 'default', 'DeliveryAccepted', '{"before":1}');
    await tell('delivery-0', 'acme', 'DeliveryAccepted', '{"foreign":1}');
    const position = await tell('delivery-0', 'default', 'DeliveryDelivered', '{"n":1.50}');
    const next = await listen({ 'last-event-id': `registry-0:0,subscriptions-0:0,delivery-0:${last}` });
    expect(await next()).toEqual({
      id: `registry-0:0,subscriptions-0:0,delivery-0:${position}`,
      event: 'DeliveryDelivered',
      data: '{"n":1.50}',
    });
  });

  it('begins at the end of every log, and one id resumes all of them', async () => {
    const next = await listen();
    // The feed is open once its first place is known: told again until it hears.
    let heard: Sent | undefined;
    const waiting = next().then((sent) => (heard = sent));
    while (heard === undefined) {
      await tell('subscriptions-0', 'default', 'NotificationRouted');
      await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    const place = heard.id;
    const position = await tell('registry-0', 'default', 'ConnectorCreated', '{"c":1}');
    const resumed = await listen({ 'last-event-id': place });
    let sent = await resumed();
    while (sent.event !== 'ConnectorCreated') sent = await resumed();
    expect(sent.id).toContain(`registry-0:${position}`);
  });

  it('tells of a gap when the window of the stream no longer holds the place', async () => {
    for (let n = 0; n < 3; n += 1) await tell('delivery-0', 'default', 'DeliveryAccepted');
    const manager = await jetstreamManager(stage.nc);
    const { state } = await manager.streams.info(logStream('delivery-0'));
    await manager.streams.purge(logStream('delivery-0'), { seq: state.last_seq });
    const next = await listen({ 'last-event-id': 'delivery-0:1' });
    let sent = await next();
    while (sent.event !== 'gap') sent = await next();
    expect(JSON.parse(sent.data)).toEqual({ log: 'delivery-0', after: 1, next: state.last_seq });
  });

  it.each(['nonsense', 'delivery-0:1,delivery-0:2', 'other-0:1'])('refuses the place %s', async (place) => {
    const reply = await stage.send('GET', '/v1/live', { headers: { 'last-event-id': place } });
    expect([reply.status, reply.json.code]).toEqual([422, 'validation_failed']);
  });
});
