import { around, kindOf, readTime, tellerOf } from './moment.js';

const id = '01m86fa50vfqf9amzhezycset0';

describe('a moment that is looked back at', () => {
  it.each([
    ['a time in UTC is itself', '2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000Z'],
    ['a time with milliseconds keeps them', '2026-11-24T10:00:00.125Z', '2026-11-24T10:00:00.125Z'],
    ['a time without a zone is meant as UTC', '2026-11-24T10:00', '2026-11-24T10:00:00.000Z'],
    ['a time of another zone is the same moment', '2026-11-24T12:00:00+02:00', '2026-11-24T10:00:00.000Z'],
    ['a day alone is no moment', '2026-11-24', null],
    ['a day that does not exist is no moment', '2026-13-45T10:00:00Z', null],
    ['words are no moment', 'yesterday', null],
  ])('%s', (_, text, time) => expect(readTime(text)).toBe(time));

  it.each([
    ['between two changes there is one on each side', 15, { before: 'a10', after: 'a20' }],
    ['at a change itself the steps leave it', 20, { before: 'a10', after: 'a30' }],
    ['before the first there is only one after', 5, { after: 'a10' }],
    ['after the last there is only one before', 31, { before: 'a30' }],
  ])('%s', (_, second, expected) => {
    const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
    const events = [10, 20, 30].map((seconds) => ({ at: at(seconds) }));
    const named = Object.fromEntries(
      Object.entries(expected).map(([side, name]) => [side, at(Number(name.slice(1)))] as const),
    );
    expect(around(events, second * 1_000)).toEqual(named);
  });

  it.each([
    ['a connector is told by registry', `con_${id}`, { log: 'registry-0', stream: `connector-con_${id}` }],
    ['a subscription by subscriptions', `sub_${id}`, { log: 'subscriptions-0', stream: `subscription-sub_${id}` }],
    ['a delivery by delivery', `dlv_${id}`, { log: 'delivery-0', stream: `delivery-dlv_${id}` }],
    ['anything else by nobody', `key_${id}`, null],
    ['a text that goes on after the id by nobody', `dlv_${id}/x`, null],
  ])('%s', (_, text, expected) => {
    expect(tellerOf(text)).toEqual(expected);
    expect(kindOf(text) === null).toBe(expected === null);
  });
});
