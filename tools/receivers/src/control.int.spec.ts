import { ReceiversClient } from './client.js';
import { send } from './raw-request.spec.js';
import { startReceivers, type Receivers } from './start.js';

describe('the control of the receivers', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}): ReturnType<typeof send> =>
    send(receivers.httpUrl, { path, body, headers });
  const get = async (path: string): Promise<string> => (await fetch(`${receivers.httpUrl}${path}`)).text();

  it('waits for what comes, and says what came where it was not enough', async () => {
    const waiting = client.waitFor({ name: 'late' }, 1, 2_000);
    await post('/webhook/late', {});
    expect(await waiting).toHaveLength(1);
    await expect(client.waitFor({ name: 'late' }, 2, 50)).rejects.toThrow('2 items wanted within 50 ms, 1 came');
  });

  it('counts ids by name, and those that came more than once', async () => {
    for (const id of ['a', 'b', 'a']) await post('/webhook/ids', {}, { 'webhook-id': id });
    expect(await client.counts({ name: 'ids' })).toEqual({ received: 3, accepted: 3, ids: 2, repeatedIds: 1 });
    expect(await client.ids({ name: 'ids' })).toMatchObject([
      { id: 'a', count: 2 },
      { id: 'b', count: 1 },
    ]);
    expect(await client.ids({ name: 'ids', min: 2 })).toMatchObject([{ id: 'a' }]);
    await client.clear();
    expect(await client.counts()).toEqual({ received: 0, accepted: 0, ids: 0, repeatedIds: 0 });
  });

  it('records what is for nobody', async () => {
    expect(await post('/fax', {})).toMatchObject({ status: 404 });
    expect(await client.received({ target: 'unknown' })).toMatchObject([{ path: '/fax', verdict: 'no such receiver' }]);
  });

  it('refuses a time that is none', async () => {
    expect((await fetch(`${receivers.httpUrl}/_received?since=soon`)).status).toBe(400);
  });

  it.each([
    ['a value that no header can have', { 'Retry-After': '\u0663' }],
    ['a line feed in a value', { 'X-A': 'a\r\nX-B: b' }],
    ['a name that no header can have', { 'Retry After': '3' }],
  ])('refuses to script %s, and goes on', async (_title, headers) => {
    const answers = [{ status: 503, headers }];
    expect(await post('/_script', { target: 'webhook', name: 'odd', answers })).toMatchObject({
      status: 400,
      body: expect.stringContaining('answers[0]: '),
    });
    expect(await post('/webhook/odd', {})).toMatchObject({ status: 200 });
  });

  it.each([
    ['an unknown target', { target: 'fax', option: 'x', value: 1 }],
    ['an unknown option', { target: 'slack', option: 'colour', value: 1 }],
    ['a value that is none of the choices', { target: 'teams', option: 'success', value: '418' }],
    ['a value of another kind', { target: 'jira', option: 'perSecond', value: '10' }],
  ])('refuses %s', async (_title, body) => {
    expect(await post('/_options', body)).toMatchObject({ status: 400, body: expect.stringContaining('error') });
  });

  it('keeps an option of one name from the others, and forgets it at a reset', async () => {
    await client.option('webhook', 'gone', true, 'one');
    expect([(await post('/webhook/one', {})).status, (await post('/webhook/two', {})).status]).toEqual([410, 200]);
    await client.reset();
    expect((await post('/webhook/one', {})).status).toBe(200);
  });

  it('tells its options and what they mean', async () => {
    const { items } = JSON.parse(await get('/_options')) as {
      items: { target: string; options: { says: string }[] }[];
    };
    expect(items.map((item) => item.target)).toEqual(
      expect.arrayContaining([
        'slack',
        'teams',
        'pagerduty',
        'jira',
        'jsm',
        'servicenow',
        'webhook',
        'email',
        'tls',
        'oauth',
      ]),
    );
    expect(items.every((item) => item.options.every((one) => one.says.length > 5))).toBe(true);
  });

  it('counts the rules, and goes on counting over a reset', async () => {
    await post('/webhook/x', {});
    await client.reset();
    const { rules, exercised, items } = await client.rules();
    expect(items.filter((rule) => rule.exercised > 0)).toHaveLength(exercised);
    expect(items).toHaveLength(rules);
    expect(items.find((rule) => rule.id === 'webhook.ok')?.exercised).toBeGreaterThan(0);
  });

  it('shows what came as people would see it, and nothing of it as markup', async () => {
    await post('/slack/services/T000/B000/known-token', { text: '<script>alert(1)</script>' });
    const page = await get('/_view');
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page).not.toContain('<script>');
  });

  it('refuses a body of more than 16 MiB', async () => {
    expect(await post('/webhook/big', Buffer.alloc(16 * 1024 * 1024, 'x').toString())).toMatchObject({ status: 200 });
    expect(await post('/webhook/big', Buffer.alloc(16 * 1024 * 1024 + 1, 'x').toString())).toMatchObject({
      status: 413,
    });
  });

  it('does not start twice on one port', async () => {
    const httpPort = Number(new URL(receivers.httpUrl).port);
    await expect(startReceivers({ httpPort, smtpPort: 0 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
