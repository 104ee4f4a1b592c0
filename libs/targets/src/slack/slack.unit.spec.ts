import { exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer } from '../target.js';
import { slackLimits } from './slack.descriptor.js';
import { slack } from './slack.target.js';

const send = (message: unknown) =>
  slack.next(exampleSending({ body: JSON.stringify(message), secretNames: ['url'] }), []);

const sent = (message: unknown): Record<string, unknown> => {
  const step = send(message);
  if (!('send' in step) || step.send.kind !== 'http') throw new Error('a request was expected');
  return JSON.parse(step.send.body) as Record<string, unknown>;
};
const notes = (message: unknown) => {
  const step = send(message);
  return 'notes' in step ? step.notes : [];
};

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

describe('what Slack is sent', () => {
  it("is the template's result, posted to the secret URL without any other credential", () => {
    expect(send({ text: 'Brute force', n: 1 })).toEqual({
      send: {
        kind: 'http',
        method: 'POST',
        url: '⟦secret:url⟧',
        headers: { 'content-type': 'application/json' },
        body: '{"text":"Brute force","n":1}',
        auth: { kind: 'none' },
      },
    });
  });

  it('leaves the documented template of the original as it is', () => {
    const documented = {
      text: 'test',
      blocks: [
        section('*Summary:* test'),
        { type: 'divider', block_id: 'divider1' },
        section('*Recommendations:* '),
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '*Details*' },
          fields: [
            { type: 'mrkdwn', text: '*Customer ID*' },
            { type: 'plain_text', text: '12345678' },
          ],
        },
      ],
    };
    expect(sent(documented)).toEqual(documented);
    expect(notes(documented)).toEqual([]);
  });

  it('leaves out empty blocks, for which Slack refuses the whole message', () => {
    const message = {
      blocks: [
        section(''),
        section(' \n'),
        { type: 'header', text: { type: 'plain_text', text: '' } },
        { type: 'context', elements: [{ type: 'mrkdwn', text: '' }] },
        section('a'),
      ],
    };
    expect(sent(message)).toEqual({ blocks: [section('a')] });
    expect(notes(message)).toEqual(['4 empty blocks, which Slack refuses, were left out.']);
  });

  it('keeps the place of an empty field with a dash, because fields stand in pairs', () => {
    const fields = (...texts: string[]) => ({
      blocks: [{ type: 'section', fields: texts.map((text) => ({ type: 'mrkdwn', text })) }],
    });
    expect(sent(fields('*Customer*', '', '*Class*', 'a'))).toEqual(fields('*Customer*', '–', '*Class*', 'a'));
  });

  it('leaves out a button without a web address', () => {
    const button = (url: string) => ({ type: 'button', text: { type: 'plain_text', text: 'Open' }, url });
    expect(
      sent({
        blocks: [
          { type: 'actions', elements: [button(''), button('https://a.test/')] },
          { type: 'actions', elements: [button('')] },
        ],
      }),
    ).toEqual({
      blocks: [{ type: 'actions', elements: [button('https://a.test/')] }],
    });
  });

  const cuts: [string, number, (length: number) => unknown, string][] = [
    ['the text', slackLimits.text, (length) => ({ text: 'a'.repeat(length) }), 'The text was cut from 40001 to 40000'],
    [
      'a section',
      slackLimits.sectionText,
      (length) => ({ blocks: [section('a'.repeat(length))] }),
      'The text of a section was cut from 3001 to 3000',
    ],
    [
      'a header',
      slackLimits.headerText,
      (length) => ({ blocks: [{ type: 'header', text: { type: 'plain_text', text: '🚨'.repeat(length) } }] }),
      'The header was cut from 151 to 150',
    ],
    [
      'a field',
      slackLimits.fieldText,
      (length) => ({ blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'a'.repeat(length) }] }] }),
      'A field was cut from 2001 to 2000',
    ],
    [
      'the blocks',
      slackLimits.blocks,
      (length) => ({ blocks: Array.from({ length }, () => section('a')) }),
      'Of 51 blocks the first 50 were sent',
    ],
    [
      'the fields',
      slackLimits.fields,
      (length) => ({
        blocks: [{ type: 'section', fields: Array.from({ length }, () => ({ type: 'mrkdwn', text: 'a' })) }],
      }),
      'Of 11 fields the first 10 were sent',
    ],
    [
      'context',
      slackLimits.contextElements,
      (length) => ({
        blocks: [{ type: 'context', elements: Array.from({ length }, () => ({ type: 'mrkdwn', text: 'a' })) }],
      }),
      'Of 11 context elements the first 10 were sent',
    ],
    [
      'actions',
      slackLimits.actionElements,
      (length) => ({ blocks: [{ type: 'actions', elements: Array.from({ length }, () => ({ type: 'button' })) }] }),
      'Of 26 action elements the first 25 were sent',
    ],
    [
      'attachments',
      slackLimits.attachments,
      (length) => ({ attachments: Array.from({ length }, () => ({ text: 'a' })) }),
      'Of 101 attachments the first 100 were sent',
    ],
  ];
  it.each(cuts)('is whole at the bound of %s and cut one past it, with a note', (_title, max, message, note) => {
    expect(sent(message(max))).toEqual(message(max));
    expect(notes(message(max))).toEqual([]);
    expect(notes(message(max + 1))?.[0]).toContain(note);
  });

  it('shortens the longest texts where all blocks together are too long', () => {
    const message = (last: number) => ({
      blocks: [...Array.from({ length: 4 }, () => section('a'.repeat(3000))), section('b'.repeat(last))],
    });
    expect(notes(message(slackLimits.blocksText - 12_000))).toEqual([]);
    const over = message(slackLimits.blocksText - 12_000 + 1);
    const { blocks } = sent(over) as { blocks: { text: { text: string } }[] };
    expect(blocks.reduce((sum, { text }) => sum + [...text.text].length, 0)).toBe(slackLimits.blocksText);
    expect(notes(over)?.[0]).toContain('13201 characters');
  });

  it('does not leave half of an escape or of a link behind', () => {
    const cutAt = (tail: string) => {
      const [block] = (
        sent({ blocks: [section('a'.repeat(2995) + tail + 'a'.repeat(50))] }) as {
          blocks: { text: { text: string } }[];
        }
      ).blocks;
      return block?.text.text.slice(2995);
    };
    expect(cutAt('&amp;')).toBe('…');
    expect(cutAt('<https://a.test/|text>')).toBe('…');
    // Four would fit, and the last of them may be the beginning of an escape.
    expect(cutAt('&&&&&')).toBe('&&&…');
  });

  it.each(['[]', '"text"', 'null', 'x'])('is nothing where the template gave %s', (body) => {
    expect(slack.next(exampleSending({ body }), [])).toEqual({
      done: { kind: 'refused', retry: 'never', reason: 'body_invalid' },
    });
  });
});

