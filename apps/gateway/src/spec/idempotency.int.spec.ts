import { idOf, Says, type Stage, startStage } from './stage.fixture.js';

const body = { name: 'SOC', target: 'webhook', config: { url: 'https://hooks.example.com/in' } };

describe('a POST with an Idempotency-Key', () => {
  let stage: Stage;
  let made = 0;
  beforeAll(async () => {
    stage = await startStage();
    await stage.answer('delivery', 'caught-up', () => ({ reached: true }));
  }, 60_000);
  afterAll(() => stage.stop());
  beforeEach(async () => {
    made = 0;
    await stage.answer('registry', 'connectors.create', () => {
      made += 1;
      return { id: idOf('con', made), version: 1, generatedSecrets: { signingSecret: 'whsec_shown-once' } };
    });
  });
  const create = (key: string, more: object = {}, by?: string) =>
    stage.send('POST', '/v1/connectors', {
      body: { ...body, ...more },
      headers: { 'idempotency-key': key },
      ...(by === undefined ? {} : { key: by }),
    });

  it('is done once, and a repeat gets the first answer without what is shown once', async () => {
    const first = await create('a');
    const second = await create('a');
    expect(first.json.generatedSecrets.signingSecret).toBe('whsec_shown-once');
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    const { generatedSecrets: _, ...shown } = first.json;
    expect([second.status, second.json]).toEqual([first.status, shown]);
    expect([second.headers.get('location'), second.headers.get('etag')]).toEqual([
      first.headers.get('location'),
      first.headers.get('etag'),
    ]);
    expect(made).toBe(1);
  });

  it('is refused for another body, and for another path', async () => {
    await create('b');
    const other = await create('b', { name: 'other' });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_conflict']);
    const path = `/v1/connectors/${idOf('con', 1)}/enable`;
    const elsewhere = await stage.send('POST', path, { body, headers: { 'idempotency-key': 'b' } });
    expect(elsewhere.status).toBe(422);
  });

  it('is done once when it is sent many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('c')));
    expect(new Set(answers.map(({ text }) => text.slice(0, 40))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(made).toBe(1);
  });

  it('is tried again after an error, because nothing was done', async () => {
    await stage.answer('registry', 'connectors.create', () => {
      throw new Says('try_again');
    });
    expect((await create('d')).status).toBe(503);
    await stage.answer('registry', 'connectors.create', () => ({ id: idOf('con', 9), version: 1 }));
    expect((await create('d')).status).toBe(201);
  });

  it('belongs to one API key of one tenant', async () => {
    const [one, two] = [stage.keyOf('default', 'manage'), stage.keyOf('acme', 'manage')];
    const answers = [await create('e', {}, one), await create('e', {}, two)];
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null]);
    expect(made).toBe(2);
  });

  it.each([
    ['a key of 255 characters is taken', 'k'.repeat(255), 201],
    ['one character more is refused', 'k'.repeat(256), 422],
    ['a blank is refused', 'a b', 422],
  ])('%s', async (_, key, status) => {
    expect((await create(key)).status).toBe(status);
  });

  it('names a notification that has no id, so that sending again after a lost answer finds the same one', async () => {
    const ids: unknown[] = [];
    await stage.answer('publish', 'publish', ({ text }) => {
      ids.push((JSON.parse(text) as { id: unknown }).id);
      throw new Says('try_again');
    });
    const publish = () =>
      stage.send('POST', '/v1/notifications', {
        body: { type: 'incident', payload: {} },
        headers: { 'idempotency-key': 'f' },
      });
    await publish();
    await publish();
    expect(ids[0]).toMatch(/^idempotency-key:[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
  });
});
