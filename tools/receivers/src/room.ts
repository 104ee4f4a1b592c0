import { createHash } from 'node:crypto';
import type { Answer } from './answer.js';
import type { Call } from './call.js';
import type { Option, Options } from './options.js';
import { RuleBook, scriptRule, type Rule, type ShownRule } from './rule.js';

/** One target as the HTTP server sees it. */
export interface Room {
  readonly target: string;
  /** First segment of the path, without slashes. */
  readonly prefix: string;
  /** Name by which `_received`, `_script` and `_options` find the request: a webhook, a workflow, a routing key, an operation. */
  nameOf(call: Call): string;
  /** The sender's identity of the message, for the count of repeats. */
  idOf(call: Call): string | null;
  answer(call: Call): Answer;
  /** A script has answered instead of the room. */
  scripted(call: Call, status: number | null): void;
  rules(): readonly ShownRule[];
  readonly options: RoomOptions;
  /** What exists now: tickets, alerts, messages. */
  state(): Record<string, unknown>;
  clearState(): void;
}

/** The part of `Options` that does not depend on which options there are. */
export interface RoomOptions {
  set(name: string | null, key: string, value: unknown): string | null;
  clear(): void;
  shown(): readonly Record<string, unknown>[];
}

/** `webhook-id` where the sender has one; else a hash of what was sent, so that a repeat of the same request is seen. */
export function idOfRequest(call: Call): string {
  const id = call.header('webhook-id');
  if (id !== null) return id;
  const hash = createHash('sha256').update(`${call.method} ${call.path}\n`).update(call.body).digest('hex');
  return `sha256:${hash.slice(0, 32)}`;
}

/** What a room says of itself; `makeRoom` does the rest. */
export interface RoomPlan<S extends Record<string, Option<unknown>>, C extends Call> {
  readonly target: string;
  readonly prefix: string;
  readonly options: Options<S>;
  readonly rules: readonly Rule<C>[];
  nameOf(call: Call): string;
  /** The call with what this target's rules read besides: the hook, the issue, the table. */
  contextOf(call: Call): C;
  state(): Record<string, unknown>;
  clearState(): void;
}

export function makeRoom<S extends Record<string, Option<unknown>>, C extends Call>(plan: RoomPlan<S, C>): Room {
  const book = new RuleBook<C>(plan.target, [scriptRule(plan.target), ...plan.rules]);
  return {
    target: plan.target,
    prefix: plan.prefix,
    options: plan.options,
    nameOf: (call) => plan.nameOf(call),
    idOf: idOfRequest,
    answer: (call) => book.judge(plan.contextOf(call)),
    scripted: () => book.count(`${plan.target}.script`),
    rules: () => book.shown(),
    state: () => plan.state(),
    clearState: () => plan.clearState(),
  };
}
