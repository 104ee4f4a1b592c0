import { rpcSubject } from '@waybill/contracts/subjects';
import { RunningDelivery } from './running-delivery.spec.js';

const signingSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('SEC-08 a credential in the URL of a webhook', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
  }, 60_000);
  afterAll(() => delivery?.stop());
  beforeEach(() => delivery.received.clear());

  const at = (name: string): string => `${delivery.receivers.httpUrl}/webhook/${name}`;
  const arrived = async (name: string): Promise<(string | undefined)[]> =>
    (await delivery.received.received({ name })).map(({ path }) => path);
  /** Says back what it was asked with, in a header and in the body, as a careless target does. */
  const echo = (name: string, text: string): Promise<unknown> =>
    delivery.received.script('webhook', name, [
      { status: 400, headers: { 'x-asked': text }, body: `no: ${text}`, times: 1 },
    ]);

  it('is sent as it was written, and is masked in everything that is kept and shown of the attempt', async () => {
    const secrets = { signingSecret, urlQuery: 'key=abc%2Fcanary&sig=s1gncanary==' };
    const config = { url: `${at('query')}?key=****&room=7&sig=****` };
    await echo('query', '/webhook/query?key=abc%2Fcanary&room=7&sig=s1gncanary== abc/canary');
    const id = await delivery.connector(1, { target: 'webhook', config, secrets });
    await delivery.route(1, [id]);
    const dead = await delivery.until(1, 'dead-lettered');
    expect(await arrived('query')).toEqual(['/webhook/query?key=abc%2Fcanary&room=7&sig=s1gncanary==']);
    expect(dead.attempts?.[0]).toMatchObject({
      request: { url: `${at('query')}?key=****&room=7&sig=****` },
      response: { body: 'no: /webhook/query?key=****&room=7&sig=**** ****' },
    });
    await delivery.ask('deliveries.redeliver', { id: dead.id, mode: 'same-bytes' });
    const again = await delivery.until(1, 'delivered');
    expect(new Set(await arrived('query'))).toEqual(
      new Set(['/webhook/query?key=abc%2Fcanary&room=7&sig=s1gncanary==']),
    );
    const test = await delivery.ask('test', { id, type: 'demo', payload: {} });
    expect(test).toMatchObject({ outcome: 'accepted', request: { url: `${at('query')}?key=****&room=7&sig=****` } });
    const preview = await delivery.ask('render', { target: 'webhook', config, type: 'incident' });
    expect(JSON.stringify([dead, again, test, preview, await delivery.events()])).not.toContain('canary');
  });

  it('of a connector that was saved in clear before is sent and masked as well', async () => {
    const config = { url: `${at('legacy')}?key=abccanary&room=7` };
    const id = await delivery.connector(2, { target: 'webhook', config, secrets: { signingSecret } });
    await delivery.route(2, [id]);
    const { id: deliveryId, attempts } = await delivery.until(2, 'delivered');
    expect(await arrived('legacy')).toEqual(['/webhook/legacy?key=abccanary&room=7']);
    const shown = { url: `${at('legacy')}?key=****&room=7` };
    expect(attempts?.[0]).toMatchObject({ request: shown });
    const told = { version: 1, tenant: 'default', at: new Date().toISOString(), type: 'ConnectorCreated' };
    const data = { connectorId: id, name: 'x', target: 'webhook', enabled: true, config, templates: {}, limits: { timeoutMs: 1_000 }, secrets: {}, secretVersion: 0 }; // prettier-ignore
    const history = delivery.client.subscribe(rpcSubject('registry', 'default', 'connectors.history'), {
      callback: (_error, message) =>
        void message.respond(JSON.stringify({ ok: { items: [{ ...told, data }], nextCursor: null } })),
    });
    expect(await delivery.ask('deliveries.replay', { id: deliveryId })).toMatchObject({ same: true, replayed: shown });
    history.unsubscribe();
  });

  it('is taken out of a test and a preview that nobody has saved', async () => {
    const url = `${at('unsaved')}?token=abccanary`;
    const test = await delivery.ask('test', {
      connector: { name: 'x', target: 'webhook', config: { url } },
      type: 'demo',
      payload: {},
    });
    expect(test).toMatchObject({ outcome: 'accepted', request: { url: `${at('unsaved')}?token=****` } });
    expect(await arrived('unsaved')).toEqual(['/webhook/unsaved?token=abccanary']);
    const preview = await delivery.ask('render', { target: 'webhook', config: { url }, type: 'incident' });
    expect(preview).toMatchObject({ request: { url: `${at('unsaved')}?token=\u27e6secret:urlQuery.1\u27e7` } });
    expect(JSON.stringify([test, preview])).not.toContain('canary');
  });

  it('goes with a test of changes to the same host alone', async () => {
    const secrets = { signingSecret, urlQuery: 'key=stored' };
    const id = await delivery.connector(3, { target: 'webhook', config: { url: `${at('saved')}?key=****` }, secrets });
    const tried = (connector: object) => ({ id, connector, type: 'demo', payload: {} });
    await delivery.ask('test', tried({ config: { url: `${at('saved')}?room=8&key=****` } }));
    await delivery.ask('test', tried({ config: { url: `${at('saved')}?key=new` } }));
    await delivery.ask('test', tried({ secrets: { urlQuery: 'key=given' } }));
    await delivery.ask('test', tried({ secrets: { urlQuery: '****' } }));
    expect((await arrived('saved')).toReversed()).toEqual(
      expect.arrayContaining(['?room=8&key=stored', '?key=new', '?key=given', '?key=stored'].map((query) => `/webhook/saved${query}`)),
    ); // prettier-ignore
    for (const url of ['http://127.0.0.1:1/?key=****', `${at('saved')}?token=****`])
      expect(await delivery.refusal('test', tried({ config: { url } }))).toMatchObject({
        status: 422,
        code: 'secret_missing',
        errors: [{ pointer: '/connector/config/url' }],
      });
  });
});
