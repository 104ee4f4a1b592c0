import { ticketLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import { findTarget } from './all-targets.js';
import type { Receipt } from './outcome.js';
import { cleanReceipt, memoryJsonLengthMax, nameIn, pageIn, urlPart } from './receipt.js';
import { sampleConnectors } from './sample-connectors.fixture.js';
import { exampleSending, jsonAnswer } from './sending.fixture.js';
import type { Answer, Sending, Step } from './target.js';

const page = (characters: number): string =>
  `https://a.example/${'x'.repeat(characters - 'https://a.example/'.length)}`;

describe('what a target says that a thing is called', () => {
  it.each<[string, unknown, boolean]>([
    ['is a text', 'OPS-17', true],
    ['may hold letters of every script', 'Störung 漢字 🔥', true],
    ['is as long as the longest key of a target', 'x'.repeat(ticketLengthMax), true],
    ['is no longer', 'x'.repeat(ticketLengthMax + 1), false],
    ['is not empty', '', false],
    ['is no number', 17, false],
    ['holds no U+0000', 'a\u0000', false],
    ['holds no other control character', 'a\u001b[2J', false],
    ['holds no half of a letter', 'a\ud800', false],
  ])('%s', (_sentence, said, taken) => {
    expect(nameIn(said)).toBe(taken ? said : null);
  });

  it.each<[string, unknown, boolean]>([
    ['is an address of the web', 'https://jira.example.test/browse/OPS-17?a=b#c', true],
    ['is as long as an address may be', page(urlLengthMax), true],
    ['is no longer', page(urlLengthMax + 1), false],
    ['runs nothing', 'javascript:alert(1)', false],
    ['leads nowhere else', '//evil.example/', false],
    ['holds no blank', 'https://a.example/ b', false],
    ['holds no control character', 'https://a.example/\u0000', false],
    ['holds no half of a letter', 'https://a.example/\udfff', false],
    ['is no number', 17, false],
  ])('and its page %s', (_sentence, said, taken) => {
    expect(pageIn(said)).toBe(taken ? said : null);
  });

  it('never stops a request from being written', () => {
    expect(urlPart('a/b\ud800')).toBe('a%2Fb%EF%BF%BD');
  });
});

describe('a receipt', () => {
  it.each<[string, Receipt, Receipt]>([
    [
      'stays as it is',
      { ticket: 'OPS-1', url: 'https://a.example/1', memory: { id: '1', owed: ['tell'] } },
      { ticket: 'OPS-1', url: 'https://a.example/1', memory: { id: '1', owed: ['tell'] } },
    ],
    ['says still that nothing is left', { memory: {} }, { memory: {} }],
    [
      'loses a ticket and a page that are none',
      { ticket: '\u0000', url: 'ftp://a', memory: { id: '1' } },
      { memory: { id: '1' } },
    ],
    [
      'loses a memory that cannot be kept',
      { ticket: 'OPS-1', memory: { deep: [{ id: '\ud800' }] } },
      { ticket: 'OPS-1' },
    ],
    ['keeps an escape that is only spelled out', { memory: { id: '\\u0000' } }, { memory: { id: '\\u0000' } }],
  ])('%s', (_sentence, receipt, clean) => {
    expect(cleanReceipt(receipt)).toEqual(clean);
  });

  it('remembers up to its bound', () => {
    const memory = (length: number) => ({ id: 'x'.repeat(length - '{"id":""}'.length) });
    expect(cleanReceipt({ memory: memory(memoryJsonLengthMax) })).toEqual({ memory: memory(memoryJsonLengthMax) });
    expect(cleanReceipt({ memory: memory(memoryJsonLengthMax + 1) })).toEqual({});
  });
});

describe('a target that is none', () => {
  const bad = ['a\u0000', 'a\ud800', 'x'.repeat(3_000)];
  const bodies: Readonly<Record<string, object>> = {
    pagerduty: { payload: { summary: 'x', source: 'x', severity: 'info' } },
    jira: { fields: { summary: 'x' } },
    'jira-service-management': { requestFieldValues: { summary: 'x' } },
    servicenow: { short_description: 'x' },
  };
  const stepOf = (targetId: string, answers: readonly Answer[], over: Partial<Sending> = {}): Step => {
    const [target, sample] = [findTarget(targetId), sampleConnectors[targetId]];
    if (target === undefined || sample === undefined) throw new Error(`no target ${targetId}`);
    const given = { config: sample.config, secretNames: Object.keys(sample.secrets), correlationKey: 'thing' };
    return target.next(exampleSending({ ...given, body: JSON.stringify(bodies[targetId]), ...over }), answers);
  };
  const made = (targetId: string, answer: object): unknown => {
    const step = stepOf(targetId, [jsonAnswer(201, answer)]);
    return 'done' in step ? step.done : step;
  };

  it.each(bad)('does not name the alert of PagerDuty %j, which was made all the same', (name) => {
    expect(made('pagerduty', { status: 'success', dedup_key: name })).toEqual({ kind: 'accepted', receipt: null });
  });

  it.each(bad)('does not name the ticket %j: it goes by its id', (name) => {
    for (const [target, answer] of [
      ['jira', { id: '10001', key: name }],
      ['jira-service-management', { issueId: '10001', issueKey: name, _links: { web: name } }],
      ['servicenow', { result: { sys_id: '10001', number: name } }],
    ] as const)
      expect(made(target, answer)).toMatchObject({
        kind: 'accepted',
        receipt: { ticket: '10001', memory: { id: '10001' } },
      });
  });

  it.each(bad)('makes a ticket with the id %j that nobody can confirm', (name) => {
    expect(made('jira', { id: name, key: 'OPS-1' })).toEqual({ kind: 'unknown', reason: 'ticket_not_confirmed' });
    expect(made('jira-service-management', { issueId: name, issueKey: 'OPS-1' })).toEqual({
      kind: 'unknown',
      reason: 'ticket_not_confirmed',
    });
    expect(made('servicenow', { result: { sys_id: name, number: 'INC1' } })).toMatchObject({
      kind: 'refused',
      reason: 'record_hidden',
    });
  });

  it.each(bad)('is not asked for the ticket %j that an older version has kept', (id) => {
    const step = stepOf('jira', [], { remembered: { ticket: id, memory: { id } } });
    expect(step).toMatchObject({ send: { method: 'POST', url: expect.stringMatching(/\/issue$/) as string } });
  });
});
