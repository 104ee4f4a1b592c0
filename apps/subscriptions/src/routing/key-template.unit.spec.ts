import { treeOf } from '@waybill/contracts/payload/json-tree';
import { compileKey, keyCharactersMax } from './key-template.js';

const facts = { tenant: 'acme', type: 'incident', id: 'e1', source: 'soc', time: '2026-11-24T10:00:00.000Z' };
const keyOf = (template: string, payload: unknown) => compileKey(template)({ facts, payload: treeOf(payload) });
const of = (thing: unknown): string => keyOf('{{thing}}', { thing }).text;

describe('a key', () => {
  it('is the text of its template where that is short enough', () => {
    expect(of('INC-1')).toBe('INC-1');
    expect(of('x'.repeat(keyCharactersMax))).toBe('x'.repeat(keyCharactersMax));
  });

  it('says what the notification does not have; what a section asks for is a question', () => {
    expect(keyOf('inc-{{other}}', { thing: 1 })).toEqual({ text: 'inc-', missing: ['other'] });
    expect(keyOf('{{thing}}{{#other}}-{{other}}{{/other}}', { thing: 1 })).toEqual({ text: '1', missing: [] });
  });

  it('sees of the notification what a filter sees, whatever the payload calls its members', () => {
    const template = '{{tenant}} {{notification.type}} {{notification.source}} {{notification.title}}';
    const payload = { tenant: 'other', notification: { source: 'forged', title: 'T' } };
    expect(keyOf(template, payload)).toEqual({ text: 'acme incident soc T', missing: [] });
  });

  it('that is too long is short, the same for the same text, and another for another', () => {
    const long = 'x'.repeat(keyCharactersMax + 1);
    expect(of(long)).toHaveLength(keyCharactersMax);
    expect(of(long)).toBe(of(long));
    expect(of(`${long}a`)).not.toBe(of(`${long}b`));
    expect(of(`${long}a`).slice(0, 400)).toBe('x'.repeat(400));
  });

  it('is never cut inside a pair', () => {
    for (const lead of ['', 'a']) expect(of(lead + '\u{1f525}'.repeat(keyCharactersMax)).isWellFormed()).toBe(true);
  });
});
