import { attemptReasons } from './attempt-reasons.js';

/**
 * Why a delivery ended without being delivered, where no single attempt says it. `reason` of a dead letter is one of these or the
 * reason of its last attempt; of a suppressed one it is `suppression_window`; `reason` of a cancelled delivery is one of these or the words of the person who cancelled it.
 */
export const endReasons = {
  attempts_exhausted: {
    end: 'dead-lettered',
    meaning: 'Every attempt of the plan was used; each attempt says what the target answered.',
  },
  target_gone: {
    end: 'dead-lettered',
    meaning:
      'The target said (410, or `webhook-delivery: disable`) that it wants no more, so the connector was disabled.',
  },
  failing_too_long: {
    end: 'dead-lettered',
    meaning: 'The connector was disabled because it had failed for five days without one success.',
  },
  connector_deleted: { end: 'cancelled', meaning: 'The connector was deleted while the delivery waited.' },
  connector_disabled: { end: 'cancelled', meaning: 'Somebody disabled the connector while the delivery waited.' },
  connector_unknown: { end: 'cancelled', meaning: 'The subscription names a connector that does not exist.' },
  subscription_deleted: { end: 'cancelled', meaning: 'The subscription was deleted while the delivery waited.' },
  subscription_disabled: { end: 'cancelled', meaning: 'The subscription was disabled while the delivery waited.' },
  suppression_window: {
    end: 'suppressed',
    meaning: 'The subscription had sent one with the same key, and the window of its suppression had not ended.',
  },
  by_hand: { end: 'cancelled', meaning: 'Somebody cancelled the delivery and gave no reason.' },
} as const satisfies Record<
  string,
  { readonly end: 'dead-lettered' | 'cancelled' | 'suppressed'; readonly meaning: string }
>;

export type EndReason = keyof typeof endReasons;

/** What a reason of a delivery or an attempt means, in one sentence; null for the words of a person, which mean themselves. */
export function meaningOfReason(code: string): string | null {
  if (Object.hasOwn(endReasons, code)) return endReasons[code as EndReason].meaning;
  if (Object.hasOwn(attemptReasons, code)) return attemptReasons[code as keyof typeof attemptReasons].meaning;
  return null;
}
