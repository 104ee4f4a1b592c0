import { attemptReasons } from './attempt-reasons.js';
import { codesPage } from './codes-page.js';
import { endReasons, meaningOfReason } from './end-reasons.js';
import { eventTypes, meaningOfEvent } from './event-types.js';
import { refusalCodes } from './refusal-codes.js';

describe('the codes and event types', () => {
  it('each have a meaning, which is a sentence', () => {
    const meanings = [
      ...Object.values(attemptReasons).map(({ meaning }) => meaning),
      ...Object.values(endReasons).map(({ meaning }) => meaning),
      ...Object.values(refusalCodes),
      ...Object.values(eventTypes).flatMap((types) => Object.values(types).map(({ meaning }) => meaning)),
    ];
    for (const meaning of meanings) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });

  it('stand on the page with their meaning', () => {
    const page = codesPage();
    for (const [code, { meaning }] of Object.entries(attemptReasons)) expect(page).toContain(`\`${code}\`: ${meaning}`);
    for (const types of Object.values(eventTypes))
      for (const [type, { meaning }] of Object.entries(types)) expect(page).toContain(`\`${type}\`: ${meaning}`);
  });

  it('are told by their code, and the words of a person by none', () => {
    expect(meaningOfReason('attempts_exhausted')).toBe(endReasons.attempts_exhausted.meaning);
    expect(meaningOfReason('rate_limited')).toBe(attemptReasons.rate_limited.meaning);
    expect(meaningOfReason('no longer wanted')).toBeNull();
    expect(meaningOfReason('constructor')).toBeNull();
    expect(meaningOfEvent('delivery-0', 'ConnectorGivenUp')).toContain('five days');
    expect(meaningOfEvent('delivery-0', 'TenantCreated')).toBeNull();
  });

  it('never give one code two meanings as a reason', () => {
    const both = Object.keys(attemptReasons).filter((code) => Object.hasOwn(endReasons, code));
    expect(both).toEqual([]);
  });
});
