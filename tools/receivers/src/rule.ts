import { textAnswer, type Answer } from './answer.js';
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
      // A room behind this one (Jira behind JSM) has named its own rule already.
      call.rule ??= rule.id;
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

/** Rows that targets.md section 9 gives to every HTTP receiver. */
export function commonRules<C extends Call>(target: string, law: Common<C>): readonly Rule<C>[] {
  return [
    {
      id: `${target}.method`,
      row: '9',
      when: 'a method that the path does not have',
      then: '405',
      check: (call) => {
        const allowed = law.methods(call);
        return allowed.includes(call.method)
          ? null
          : textAnswer(405, 'Method Not Allowed', { allow: allowed.join(', ') });
      },
    },
    {
      id: `${target}.content-type`,
      row: '9',
      when: 'Content-Type missing or wrong',
      then: '415',
      check: (call) => {
        if (!['POST', 'PUT', 'PATCH'].includes(call.method)) return null;
        const type = (call.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
        return law.contentTypes.includes(type)
          ? null
          : (law.wrongType?.(call) ?? textAnswer(415, 'Unsupported Media Type'));
      },
    },
  ];
}

export interface Common<C> {
  readonly methods: (call: C) => readonly string[];
  readonly contentTypes: readonly string[];
  /** The target's own words for 415. */
  readonly wrongType?: (call: C) => Answer;
}

/** The row that says a script stands above all others; counted when one is played. */
export function scriptRule<C>(target: string): Rule<C> {
  return { id: `${target}.script`, row: '9', when: 'a script is set', then: 'its answers in order', check: () => null };
}
