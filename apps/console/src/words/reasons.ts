import { attemptReasons as known } from '@waybill/contracts/codes/attempt-reasons';

interface Words {
  readonly words: string;
  readonly next: string | null;
}

/** What to do, by who can mend it. */
const nextSteps = {
  connector: 'Mend the connector: its settings, its secret or its address. Then redeliver.',
  notification: 'Correct the template of the connector, then redeliver with today’s template.',
  target: 'Mostly it passes by itself and is tried again. After a dead letter: redeliver once the target works.',
  network:
    'Mostly it passes by itself and is tried again. After a dead letter: redeliver once the target can be reached.',
  waybill: 'Tell the operator of Waybill, with the id of the delivery. Redeliver once it is mended.',
} as const;

/** Ends that no attempt has said: what happened around the delivery. */
const ends: Readonly<Record<string, Words>> = {
  attempts_exhausted: { words: 'Every attempt of the plan was used.', next: 'When the target works again, redeliver.' },
  connector_deleted: {
    words: 'The connector was deleted.',
    next: 'Create a connector and a subscription for what should still be sent.',
  },
  connector_disabled: { words: 'The connector was disabled.', next: 'Enable it, then redeliver.' },
  subscription_deleted: { words: 'The subscription was deleted.', next: null },
  subscription_disabled: {
    words: 'The subscription was disabled.',
    next: 'Enable it, then redeliver if it is wanted.',
  },
  template_invalid: { words: 'The template has a fault.', next: nextSteps.notification },
  template_limit: { words: 'The template needs more time or space than it may.', next: nextSteps.notification },
  by_hand: { words: 'Somebody cancelled it.', next: null },
};

function look(code: string | null | undefined): Words | null {
  if (code === null || code === undefined || code === '') return null;
  if (Object.hasOwn(ends, code)) return ends[code] ?? null;
  if (!Object.hasOwn(known, code)) return { words: code.replaceAll('_', ' '), next: null };
  const { meaning, fault } = known[code as keyof typeof known];
  return { words: meaning, next: nextSteps[fault] };
}

/** A reason code in plain words; a code that nobody explains stands for itself. */
export function reasonWords(code: string | null | undefined): string {
  return look(code)?.words ?? '';
}

/** What to do about it; null where nothing needs to be done. */
export function reasonNext(code: string | null | undefined): string | null {
  return look(code)?.next ?? null;
}
