import type { Answer } from './answer.js';
import type { Call } from './call.js';

/**
 * One row of targets.md section 9, or one condition of a row that joins several.
 * `check` gives the answer that ends the matter, `'noted'` when the row applied but judging goes on
 * (a flag was set, a fault was added to a list), or null when the row does not apply.
 */
export interface Rule<C> {
  readonly id: string;
  /** The row's place: section and number from the top, `9.3/4`. */
  readonly row: string;
  readonly when: string;
  readonly then: string;
  readonly check: (call: C) => Answer | 'noted' | null;
}

/** A target's rules in the order of the law: the first that answers wins. Counts how often each applied. */
export class RuleBook<C extends Call> {
  readonly #rules: readonly Rule<C>[];
  readonly #times: number[];

  constructor(
    readonly target: string,
    rules: readonly Rule<C>[],
  ) {
    const ids = new Set(rules.map((rule) => rule.id));
    if (ids.size !== rules.length) throw new Error(`two rules of ${target} have the same id`);
    this.#rules = rules;
    this.#times = rules.map(() => 0);
  }

  judge(call: C): Answer {
    for (let i = 0; i < this.#rules.length; i += 1) {
      const rule = this.#rules[i] as Rule<C>;
      const ruling = rule.check(call);
      if (ruling === null) continue;
      this.#times[i] = (this.#times[i] ?? 0) + 1;
      if (ruling === 'noted') continue;
      call.rule = rule.id;
      return ruling;
    }
    throw new Error(`no rule of ${this.target} answers ${call.method} ${call.url}`);
  }

  /** For rows that apply outside of `judge`: a TLS alert, a scripted answer, one stage of a mail dialogue. */
  count(id: string): void {
    const at = this.#rules.findIndex((rule) => rule.id === id);
    if (at < 0) throw new Error(`${this.target} has no rule ${id}`);
    this.#times[at] = (this.#times[at] ?? 0) + 1;
  }

  shown(): readonly ShownRule[] {
    return this.#rules.map((rule, i) => ({
      id: rule.id,
      target: this.target,
      row: rule.row,
      when: rule.when,
      then: rule.then,
      exercised: this.#times[i] ?? 0,
    }));
  }
}

export interface ShownRule {
  readonly id: string;
  readonly target: string;
  readonly row: string;
  readonly when: string;
  readonly then: string;
  readonly exercised: number;
}