describe("what Slack's answer means", () => {
  const accepted = { kind: 'accepted', receipt: null };
  const never = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'never', reason, ...more });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const rows: [string, Answer, unknown][] = [
    ['200 ok is delivered', httpAnswer(200, 'ok', { 'content-type': 'text/html' }), accepted],
    ['200 with JSON that says ok is delivered', jsonAnswer(200, { ok: true }), accepted],
    ['200 with anything else is a failure and not repeated', httpAnswer(200, 'OK\n'), never('unexpected_answer')],
    ['200 with nothing is a failure', httpAnswer(200, ''), never('unexpected_answer')],
    ['200 with a web page is a failure', httpAnswer(200, '<html>'), never('unexpected_answer')],
    [
      '200 that hides an error is a failure',
      jsonAnswer(200, { ok: false, error: 'invalid_blocks' }),
      never('unexpected_answer'),
    ],
    [
      '200 that hides a rate limit is tried again',
      jsonAnswer(200, { ok: false, error: 'ratelimited' }),
      later('rate_limited'),
    ],
    ['invalid_payload is refused for good', httpAnswer(400, 'invalid_payload'), never('bad_request')],
    ['user_not_found is refused for good', httpAnswer(400, 'user_not_found'), never('bad_request')],
    ['no_text is refused for good', httpAnswer(400, 'no_text'), never('bad_request')],
    ['invalid_blocks is refused for good', httpAnswer(400, 'invalid_blocks'), never('bad_request')],
    ['too_many_attachments is refused for good', httpAnswer(400, 'too_many_attachments'), never('bad_request')],
    ['action_prohibited is refused for good', httpAnswer(403, 'action_prohibited'), never('forbidden')],
    [
      'action_prohibited with its older status is refused for good',
      httpAnswer(500, 'action_prohibited'),
      never('forbidden'),
    ],
    ['410 disables the connector, whatever it says', httpAnswer(410, 'gone'), never('gone', { disable: true })],
    ['invalid_token means a dead webhook', httpAnswer(403, 'invalid_token'), never('slack_hook_dead')],
    ['no_active_hooks means a dead webhook', httpAnswer(404, 'no_active_hooks'), never('slack_hook_dead')],
    ['no_service means a dead webhook', httpAnswer(404, 'no_service'), never('slack_hook_dead')],
    ['no_team means a dead webhook', httpAnswer(404, 'no_team'), never('slack_hook_dead')],
    ['team_disabled means a dead webhook', httpAnswer(403, 'team_disabled'), never('slack_hook_dead')],
    ['channel_not_found is refused for good', httpAnswer(404, 'channel_not_found'), never('not_found')],
    [
      'an archived channel disables the connector',
      httpAnswer(410, 'channel_is_archived'),
      never('slack_channel_archived', { disable: true }),
    ],
    [
      'a rate limit waits as long as the header says',
      jsonAnswer(429, { retry_after: 1, ok: false, error: 'rate_limited' }, { 'retry-after': '2' }),
      later('rate_limited', { retryAfterMs: 2000 }),
    ],
    [
      'a rate limit waits as long as the body says',
      jsonAnswer(429, { retry_after: 1, ok: false, error: 'rate_limited' }),
      later('rate_limited', { retryAfterMs: 1000 }),
    ],
    ['a rate limit without a number follows our plan', httpAnswer(429, ''), later('rate_limited')],
    [
      'a hostile number is a day',
      jsonAnswer(429, { retry_after: 1e12, error: 'rate_limited' }),
      later('rate_limited', { retryAfterMs: 86_400_000 }),
    ],
    ['rollup_error is tried again', httpAnswer(500, 'rollup_error'), later('server_error')],
    ['a redirect is refused', httpAnswer(302, ''), never('redirect_refused')],
    ['a reset after sending is unknown', noAnswer('reset', true), { kind: 'unknown', reason: 'reset' }],
    ['no connection is tried again', noAnswer('connect_failed', false), later('connect_failed')],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(slack.next(exampleSending(), [answer])).toEqual({ done: expected });
  });
});

describe('what a Slack connector may be', () => {
  it('has a URL of any host, because receivers and government clouds have others', () => {
    expect(() => slack.check({}, ['url'], { url: 'https://hooks.slack-gov.com/services/T/B/x' })).not.toThrow();
    expect(() => slack.check({}, ['url'], { url: 'hooks.slack.com/services' })).toThrow(
      expect.objectContaining({ pointer: '/secrets/url' }),
    );
  });
});
