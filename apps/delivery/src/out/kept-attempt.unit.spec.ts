import type { Conversation } from './converse.js';
import { keptAttemptText, openKeptAttempt } from './kept-attempt.js';

const conversation = (body: string): Conversation => ({
  outcome: { kind: 'accepted', receipt: null },
  status: 200,
  timingsMs: { total: 3 },
  notes: [],
  request: {
    method: 'POST',
    url: 'https://hooks.example.com/in',
    headers: {},
    bodySha256: 'ab',
    bodyBytes: body.length,
    body,
  },
  answer: { kind: 'http', status: 200, headers: {}, body: 'ok', bodyTruncated: false, atMs: 1 },
  before: [],
  allowEntry: null,
});
const rendered = { body: '{"id":1.50}', missing: [], type: 'incident', correlationKey: null, act: 'trigger' } as const;

describe('what is kept of an attempt', () => {
  it('holds the bytes once where the target sends the rendering as it is', () => {
    const text = keptAttemptText(conversation(rendered.body), rendered);
    expect(text.split('1.50')).toHaveLength(2);
    expect(openKeptAttempt(text).rendered).toEqual(rendered);
  });

  it('holds both where the target made something else of the rendering', () => {
    const kept = openKeptAttempt(keptAttemptText(conversation('{"fields":{}}'), rendered));
    expect(kept.rendered).toEqual(rendered);
    expect(kept.request?.body).toBe('{"fields":{}}');
  });

  it('has no rendering where an earlier attempt has it', () => {
    expect(openKeptAttempt(keptAttemptText(conversation('x'), undefined)).rendered).toBeUndefined();
  });

  it('leads a replay the way that the attempt went: with the answers before the last one, and the ticket that was there', () => {
    const found = {
      kind: 'http',
      status: 200,
      headers: {},
      body: '{"issues":[]}',
      bodyTruncated: false,
      atMs: 1,
    } as const;
    const text = keptAttemptText({ ...conversation('x'), before: [found] }, undefined, { ticket: 'OPS-17' });
    expect(openKeptAttempt(text)).toMatchObject({ before: [found], remembered: { ticket: 'OPS-17' } });
    expect(openKeptAttempt(keptAttemptText(conversation('x'), undefined))).not.toHaveProperty('before');
  });
});
