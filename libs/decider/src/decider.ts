/**
 * A decider is the whole truth about one aggregate: which facts follow from a command (`decide`) and what a fact changes (`evolve`).
 * Both are pure: time, ids and randomness arrive inside the command, so that a replay years later gives the same answer.
 */
export interface Decider<State, Command, Event> {
  readonly initialState: State;
  /** Answers the events that the command leads to, none when it changes nothing; throws `Refused` when the domain says no. */
  decide(command: Command, state: State): Event[];
  evolve(state: State, event: Event): State;
}

/** The domain says no. The code is stable, shown to the user and never retried. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly code: string,
    message: string,
    /** RFC 6901 pointer into what the user sent, where one place is at fault. */
    readonly pointer?: string,
  ) {
    super(message);
  }
}

/** Folds a history into the state it describes, from the state before it. */
export function fold<State, Event>(
  evolve: (state: State, event: Event) => State,
  initialState: State,
  events: Iterable<Event>,
): State {
  let state = initialState;
  for (const event of events) state = evolve(state, event);
  return state;
}

/** Makes the compiler prove that a union is handled whole; at run time it is a defect that must stop the caller. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
