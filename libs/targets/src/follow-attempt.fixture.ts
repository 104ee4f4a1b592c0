import type { Outcome } from './outcome.js';
import type { Answer, HttpTargetRequest, Sending, Target } from './target.js';

/** A whole attempt as specs look at it: what was asked, with bodies as ordinary values, and how it ended. */
export interface Followed {
  readonly asked: readonly { readonly method: string; readonly url: string; readonly body: unknown }[];
  readonly requests: readonly HttpTargetRequest[];
  readonly outcome: Outcome;
  readonly notes: readonly string[];
}

/** Plays an attempt against the given answers, in order. Throws where the room asks for more or for fewer than there are. */
export function followAttempt(target: Target, sending: Sending, answers: readonly Answer[]): Followed {
  const requests: HttpTargetRequest[] = [];
  const notes: string[] = [];
  for (let given = 0; ; given++) {
    const step = target.next(sending, answers.slice(0, given));
    notes.push(...(step.notes ?? []));
    if ('done' in step) {
      if (given !== answers.length) throw new Error(`ended after ${given} of ${answers.length} answers`);
      const asked = requests.map(({ method, url, body }) => ({
        method,
        url,
        body: body === '' ? null : (JSON.parse(body) as unknown),
      }));
      return { asked, requests, outcome: step.done, notes };
    }
    if (step.send.kind !== 'http') throw new Error('an HTTP request was expected');
    if (given === answers.length) throw new Error(`asks for more: ${step.send.method} ${step.send.url}`);
    requests.push(step.send);
  }
}
