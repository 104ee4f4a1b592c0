import { accepted, lookUpUnanswered, refusedLater, refusedNever, unanswered, wrongKind } from '../answers.js';
import type { Outcome, Receipt } from '../outcome.js';
import type { Answer, MailAnswer } from '../target.js';

/** What one delivery knows of its recipients between two attempts. `by` keeps one delivery from reading another's. */
export interface MailMemory {
  readonly by: string;
  /** Those that the next attempt goes to; nobody else is written to again. */
  readonly openRecipients: readonly string[];
  /** Refused for good at earlier attempts: the delivery cannot end as delivered any more. */
  readonly refusedRecipients: readonly string[];
  /** Somebody has the mail already. */
  readonly someAccepted: boolean;
}

/** The memory of this delivery in a receipt; null where there is none, so that everybody is written to. */
export function openOf(receipt: Receipt | null, webhookId: string): MailMemory | null {
  const memory = receipt?.memory;
  if (memory === undefined || memory['by'] !== webhookId) return null;
  return {
    by: webhookId,
    openRecipients: addresses(memory['openRecipients']),
    refusedRecipients: addresses(memory['refusedRecipients']),
    someAccepted: memory['someAccepted'] === true,
  };
}

function addresses(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/**
 * What the server said of each recipient, as one outcome (targets.md 7.3): unknown where a mail may have arrived, later
 * where somebody is refused for now, delivered only when everybody has it. Who has it is never written to again.
 */
export function judgeMail(
  answer: Answer,
  webhookId: string,
  open: readonly string[],
  before: MailMemory | null,
): Outcome {
  if (answer.kind === 'http') return wrongKind(answer);
  const beforeOr = before ?? { refusedRecipients: [], someAccepted: false };
  if (answer.kind === 'none') return unanswered(answer, remember({ ...beforeOr, by: webhookId, openRecipients: open }));

  const sorted = sort(answer, open);
  const refused = [...new Set([...beforeOr.refusedRecipients, ...sorted.refused])];
  const someAccepted = beforeOr.someAccepted || sorted.accepted > 0;
  const stillOpen = remember({
    by: webhookId,
    openRecipients: [...sorted.unknown, ...sorted.forNow],
    refusedRecipients: refused,
    someAccepted,
  });
  if (sorted.unknown.length > 0) return { kind: 'unknown', reason: 'mail_unconfirmed', receipt: stillOpen };
  if (sorted.forNow.length > 0) return refusedLater('mail_refused_for_now', { receipt: stillOpen });
  if (refused.length === 0) return { kind: 'accepted', receipt: { memory: {} } };
  // A redelivery that somebody asks for goes to those without the mail, and to nobody twice.
  const receipt = remember({ by: webhookId, openRecipients: refused, refusedRecipients: [], someAccepted });
  if (someAccepted) return refusedNever('mail_partly_refused', { receipt });
  return refusedNever(isLoginTrouble(answer) ? 'mail_auth_failed' : 'mail_refused', { receipt });
}

/** A conversation without a mail: what the server said, or why nobody spoke. */
export function judgeGreeting(answer: Answer): Outcome {
  if (answer.kind === 'http') return wrongKind(answer);
  if (answer.kind === 'none') return lookUpUnanswered(answer);
  const outcome = answer.recipients[0]?.outcome;
  if (outcome === 'accepted') return accepted();
  if (outcome === 'refused') return refusedNever(isLoginTrouble(answer) ? 'mail_auth_failed' : 'mail_refused');
  return refusedLater('mail_refused_for_now');
}

function remember(memory: MailMemory): Receipt {
  return { memory: { ...memory } };
}

interface Sorted {
  readonly accepted: number;
  readonly forNow: readonly string[];
  readonly refused: readonly string[];
  readonly unknown: readonly string[];
}

/** A recipient of ours that the answer does not name may have got the mail: unknown, not lost. */
function sort(answer: MailAnswer, open: readonly string[]): Sorted {
  const outcomes = new Map(answer.recipients.map(({ recipient, outcome }) => [recipient, outcome]));
  const those = (wanted: string): string[] => open.filter((address) => (outcomes.get(address) ?? 'unknown') === wanted);
  return {
    accepted: those('accepted').length,
    forNow: those('refused-for-now'),
    refused: those('refused'),
    unknown: those('unknown'),
  };
}

/** 530, 534, 535 and 538 concern the login or the encryption, so every recipient and the connector itself (targets.md 7.1). */
const loginCodes: ReadonlySet<number | null> = new Set([530, 534, 535, 538]);

function isLoginTrouble(answer: MailAnswer): boolean {
  return answer.recipients.every(({ stage, code }) => stage === 'auth' || loginCodes.has(code));
}
