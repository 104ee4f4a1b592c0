import type { Receipt } from './outcome.js';
import { nameIn, pageIn } from './receipt.js';
import type { Sending } from './target.js';

/**
 * What a delivery still owes the ticket of its thing: to tell it what is new, or to resolve it. Each is struck off when the
 * target has confirmed it, so that a retry goes on where the last attempt stopped and tells nothing twice.
 */
export type Owed = 'tell' | 'resolve';

/** A ticket that an earlier attempt or an earlier notification of the same correlation key has made. */
export interface KnownTicket {
  /** The target's own, never changed: Jira's issue id, ServiceNow's sys_id. */
  readonly id: string;
  /** What people call it: OPS-17, INC0010001. */
  readonly key: string;
  readonly url: string | null;
}

/** The ticket in the remembered receipt; null where there is none, or one whose id can be none. */
export function knownTicket({ remembered }: Sending): KnownTicket | null {
  const id = nameIn(remembered?.memory?.['id']);
  return id === null ? null : { id, key: nameIn(remembered?.ticket) ?? id, url: pageIn(remembered?.url) };
}

/**
 * The ticket that a target names in an answer; null where it names none whose id can be gone on with. One whose key is none people could
 * read goes by its id.
 */
export function ticketIn(id: unknown, key: unknown, pageOf: (key: string) => string): KnownTicket | null {
  const known = nameIn(id);
  if (known === null) return null;
  const name = nameIn(key) ?? known;
  return { id: known, key: name, url: pageOf(name) };
}

/** What is owed to a ticket that was known before this attempt: what an earlier attempt left open, else everything that is new. */
export function owedTo({ remembered, webhookId, act }: Sending): readonly Owed[] {
  const memory = remembered?.memory;
  if (memory?.['by'] === webhookId && Array.isArray(memory['owed'])) {
    return memory['owed'].filter((owed): owed is Owed => owed === 'tell' || owed === 'resolve');
  }
  return act === 'resolve' ? ['tell', 'resolve'] : ['tell'];
}

/** The receipt of a ticket. `owed` is what this very delivery has still to do; nobody else reads it. */
export function ticketReceipt(ticket: KnownTicket, webhookId: string, owed: readonly Owed[] = []): Receipt {
  const open = owed.length === 0 ? {} : { by: webhookId, owed };
  return {
    ticket: ticket.key,
    ...(ticket.url === null ? {} : { url: ticket.url }),
    memory: { id: ticket.id, ...open },
  };
}

/**
 * Jira's search finds a new ticket only after seconds, so one look that finds nothing proves nothing. The second look comes
 * with the next attempt, no sooner than this.
 */
export const secondLookAfterMs = 30_000;

/** The attempt just before this one has looked for the ticket and found none. */
export function hasLooked({ remembered, webhookId, attempt }: Sending): boolean {
  const memory = remembered?.memory;
  return memory?.['by'] === webhookId && memory['lookedAtAttempt'] === attempt - 1;
}

export function lookedReceipt({ webhookId, attempt }: Sending): Receipt {
  return { memory: { by: webhookId, lookedAtAttempt: attempt } };
}
