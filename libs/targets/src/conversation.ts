import { refusedLater, wrongKind } from './answers.js';
import type { Receipt } from './outcome.js';
import {
  type Answer,
  type HttpAnswer,
  type HttpTargetRequest,
  type NoAnswer,
  type Step,
  stepsMax,
  type TargetRequest,
} from './target.js';

/**
 * One attempt written as straight code: it yields the next request and gets the answer back. `next()` of a room replays it
 * from the start with the answers so far, so nothing is kept between two calls and the room stays a pure function.
 */
export type Conversation = Generator<Ask, Extract<Step, { done: unknown }>, Answer>;

export interface Ask {
  readonly send: TargetRequest;
  readonly notes?: readonly string[] | undefined;
  /** What is certain whatever happens to this request; a later attempt goes on from here. */
  readonly reached?: Receipt | null | undefined;
}

/**
 * The step that follows the given answers. Ends the attempt as refused for now where a conversation wants more than
 * `stepsMax` requests; what it had reached is kept, so that the next attempt goes on from there.
 */
export function follow(conversation: Conversation, answers: readonly Answer[]): Step {
  let turn = conversation.next();
  for (const answer of answers) {
    if (turn.done === true) break;
    turn = conversation.next(answer);
  }
  if (turn.done === true) return turn.value;
  const { send, notes, reached } = turn.value;
  if (answers.length >= stepsMax) return { done: refusedLater('steps_exhausted', { receipt: reached ?? null }) };
  return notes === undefined || notes.length === 0 ? { send } : { send, notes };
}

/** Asks over HTTP and answers what came back. */
export function* ask(
  send: HttpTargetRequest,
  reached: Receipt | null = null,
  notes: readonly string[] = [],
): Generator<Ask, HttpAnswer | NoAnswer, Answer> {
  const answer = yield { send, reached, notes };
  return answer.kind === 'mail' ? wrongKind(answer) : answer;
}
