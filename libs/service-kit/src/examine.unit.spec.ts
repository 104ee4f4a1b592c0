import { examine, judgeClock, judgeMigrations, skewMsMax } from './examine.js';

describe('what the doctor says of a service', () => {
  it.each([
    ['a clock at the bound holds', judgeClock(skewMsMax, 0), 'holds'],
    ['a clock past the bound is wrong', judgeClock(-skewMsMax - 1, 0), 'wrong'],
    ['a clock that a slow answer cannot tell from ours holds', judgeClock(skewMsMax + 400, 1_000), 'holds'],
    ['a schema with every migration holds', judgeMigrations(['A1', 'B2'], ['A1', 'B2']), 'holds'],
    ['a schema that a newer copy has brought further holds', judgeMigrations(['A1'], ['A1', 'B2']), 'holds'],
    ['a schema without the last migration is wrong', judgeMigrations(['A1', 'B2'], ['A1']), 'wrong'],
    ['a schema without any migration is wrong', judgeMigrations(['A1'], []), 'wrong'],
  ])('%s', (_, finding, state) => expect(finding.state).toBe(state));

  it('names the migrations that are missing', () => {
    expect(judgeMigrations(['A1', 'B2', 'C3'], ['A1']).says).toBe('Not applied: B2, C3.');
  });

  it('says what to do for what does not hold, and lets no check spoil another', async () => {
    const check = { title: 'T', fix: 'F' };
    const found = await examine(
      [
        { ...check, id: 'good', look: () => ({ state: 'holds', says: 'fine' }) },
        { ...check, id: 'bad', look: () => ({ state: 'wrong', says: 'not fine' }) },
        { ...check, id: 'thrown', look: () => Promise.reject(new Error('no route')) },
      ],
      'default',
    );
    expect(found).toEqual([
      { id: 'good', title: 'T', state: 'holds', says: 'fine', fix: null },
      { id: 'bad', title: 'T', state: 'wrong', says: 'not fine', fix: 'F' },
      { id: 'thrown', title: 'T', state: 'wrong', says: 'no route', fix: 'F' },
    ]);
  });
});
