import { sessionsPerKeyMax } from '../config.js';
import { type Reply, type Stage, startStage } from './stage.fixture.js';

const cookieIn = (reply: Reply): string => (reply.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';

describe('sessions', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    await stage.answer('registry', 'connectors.list', () => ({ items: [], nextCursor: null }));
    await stage.answer('delivery', 'render', () => ({ request: {}, missing: [], warnings: [] }));
  }, 60_000);
  afterAll(() => stage.stop());

  const signIn = async (key: string): Promise<{ cookie: string; csrf: string; reply: Reply }> => {
    const reply = await stage.send('POST', '/v1/session', { key });
    return { cookie: cookieIn(reply), csrf: reply.json.csrfToken as string, reply };
  };
  const render = (headers: Record<string, string>): Promise<Reply> =>
    stage.send('POST', '/v1/render', { key: null, headers, body: { target: 'slack', type: 'incident' } });

  it('signs a browser in with a key: the cookie alone reads, and says what the key allows', async () => {
    const { cookie, reply } = await signIn(stage.keyOf('acme', 'read'));
    expect(reply.status).toBe(201);
    expect(reply.json).toMatchObject({ tenant: 'acme', scopes: ['read'] });
    expect(reply.headers.get('set-cookie')).toMatch(
      /^waybill_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const list = await stage.send('GET', '/v1/connectors', { key: null, headers: { cookie } });
    expect(list.status).toBe(200);
    const again = await stage.send('GET', '/v1/session', { key: null, headers: { cookie } });
    expect(again.json).toMatchObject({ tenant: 'acme', scopes: ['read'], csrfToken: reply.json.csrfToken });
    const create = await stage.send('GET', '/v1/api-keys', { key: null, headers: { cookie } });
    expect(create.status).toBe(403);
  });

  it('is told to come by TLS only, where the browser came by TLS', async () => {
    const reply = await stage.send('POST', '/v1/session', {
      key: stage.keyOf('acme', 'read'),
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(reply.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('begins for nobody without a good key', async () => {
    expect((await stage.send('POST', '/v1/session', { key: null })).status).toBe(401);
    expect((await stage.send('POST', '/v1/session', { key: 'wb_nothing' })).status).toBe(401);
  });

  it.each([
    ['without the CSRF token a change is refused', {}, 403],
    ['with another CSRF token a change is refused', { 'waybill-csrf': 'x'.repeat(43) }, 403],
    [
      'with a cookie that is none of ours nobody is let in',
      { cookie: 'waybill_session=abc', 'waybill-csrf': 'x' },
      401,
    ],
    ['with a session that never was nobody is let in', { cookie: `waybill_session=${'A'.repeat(43)}` }, 401],
  ])('%s', async (_, headers, status) => {
    const { cookie } = await signIn(stage.keyOf('acme', 'manage', 'read'));
    expect((await render({ cookie, ...(headers as Record<string, string>) })).status).toBe(status);
  });

  it('with the CSRF token changes what its key may change', async () => {
    const { cookie, csrf } = await signIn(stage.keyOf('acme', 'manage', 'read'));
    expect((await render({ cookie, 'waybill-csrf': csrf })).status).toBe(200);
  });

  it('ends with DELETE, and its cookie is taken back', async () => {
    const { cookie, csrf } = await signIn(stage.keyOf('acme', 'read'));
    const end = await stage.send('DELETE', '/v1/session', { key: null, headers: { cookie, 'waybill-csrf': csrf } });
    expect(end.status).toBe(204);
    expect(end.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await stage.send('GET', '/v1/session', { key: null, headers: { cookie } })).status).toBe(401);
  });

  it('ends everywhere for one key, and nowhere for another', async () => {
    const key = stage.keyOf('acme', 'read');
    const [here, there, other] = [await signIn(key), await signIn(key), await signIn(stage.keyOf('acme', 'read'))];
    const headers = { cookie: here.cookie, 'waybill-csrf': here.csrf };
    const end = await stage.send('DELETE', '/v1/session?everywhere=true', { key: null, headers });
    expect(end.status).toBe(204);
    const statusOf = async ({ cookie }: { cookie: string }): Promise<number> =>
      (await stage.send('GET', '/v1/session', { key: null, headers: { cookie } })).status;
    expect([await statusOf(here), await statusOf(there), await statusOf(other)]).toEqual([401, 401, 200]);
  });

  it('ends everywhere only for who has the CSRF token', async () => {
    const { cookie } = await signIn(stage.keyOf('acme', 'read'));
    const end = await stage.send('DELETE', '/v1/session?everywhere=true', { key: null, headers: { cookie } });
    expect(end.status).toBe(403);
    expect((await stage.send('GET', '/v1/session', { key: null, headers: { cookie } })).status).toBe(200);
  });

  it('ends with its key', async () => {
    const key = stage.keyOf('acme', 'read');
    const { cookie } = await signIn(key);
    stage.revoke(key);
    // An answer of the registry is believed for four seconds.
    const deadlineMs = Date.now() + 10_000;
    let status = 200;
    while (status === 200 && Date.now() < deadlineMs) {
      status = (await stage.send('GET', '/v1/session', { key: null, headers: { cookie } })).status;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(status).toBe(401);
  });

  it(`keeps ${sessionsPerKeyMax} sessions a key and ends the oldest for one more`, async () => {
    const key = stage.keyOf('acme', 'read');
    const first = await signIn(key);
    for (let more = 1; more < sessionsPerKeyMax; more += 1) await signIn(key);
    const get = (): Promise<Reply> =>
      stage.send('GET', '/v1/session', { key: null, headers: { cookie: first.cookie } });
    expect((await get()).status).toBe(200);
    await signIn(key);
    expect((await get()).status).toBe(401);
  });
});
