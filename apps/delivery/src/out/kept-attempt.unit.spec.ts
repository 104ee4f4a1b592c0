import { randomBytes } from 'node:crypto';
import type { Conversation } from './converse.js';
import { outputBytesMax } from '@waybill/contracts/rendering/template-fault';
import { keptAttemptText, keptBytesMax, openKeptAttempt } from './kept-attempt.js';

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

  /** Text of printable ASCII without a pattern: the least that can be packed. Linear congruence of Numerical Recipes. */
  function noise(length: number): string {
    let seed = 20_261_130;
    return Array.from({ length }, () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return String.fromCharCode(0x20 + ((seed >>> 16) % 95));
    }).join('');
  }
  const bodies: [string, string][] = [
    ['of backslashes', '\\'.repeat(outputBytesMax)],
    ['of quotes', '"'.repeat(outputBytesMax)],
    ['without a pattern', noise(outputBytesMax)],
    ['of signs of three bytes', '\u65e5'.repeat(outputBytesMax / 3)],
  ];
  it.each(bodies)('fits into an event with the largest rendering, sent as it is or changed, %s', (_title, body) => {
    for (const sent of [body, `{"routing_key":"x",${body}`]) {
      const large = { ...rendered, body };
      const text = keptAttemptText(conversation(sent), large);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(keptBytesMax);
      const opened = openKeptAttempt(text);
      expect([opened.rendered?.body === body, opened.request?.body === sent]).toEqual([true, true]);
    }
  });

  it('is a text that a person can read up to the bound, and packed one byte past it', () => {
    const room = keptBytesMax - keptAttemptText(conversation(''), undefined).length;
    const of = (length: number) =>
      keptAttemptText(
        { ...conversation('x'.repeat(length)), request: { ...conversation('').request!, body: 'x'.repeat(length) } },
        undefined,
      );
    expect(of(room).length).toBe(keptBytesMax);
    expect(of(room + 1)).toMatch(/^\{"packed":/);
    expect(openKeptAttempt(of(room + 1)).request?.body).toHaveLength(room + 1);
  });

  it('is the beginning of a body that not even packed goes into an event, and the last answer', () => {
    const body = randomBytes(400 * 1_024).toString('base64');
    const text = keptAttemptText(conversation(body), { ...rendered, body });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(keptBytesMax);
    const { request, response, rendered: again } = openKeptAttempt(text);
    expect(body.startsWith(request?.body ?? '-')).toBe(true);
    expect([request?.bodyBytes, response, again]).toEqual([
      body.length,
      expect.objectContaining({ body: 'ok' }),
      undefined,
    ]);
  });
});
