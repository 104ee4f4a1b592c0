import { ByteBudget } from './byte-budget.js';

describe('a budget of bytes', () => {
  let begun: string[];
  beforeEach(() => (begun = []));
  const reserve = (budget: ByteBudget, bytes: number, name: string): (() => void) =>
    budget.reserve(bytes, () => void begun.push(name));

  it('gives as much as there is, and one byte more only when something came back', () => {
    const budget = new ByteBudget(10);
    reserve(budget, 4, 'a');
    reserve(budget, 6, 'b');
    reserve(budget, 1, 'c');
    expect(begun).toEqual(['a', 'b']);
    budget.giveBack(1);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('serves in the order of asking: a small wish does not pass a large one', () => {
    const budget = new ByteBudget(10);
    reserve(budget, 8, 'a');
    reserve(budget, 8, 'large');
    reserve(budget, 1, 'small');
    expect(begun).toEqual(['a']);
    budget.giveBack(8);
    expect(begun).toEqual(['a', 'large', 'small']);
  });

  it('lets those behind go on when one leaves the line', () => {
    const budget = new ByteBudget(10);
    reserve(budget, 8, 'a');
    const leave = reserve(budget, 8, 'gone');
    reserve(budget, 1, 'b');
    leave();
    leave();
    expect(begun).toEqual(['a', 'b']);
  });

  it('gives more than there is to whom it is alone with', () => {
    const budget = new ByteBudget(10);
    reserve(budget, 1, 'a');
    reserve(budget, 11, 'larger than all');
    expect(begun).toEqual(['a']);
    budget.giveBack(1);
    expect(begun).toEqual(['a', 'larger than all']);
  });

  it('counts what came unasked', () => {
    const budget = new ByteBudget(10);
    budget.add(15);
    reserve(budget, 1, 'a');
    budget.giveBack(5);
    expect(begun).toEqual([]);
    budget.giveBack(1);
    expect(begun).toEqual(['a']);
  });
});
