import { RunningDelivery } from './running-delivery.spec.js';

const webhookConfig = {
  config: { url: 'https://hooks.example.com/in', auth: { kind: 'bearer' } },
  secrets: { token: 't' },
};

describe('preview and test', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
  }, 60_000);
  afterAll(() => delivery?.stop());
  beforeEach(() => delivery.received.clear());

  const webhook = (name: string) => ({
    name,
    target: 'webhook',
    config: { url: `${delivery.receivers.httpUrl}/webhook/${name}` },
  });
  const template = (body: string) => ({ demo: { format: 'json', body } });

  it('signs the test of a webhook that is not saved', async () => {
    await delivery.ask('test', { connector: webhook('unsaved'), type: 'incident' });
    const [received] = await delivery.received.received({ name: 'unsaved' });
    expect(received?.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=/);
  });

  it('keeps the spelling of numbers in a preview and in a test', async () => {
    const body = '{"n":{{n}}}';
    const text = (members: string) => `{${members},"type":"demo","payload":{"n":1.50}}`;
    const subject = (call: string) => `waybill.v1.rpc.delivery.default.${call}`;
    const preview = await delivery.client.request(
      subject('render'),
      text(
        `"target":"webhook","config":${JSON.stringify(webhook('n').config)},"template":${JSON.stringify({ format: 'json', body })}`,
      ),
    );
    expect(preview.json()).toMatchObject({ ok: { request: { body: '{"n":1.50}' } } });
    await delivery.client.request(
      subject('test'),
      text(`"connector":${JSON.stringify({ ...webhook('n'), templates: template(body) })}`),
      { timeout: 10_000 },
    );
    expect(await delivery.received.received({ name: 'n' })).toMatchObject([{ body: '{"n":1.50}' }]);
  });

  it('opens an alert when the sample of an incident is tried, though that one is over', async () => {
    const config = { baseUrl: `${delivery.receivers.httpUrl}/pagerduty` };
    const connector = { name: 'p', target: 'pagerduty', config, secrets: { routingKey: 'a1B2c3D4'.repeat(4) } };
    expect(await delivery.ask('test', { connector, type: 'incident' })).toMatchObject({ outcome: 'accepted' });
    const [received] = await delivery.received.received({ target: 'pagerduty' });
    expect(JSON.parse(received?.body ?? '{}')).toMatchObject({ event_action: 'trigger' });
  });

  it.each([
    ['a preview names the member of a configuration that is missing', 'render', { target: 'jira' }, '/config/baseUrl'],
    [
      'a preview names the member that is of another type',
      'render',
      { target: 'webhook', config: { url: 7 } },
      '/config/url',
    ],
    [
      'a preview names what the kind of authentication needs',
      'render',
      { target: 'webhook', config: { url: 'https://h.example.com/', auth: { kind: 'basic' } } },
      '/config/auth/username',
    ],
    [
      'a test names what the kind of authentication needs',
      'test',
      {
        connector: { name: 'x', target: 'webhook', config: { url: 'https://h.example.com/', auth: { kind: 'basic' } } },
      },
      '/connector/config/auth/username',
    ],
  ])('%s', async (_, call, input, pointer) => {
    const refused = await delivery.refusal(call, { ...input, type: 'incident' });
    expect(refused).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(refused.errors).toContainEqual(expect.objectContaining({ pointer }));
  });

  it('puts who tested what on the record, without what was sent', async () => {
    const id = await delivery.webhook(1, 'saved');
    await delivery.ask('test', { id, type: 'demo', payload: { secretWord: 'x' } });
    const { events } = await delivery.ask<{ events: { text: string }[] }>('log.read', { after: 0, limit: 500 }, '_');
    const tested = events
      .map(({ text }) => JSON.parse(text) as { stream: string; type: string; actor: string; data: object })
      .findLast(({ type }) => type === 'ConnectorTested');
    expect(tested).toMatchObject({
      stream: `connectortest-${id}`,
      actor: 'key:key_a',
      data: {
        connectorId: id,
        outcome: 'accepted',
        reason: null,
        status: 200,
        origins: [delivery.receivers.httpUrl],
      },
    });
    expect(JSON.stringify(tested)).not.toContain('secretWord');
    const tests = { ids: [id] };
    const last = {
      connectorId: id,
      at: expect.any(String) as string,
      outcome: 'accepted',
      reason: null,
      by: 'key:key_a',
    };
    expect(await delivery.ask('connectors.tests', tests)).toEqual({ items: [{ ...last, mode: 'delivery' }] });
    expect(await delivery.reply('connectors.tests', tests, 'acme')).toEqual({ ok: { items: [] } });
  });

  it('tests the connection alone: nothing is made, and the record says what was tested', async () => {
    const config = { baseUrl: `${delivery.receivers.httpUrl}/jira`, projectKey: 'SEC' };
    const secrets = { email: 'agent@example.com', apiToken: 'good-token' };
    const connector = { name: 'j', target: 'jira', config, secrets };
    expect(await delivery.ask('test', { connector, mode: 'connection' })).toMatchObject({
      outcome: 'accepted',
      status: 200,
      request: { method: 'GET', url: `${config.baseUrl}/rest/api/3/myself`, body: '' },
      error: null,
    });
    const wrong = { ...connector, secrets: { ...secrets, apiToken: 'bad-token-of-old' } };
    const refused = await delivery.ask('test', { connector: wrong, mode: 'connection' });
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'unauthorized', response: { status: 401 } });
    expect(JSON.stringify(refused)).not.toContain('bad-token-of-old');
    const received = await delivery.received.received({ target: 'jira' });
    expect(received.map(({ method }) => method)).toEqual(['GET', 'GET']);
    const { events } = await delivery.ask<{ events: { text: string }[] }>('log.read', { after: 0, limit: 500 }, '_');
    const tested = events.map(({ text }) => JSON.parse(text) as { type: string; data: object });
    expect(tested.findLast(({ type }) => type === 'ConnectorTested')?.data).toMatchObject({
      target: 'jira',
      notificationType: null,
      outcome: 'refused',
      status: 401,
    });
  });

  it('greets a mail server without a mail', async () => {
    const connector = {
      name: 'm',
      target: 'email',
      config: { to: ['a@example.com'], smtpUrl: delivery.receivers.smtpUrl },
    };
    expect(await delivery.ask('test', { connector, mode: 'connection' })).toMatchObject({
      outcome: 'accepted',
      response: { recipients: [{ recipient: '', stage: 'greeted', code: 250 }] },
    });
    expect(await delivery.received.received({ target: 'email' })).toEqual([]);
  });

  it.each([
    ['slack', { secrets: { url: 'https://hooks.slack.com/services/T0/B0/x' } }],
    ['webhook', webhookConfig],
  ])('says that %s has nothing harmless to ask', async (target, members) => {
    const refused = await delivery.refusal('test', {
      connector: { name: 'x', target, ...members },
      mode: 'connection',
    });
    expect(refused).toMatchObject({ status: 422, code: 'connection_test_none', errors: [{ pointer: '/mode' }] });
  });

  it('demands a type for a test that sends', async () => {
    const refused = await delivery.refusal('test', { connector: webhook('typeless') });
    expect(refused).toMatchObject({ status: 422, errors: [{ pointer: '/type' }] });
  });

  it('refuses a payload that breaks the rules of payloads', async () => {
    const answer = await delivery.client.request(
      'waybill.v1.rpc.delivery.default.render',
      '{"target":"slack","type":"demo","payload":{"a":1,"a":2}}',
    );
    expect(answer.json<{ problem: object }>().problem).toMatchObject({
      status: 422,
      errors: [{ code: 'json_duplicate_key' }],
    });
  });
});
