import { type Decider, fold, Refused } from './decider.js';

/**
 * given(events).when(command).then(events) for one decider; `thenRefused(code)` where the domain says no.
 * The comparison is by value, so a specification reads as the story it tells.
 */
export function specificationFor<State, Command, Event>(decider: Decider<State, Command, Event>) {
  return (...history: Event[]) => {
    const state = fold(decider.evolve, decider.initialState, history);
    return {
      when: (command: Command) => ({
        then: (...expected: Event[]) => expect(decider.decide(command, state)).toEqual(expected),
        thenRefused: (code: string) => expect(refusalOf(() => decider.decide(command, state))).toBe(code),
        thenState: (check: (after: State) => void) =>
          check(fold(decider.evolve, state, decider.decide(command, state))),
      }),
    };
  };
}

function refusalOf(act: () => unknown): string {
  try {
    return `not refused: ${JSON.stringify(act())}`;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}
