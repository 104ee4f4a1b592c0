import type { ReceivedItem, ReceiversClient } from '@waybill/receivers/client';
import type { Given } from './desk.js';

/** One cell of the table: a target gets a notification of one type and answers in one way. */
export interface Cell {
  readonly type: string;
  readonly answer: Answer;
  /** Letters and digits, different for every cell of every run. */
  readonly mark: string;
  /** From 0, different for every cell of a room. */
  readonly index: number;
}

export const answers = ['accepted', 'refused', 'hidden error', 'rate limited', 'unknown'] as const;
export type Answer = (typeof answers)[number];

/** How one answer is brought about, and what must come of it. */
export interface Play {
  /** Other settings than the room's good ones. */
  readonly given?: (url: string, cell: Cell) => Given;
  /** Tells the receivers how to answer, before anything is published. */
  readonly before?: (receivers: ReceiversClient, cells: readonly Cell[]) => Promise<void>;
  /** Sets right again what `before` did, once the first attempt of every cell has ended. */
  readonly after?: (receivers: ReceiversClient, cells: readonly Cell[]) => Promise<void>;
  /** What each attempt came to, as `attemptsOf` writes it. */
  readonly attempts: RegExp;
  /** The receiver's verdicts, oldest first, joined with commas. */
  readonly verdicts: RegExp;
  readonly status: 'delivered' | 'dead-lettered' | 'retrying';
  /** With `retrying`: seconds that the target asked for, so the story does not wait for them. */
  readonly dueInSeconds?: number;
}

/** Why a cell of the table cannot exist. */
export interface Impossible {
  readonly because: string;
}

export interface Room {
  readonly target: string;
  /** The receivers' own word for it. */
  readonly receiver: string;
  readonly good: (url: string, cell: Cell) => Given;
  readonly isMine: (cell: Cell) => (item: ReceivedItem) => boolean;
  /** Rule of the receiver that must have applied exactly once where a delivery ends as delivered: one ticket, one alert. */
  readonly once?: string;
  readonly plays: Readonly<Record<Answer, Play | Impossible>>;
}

/** An answer that comes this late is lost on a connector with the shorter timeout. */
export const lateMs = 4_000;
export const impatience = { timeoutMs: 1_500, retryDelaysSeconds: [0, 0.2, 0.5, 1, 2, 5] };

export const taken: Play = { attempts: /^accepted$/, verdicts: /^accepted(,accepted)*$/, status: 'delivered' };

/** Dead-lettered after one attempt, by a rule of the receiver. */
export function refusal(given: Play['given'], rule: string, reason: string): Play {
  return {
    ...(given === undefined ? {} : { given }),
    attempts: new RegExp(`^refused:${reason}$`),
    verdicts: new RegExp(`^refused by ${rule}$`),
    status: 'dead-lettered',
  };
}

/** A success in the status that the body does not bear out. */
export function lie(before: Play['before'], status: number, attempts = /^refused:unexpected_answer$/): Play {
  return {
    ...(before === undefined ? {} : { before }),
    attempts,
    verdicts: new RegExp(`^scripted ${status}$`),
    status: 'dead-lettered',
  };
}

/** Refused as too much at first, taken when the limit is lifted. */
export function throttled(rule: string, before: Play['before'], after?: Play['after']): Play {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    attempts: /^(refused:rate_limited )+accepted$/,
    verdicts: new RegExp(`^(${rule},)+accepted(,accepted)*$`),
    status: 'delivered',
  };
}

/** The target acts and its answer is lost; the next attempt ends it. */
export function lost(room: (url: string, cell: Cell) => Given, before: Play['before'], verdicts: RegExp): Play {
  return {
    given: (url, cell) => ({ ...room(url, cell), limits: impatience }),
    ...(before === undefined ? {} : { before }),
    attempts: /^unknown:\w+ ((unknown|refused):\w+ )*accepted$/,
    verdicts,
    status: 'delivered',
  };
}
