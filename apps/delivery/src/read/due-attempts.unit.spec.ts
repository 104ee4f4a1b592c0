import { sharesOf } from './due-attempts.js';

describe('what is fetched at once', () => {
  it.each([
    ['equal parts where everybody has room', 9, [10, 10, 10], [3, 3, 3]],
    ['no more than there is room for', 9, [2, 1, 3], [2, 1, 3]],
    ['what others have no room for, for those who have', 500, [0, 20_000, 0, 1], [0, 499, 0, 1]],
    ['equal parts of what those with little room leave', 10, [1, 100, 100], [1, 4, 5]],
    ['one at least for everybody who has room', 2, [5, 5, 0, 5], [1, 1, 0, 1]],
    ['nothing for nobody', 500, [0, 0], [0, 0]],
    ['nothing where there is less than no room', 5, [-3, 2], [0, 2]],
  ])('is %s', (_what, max, rooms, shares) => {
    expect(sharesOf(max, rooms)).toEqual(shares);
  });
});
