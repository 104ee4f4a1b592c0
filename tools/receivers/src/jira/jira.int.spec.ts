import { ReceiversClient } from '../client.js';
import { send, type RawAnswer, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';
import { agent, basic, cloud, create, createDc, dc, doc, docOf, field, pat, rows, tooLong } from './requests.spec.js';

describe('the Jira receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const ask = (request: RawRequest): Promise<RawAnswer> => send(receivers.httpUrl, request);
  const newKey = async (request: RawRequest = create({})): Promise<string> =>
    (JSON.parse((await ask(request)).body) as { key: string }).key;
  const onIssue = (key: string, rest: string, method: string, body?: unknown): Promise<RawAnswer> =>
    ask({ path: `${cloud}/issue/${key}${rest}`, method, body, headers: agent });

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const before = await client.rules('jira');
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    const after = await client.rules('jira');
    const grown = after.items.filter((one, i) => one.exercised > (before.items[i]?.exercised ?? 0));
    expect(grown.map((one) => one.id)).toContain(rule);
  });

  it('says on a 200 for nobody that the credentials failed', async () => {
    const answer = await ask({
      path: `${cloud}/search/jql?jql=project=SEC`,
      method: 'GET',
      headers: { authorization: basic('a:b') },
    });
    expect(answer.headers['x-seraph-loginreason']).toBe('AUTHENTICATED_FAILED');
  });

  it('edits, comments and moves an issue', async () => {
    const key = await newKey();
    expect(
      await onIssue(key, '', 'PUT', { fields: { summary: 'New' }, update: { labels: [{ add: 'b' }] } }),
    ).toMatchObject({ status: 204 });
    expect(await onIssue(key, '?returnIssue=true', 'PUT', { fields: { summary: 'Newer' } })).toMatchObject({
      status: 200,
    });
    expect(await onIssue(key, '/comment', 'POST', { body: doc('seen') })).toMatchObject({ status: 201 });
    expect(JSON.parse((await onIssue(key, '/comment', 'GET')).body)).toMatchObject({ total: 1 });
    const { transitions } = JSON.parse((await onIssue(key, '/transitions', 'GET')).body) as {
      transitions: { id: string }[];
    };
    expect(transitions.map(({ id }) => id)).toEqual(['21', '31']);
    expect(await onIssue(key, '/transitions', 'POST', { transition: { id: '31' } })).toMatchObject({ status: 204 });
    expect(JSON.parse((await onIssue(key, '', 'GET')).body)).toMatchObject({
      key,
      fields: { status: { name: 'Done' } },
    });
    expect((await client.state('jira'))['issues']).toMatchObject([
      { key, status: 'Done', summary: 'Newer', fields: { labels: ['b'] }, comments: [{ text: 'seen' }] },
    ]);
  });

  it('refuses a transition that is not there from the present status', async () => {
    const key = await newKey();
    const answer = await onIssue(key, '/transitions', 'POST', { transition: { id: '5' } });
    expect(answer).toMatchObject({
      status: 400,
      body: `{"errorMessages":["Transition id '5' is not valid for this issue."],"errors":{}}`,
    });
  });

  it('refuses a comment that is no document, and one that is too long', async () => {
    const key = await newKey();
    const comment = async (body: unknown): Promise<unknown> =>
      JSON.parse((await onIssue(key, '/comment', 'POST', { body })).body);
    expect(await comment('text')).toEqual(field('comment', 'Comment body is not valid!'));
    expect(await comment(docOf(32_768))).toEqual(field('comment', tooLong));
  });

  it('makes two issues of two creates and flags the second', async () => {
    const [first, second] = [await newKey(), await newKey()];
    expect(first).not.toBe(second);
    expect((await client.received()).map((item) => item.flags)).toEqual([[], [`same content as ${first}`]]);
  });

  it('does not find what was just created, but for reconcileIssues', async () => {
    const id = (JSON.parse((await ask(create({ labels: ['waybill-1'] }))).body) as { id: string }).id;
    const search = async (more: Record<string, unknown>): Promise<unknown> =>
      JSON.parse(
        (await ask({ path: `${cloud}/search/jql`, body: { jql: 'labels = "waybill-1"', ...more }, headers: agent }))
          .body,
      );
    expect(await search({})).toEqual({ issues: [], isLast: true });
    expect(await search({ reconcileIssues: [Number(id)] })).toEqual({ issues: [{ id }], isLast: true });
    await client.option('jira', 'searchDelayMs', 0);
    expect(await search({ fields: ['summary'] })).toMatchObject({ issues: [{ id, fields: { summary: 'Disk full' } }] });
  });

  it('counts the total of a search on the data center', async () => {
    await client.option('jira', 'searchDelayMs', 0);
    const key = await newKey(createDc({ labels: ['a'] }));
    const answer = await ask({
      path: `${dc}/search?jql=${encodeURIComponent('project = SEC AND labels = a')}`,
      method: 'GET',
      headers: pat,
    });
    expect(JSON.parse(answer.body)).toMatchObject({ total: 1, issues: [{ key }] });
  });

  it('speaks German where the option says so and English is not asked for', async () => {
    await client.option('jira', 'localised', true);
    const german = await ask({ ...create({ summary: '' }), headers: { ...agent, 'accept-language': 'de' } });
    const english = await ask({ ...create({ summary: '' }), headers: { ...agent, 'accept-language': 'en' } });
    expect(german.body).toContain('Sie müssen eine Zusammenfassung des Vorgangs angeben.');
    expect(english.body).toContain('You must specify a summary of the issue.');
  });

  it('asks for the fields that the option requires', async () => {
    await client.option('jira', 'requiredFields', ['priority']);
    expect(await ask(create({}))).toMatchObject({
      status: 400,
      body: `{"errorMessages":["Field 'priority' is required"],"errors":{}}`,
    });
  });

  it('refuses the eleventh of a burst, with the headers of a rate limit', async () => {
    const answers = await Promise.all(Array.from({ length: 11 }, () => ask(create({}))));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-reason': 'jira-burst-based' });
  });

  it('breaks on a 4-byte character where the database has three', async () => {
    await client.option('jira', 'utf8mb3', true);
    const answer = await ask(createDc({ summary: '🚨' }));
    expect([answer.status, answer.headers['content-type']]).toEqual([500, 'text/html;charset=UTF-8']);
  });

  it('plays a script by operation', async () => {
    await client.script('jira', 'create', [{ status: 503, headers: { 'retry-after': '2' } }]);
    expect(await ask(create({}))).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('jira');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
