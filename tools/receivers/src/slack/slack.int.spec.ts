import { ReceiversClient } from '../client.js';
import { send, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';

const good = '/slack/services/T000/B000/known-token';
const section = (text: string): unknown => ({ type: 'section', text: { type: 'mrkdwn', text } });
const blocks = (list: unknown): RawRequest => ({ path: good, body: { blocks: list } });
const repeat = <T>(count: number, entry: T): T[] => Array.from({ length: count }, () => entry);
const fields = (count: number, text: string): unknown => ({
  type: 'section',
  fields: repeat(count, { type: 'mrkdwn', text }),
});

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: string];

/** Bodies are those of targets.md section 1, character by character. */
const rows: readonly Row[] = [
  ['another method is refused', 'slack.method', { path: good, method: 'PUT', body: {} }, 405, 'Method Not Allowed'],
  [
    'a body of another type is refused',
    'slack.content-type',
    { path: good, body: 'text=x', headers: { 'content-type': 'text/plain' } },
    415,
    'Unsupported Media Type',
  ],
  [
    'a body without a type is refused',
    'slack.content-type',
    { path: good, body: { text: 'x' }, headers: { 'content-type': null } },
    415,
    'Unsupported Media Type',
  ],
  [
    'an unknown team is no_service',
    'slack.unknown-service',
    { path: good.replace('T000', 'T404'), body: {} },
    404,
    'no_service',
  ],
  [
    'a revoked hook has no active hooks',
    'slack.revoked',
    { path: good.replace('B000', 'B001'), body: {} },
    404,
    'no_active_hooks',
  ],
  ['a wrong token is invalid', 'slack.token', { path: `${good}x`, body: {} }, 403, 'invalid_token'],
  [
    'broken JSON is an invalid payload',
    'slack.invalid-payload',
    { path: good, body: '{"text":' },
    400,
    'invalid_payload',
  ],
  ['an array is an invalid payload', 'slack.invalid-payload', { path: good, body: [] }, 400, 'invalid_payload'],
  ['nothing to show is no_text', 'slack.no-text', { path: good, body: { text: ' ', blocks: [] } }, 400, 'no_text'],
  [
    'a channel is not found',
    'slack.channel',
    { path: good, body: { text: 'x', channel: '#a' } },
    404,
    'channel_not_found',
  ],
  ['blocks must be an array', 'slack.blocks-format', blocks({ a: 1 }), 400, 'invalid_blocks_format'],
  ['a block must have a type', 'slack.blocks-format', blocks([{ text: 'x' }]), 400, 'invalid_blocks_format'],
  ['51 blocks are too many', 'slack.blocks-count', blocks(repeat(51, section('x'))), 400, 'invalid_blocks'],
  [
    'a section of 3001 is too long',
    'slack.blocks-section-text',
    blocks([section('x'.repeat(3_001))]),
    400,
    'invalid_blocks',
  ],
  ['an empty section is refused', 'slack.blocks-section-text', blocks([section('')]), 400, 'invalid_blocks'],
  ['11 fields are too many', 'slack.blocks-fields', blocks([fields(11, 'x')]), 400, 'invalid_blocks'],
  [
    'a field of 2001 is too long',
    'slack.blocks-field-text',
    blocks([fields(1, 'x'.repeat(2_001))]),
    400,
    'invalid_blocks',
  ],
  [
    'a header of 151 is too long',
    'slack.blocks-header-text',
    blocks([{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]),
    400,
    'invalid_blocks',
  ],
  [
    '11 context elements are too many',
    'slack.blocks-context',
    blocks([{ type: 'context', elements: repeat(11, { type: 'mrkdwn', text: 'x' }) }]),
    400,
    'invalid_blocks',
  ],
  [
    '26 actions are too many',
    'slack.blocks-actions',
    blocks([{ type: 'actions', elements: repeat(26, { type: 'button' }) }]),
    400,
    'invalid_blocks',
  ],
  [
    'a link without a scheme is refused',
    'slack.blocks-url-scheme',
    blocks([{ type: 'actions', elements: [{ type: 'button', url: 'example.com' }] }]),
    400,
    'invalid_blocks',
  ],
  [
    '13,201 characters in all blocks are too long',
    'slack.blocks-too-long',
    blocks([...repeat(4, section('x'.repeat(3_000))), section('x'.repeat(1_201))]),
    400,
    'msg_blocks_too_long',
  ],
  [
    '101 attachments are too many',
    'slack.too-many-attachments',
    { path: good, body: { attachments: repeat(101, { text: 'x' }) } },
    400,
    'too_many_attachments',
  ],
  [
    'an attachment that is no object is refused',
    'slack.invalid-attachments',
    { path: good, body: { attachments: ['x'] } },
    400,
    'invalid_attachments',
  ],
  [
    'a channel can be archived',
    'slack.archived',
    { path: good.replace('B000', 'B002'), body: { text: 'x' } },
    410,
    'channel_is_archived',
  ],
  ['a text is accepted', 'slack.ok', { path: good, body: { text: 'x' } }, 200, 'ok'],
  [
    'a form is accepted',
    'slack.ok',
    {
      path: good,
      body: `payload=${encodeURIComponent('{"text":"x"}')}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    200,
    'ok',
  ],
  ['50 blocks are accepted', 'slack.ok', blocks(repeat(50, section('x'))), 200, 'ok'],
  ['a section of 3000 is accepted', 'slack.ok', blocks([section('x'.repeat(3_000))]), 200, 'ok'],
  [
    '13,200 characters in all blocks are accepted',
    'slack.ok',
    blocks([...repeat(4, section('x'.repeat(3_000))), section('x'.repeat(1_200))]),
    200,
    'ok',
  ],
];

describe('the Slack receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const answer = await send(receivers.httpUrl, request);
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect((await client.received({ target: 'slack' }))[0]?.rule).toBe(rule);
  });

  it('answers no_team where the option says so', async () => {
    await client.option('slack', 'unknownAnswer', 'no_team');
    expect(await send(receivers.httpUrl, { path: good.replace('T000', 'T404'), body: {} })).toMatchObject({
      body: 'no_team',
    });
  });

  it('cuts a text of 40,001 and flags it, and leaves one of 40,000 alone', async () => {
    await send(receivers.httpUrl, { path: good, body: { text: 'é'.repeat(40_001) } });
    await send(receivers.httpUrl, { path: good, body: { text: 'é'.repeat(40_000) } });
    const [cut, whole] = await client.received({ target: 'slack' });
    expect([cut?.flags, whole?.flags]).toEqual([['text cut at 40000'], []]);
    expect((await client.state('slack'))['messages']).toMatchObject([
      { text: 'é'.repeat(40_000) },
      { text: 'é'.repeat(40_000) },
    ]);
  });

  it.each(['<!channel> x', '<!here>', '<@U12345> hi'])('flags %s, which would ping people', async (text) => {
    expect(await send(receivers.httpUrl, { path: good, body: { text } })).toMatchObject({ status: 200 });
    expect((await client.received())[0]?.verdict).toBe('accepted; mention injected');
  });

  it('does not flag an escaped mention', async () => {
    await send(receivers.httpUrl, { path: good, body: { text: '&lt;!channel&gt;' } });
    expect((await client.received())[0]?.flags).toEqual([]);
  });

  it('takes five at once and refuses the sixth for a second', async () => {
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push(await send(receivers.httpUrl, { path: good, body: { text: `${i}` } }));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]).toMatchObject({
      body: '{"retry_after":1,"ok":false,"error":"rate_limited"}',
      headers: { 'retry-after': '1' },
    });
  });

  it('plays a script and then answers as always', async () => {
    await client.script('slack', 'B000', [{ status: 500, body: 'rollup_error', times: 2 }]);
    const statuses = [];
    for (let i = 0; i < 3; i += 1)
      statuses.push((await send(receivers.httpUrl, { path: good, body: { text: 'x' } })).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('slack');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
