import { refusedNever, unanswered } from '../answers.js';
import { ask, type Ask, type Conversation } from '../conversation.js';
import { type KnownTicket, knownTicket, type Owed, owedTo, ticketReceipt } from '../known-ticket.js';
import { urlPart } from '../receipt.js';
import { optional } from '../settings.js';
import type { Answer, HttpTargetRequest, Sending } from '../target.js';
import { isDone, type JiraSite, refusedByJira } from './jira-site.js';
import { ended, isGone, type Served, transition } from './jira-transition.js';
import { type Found, over, settled } from './jira.ticket.js';

/** What differs between Jira and its service management, where both keep one ticket a thing. */
export interface TicketWays {
  readonly site: JiraSite;
  /** What people there call a ticket; it stands in notes. */
  readonly word: 'ticket' | 'request';
  /** Looks for the ticket that an attempt with an unknown outcome may have made. */
  look(notes: string[]): Generator<Ask, Found, Answer>;
  create(notes: string[]): Generator<Ask, Found, Answer>;
  /** The request that puts what is new into the fields of a known ticket. */
  edit(ticketId: string): HttpTargetRequest;
  /** The request that tells a known ticket what is new. */
  comment(ticketId: string, notes: string[]): HttpTargetRequest;
}

/** One ticket a thing: the known one is served, one of an attempt with an unknown outcome is looked for, else one is made. */
export function* oneTicket(sending: Sending, ways: TicketWays, notes: string[]): Conversation {
  const known = knownTicket(sending);
  if (known !== null) {
    const served = yield* serve(sending, known, owedTo(sending), ways, notes);
    if (served.kind === 'ended') return over(served.outcome, notes);
    if (served.kind === 'done') return settled(known, sending, notes);
    notes.push(`The ${ways.word} ${known.key} is gone.`);
    // There is nothing left to resolve, and a new ticket would only have to be closed again.
    if (sending.act === 'resolve') return over({ kind: 'accepted', receipt: { memory: {} } }, notes);
  } else if (sending.afterUnknown) {
    const found = yield* ways.look(notes);
    if ('outcome' in found) return over(found.outcome, notes);
    if ('ticket' in found) return yield* finish(sending, found.ticket, ways, notes);
  }
  const made = yield* ways.create(notes);
  if (!('ticket' in made)) return over('outcome' in made ? made.outcome : refusedNever('unexpected_answer'), notes);
  return yield* finish(sending, made.ticket, ways, notes);
}

/** A new ticket of a thing that is over already is resolved at once, where the connector knows how. */
function* finish(sending: Sending, ticket: KnownTicket, ways: TicketWays, notes: string[]): Conversation {
  const owed: Owed[] = sending.act === 'resolve' ? ['resolve'] : [];
  const served = yield* serve(sending, ticket, owed, ways, notes);
  return served.kind === 'ended' ? over(served.outcome, notes) : settled(ticket, sending, notes);
}

/** Tells first and resolves then: many workflows take no comment on a closed ticket. */
function* serve(
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  ways: TicketWays,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const wanted = optional(sending.config, 'resolveTransition');
  const resolves = owed.includes('resolve') && wanted !== null;
  if (owed.includes('tell')) {
    const told = yield* tell(sending, ticket, resolves ? ['tell', 'resolve'] : ['tell'], ways, notes);
    if (told.kind !== 'done') return told;
  }
  if (!resolves) return { kind: 'done' };
  // The platform resolves for both: of the service desk's own transitions customers are offered few or none.
  return yield* transition(ways.site, ticket.id, wanted, ticketReceipt(ticket, sending.webhookId, ['resolve']), notes);
}

function* tell(
  sending: Sending,
  ticket: KnownTicket,
  owed: readonly Owed[],
  ways: TicketWays,
  notes: string[],
): Generator<Ask, Served, Answer> {
  const onUpdate = optional(sending.config, 'onUpdate') ?? 'comment';
  if (onUpdate === 'none') {
    notes.push(`The ${ways.word} ${ticket.key} is known, and the connector adds nothing to known ${ways.word}s.`);
    return { kind: 'done' };
  }
  const id = urlPart(ticket.id);
  const request = onUpdate === 'edit' ? ways.edit(id) : ways.comment(id, notes);
  const receipt = ticketReceipt(ticket, sending.webhookId, owed);
  const answer = yield* ask(request, receipt, notes.splice(0));
  if (answer.kind === 'none') return ended(unanswered(answer, receipt));
  if (isGone(answer)) return { kind: 'gone' };
  return isDone(answer) ? { kind: 'done' } : ended(refusedByJira(answer, receipt));
}
