import { followAttempt } from '../follow-attempt.fixture.js';
import type { Receipt } from '../outcome.js';
import { httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, Sending, Target } from '../target.js';

/** What differs between Jira and its service management, where one contract holds for both. */
export interface TicketRoom {
  readonly target: Target;
  /** What people there call a ticket. */
  readonly word: 'ticket' | 'request';
  readonly config: Readonly<Record<string, unknown>>;
  /** A first attempt of the delivery with the connector's config, and what a case is about. */
  readonly sending: (over: Partial<Sending>) => Sending;
  readonly webhookId: string;
  /** Of a ticket that is known. */
  readonly receipt: Receipt;
  readonly commentUrl: string;
  readonly issueUrl: string;
  /** The answer to a creation and the receipt that comes of it. */
  readonly anew: { readonly answer: Answer; readonly receipt: Receipt };
  /** The answer of a search that finds the ticket of an attempt with an unknown outcome, and the receipt. */
  readonly found: { readonly answer: Answer; readonly receipt: Receipt };
}

const transitions = jsonAnswer(200, {
  transitions: [
    { id: '5', name: 'Close', to: { name: 'Done' } },
    { id: '4', name: 'Start', to: { name: 'In Progress' } },
  ],
});
const commented = jsonAnswer(201, { id: '1' });
const moved = httpAnswer(204);
const failedLogin = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' };
const missing = jsonAnswer(404, {
  errorMessages: ['Issue does not exist or you do not have permission to see it.'],
  errors: {},
});

/** One ticket a thing (targets.md 4.6, issue 3 point 3), as both rooms keep it. */
export function ticketContract(room: TicketRoom): void {
  describe(`one ${room.word} a thing`, () => {
    afterUnknown(room);
    told(room);
    resolved(room);
    removed(room);
    answeredByOthers(room);
  });
}

const run = ({ target, sending }: TicketRoom, over: Partial<Sending>, ...answers: Answer[]) =>
  followAttempt(target, sending(over), answers);

const owing = ({ receipt, webhookId }: TicketRoom, ...owed: string[]): Receipt => ({
  ...receipt,
  memory: { ...receipt.memory, by: webhookId, owed },
});

function afterUnknown(room: TicketRoom): void {
  const lost = { afterUnknown: true, attempt: 2 };
  const looked = { memory: { by: room.webhookId, lookedAtAttempt: 2 } };
  const nothing = jsonAnswer(200, { issues: [], isLast: true });

  it('is looked for before another is made, and is the one that is found', () => {
    const { asked, outcome, notes } = run(room, lost, room.found.answer);
    expect(asked.map(({ method, url }) => [method, /\/search(?:\/jql)?$/.test(url)])).toEqual([['POST', true]]);
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.found.receipt });
    expect(notes).toEqual([
      `An earlier attempt with an unknown outcome had made the ticket ${room.found.receipt.ticket}.`,
    ]);
  });

  it('is looked for a second time, because the search lags, and made then', () => {
    expect(run(room, lost, nothing).outcome).toEqual({
      kind: 'refused',
      retry: 'later',
      reason: 'looking_again',
      retryAfterMs: 30_000,
      receipt: looked,
    });
    const again = { afterUnknown: true, attempt: 3, remembered: looked };
    expect(run(room, again, nothing, room.anew.answer).outcome).toEqual({
      kind: 'accepted',
      receipt: room.anew.receipt,
    });
    // The second create was unknown too: what was looked for before it proves nothing.
    expect(run(room, { ...again, attempt: 4 }, nothing).outcome).toMatchObject({ reason: 'looking_again' });
  });

  it('is made where it may not be looked for, with a note that it may be the second', () => {
    const { outcome, notes } = run(room, lost, jsonAnswer(410, { errorMessages: ['removed'] }), room.anew.answer);
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.anew.receipt });
    expect(notes).toEqual([
      'The search for a ticket of an earlier attempt was refused (410), so this ticket may be a second one.',
    ]);
  });

  const ends: [string, Answer, unknown][] = [
    ['as a stranger', jsonAnswer(200, { issues: [] }, failedLogin), { retry: 'never', reason: 'login_failed' }],
    ['without a credential', httpAnswer(401), { retry: 'never', reason: 'unauthorized' }],
    ['throttled', httpAnswer(429, '', { 'retry-after': '1' }), { retry: 'later', retryAfterMs: 1000 }],
    ['in an outage', httpAnswer(503), { retry: 'later', reason: 'server_error' }],
    ['broken off', noAnswer('timeout', true), { retry: 'later', reason: 'timeout' }],
  ];
  it.each(ends)('is not made after a search %s', (_title, answer, expected) => {
    expect(run(room, lost, answer).outcome).toMatchObject({ kind: 'refused', ...(expected as object) });
  });

  it('is resolved where it is found and the thing is over', () => {
    const config = { ...room.config, resolveTransition: '5' };
    const of = run(room, { ...lost, act: 'resolve', config }, room.found.answer, transitions, moved);
    expect(of.outcome).toEqual({ kind: 'accepted', receipt: room.found.receipt });
  });
}

function told(room: TicketRoom): void {
  const known = { remembered: room.receipt, correlationKey: '5F04D7E3' };

  it('gets a comment of what is new', () => {
    const { asked, outcome } = run(room, known, commented);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${room.commentUrl}`]);
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
  });

  it('is edited where the connector says so, and tried again where somebody edits it at the same moment', () => {
    const edited = { ...known, config: { ...room.config, onUpdate: 'edit' } };
    const { asked, outcome } = run(room, edited, moved);
    expect(asked.map(({ method, url }) => [method, url.replace(/\/rest\/api\/\d/, '')])).toEqual([
      ['PUT', room.issueUrl.replace(/\/rest\/api\/\d/, '')],
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
    expect(run(room, edited, httpAnswer(409)).outcome).toMatchObject({ retry: 'later', reason: 'edit_conflict' });
  });

  it('is left alone where the connector adds nothing, with a note', () => {
    const { asked, outcome, notes } = run(room, { ...known, config: { ...room.config, onUpdate: 'none' } });
    expect([asked, outcome]).toEqual([[], { kind: 'accepted', receipt: room.receipt }]);
    const { ticket } = room.receipt;
    expect(notes).toEqual([
      `The ${room.word} ${ticket} is known, and the connector adds nothing to known ${room.word}s.`,
    ]);
  });

  it('is told a notification its own, whatever another delivery still owes', () => {
    const remembered = { ...room.receipt, memory: { ...room.receipt.memory, by: 'dlv_other', owed: ['resolve'] } };
    expect(run(room, { ...known, remembered }, commented).asked[0]?.url).toBe(room.commentUrl);
  });

  it("stays known where a comment's outcome is unknown", () => {
    expect(run(room, known, noAnswer('reset', true)).outcome).toEqual({
      kind: 'unknown',
      reason: 'reset',
      receipt: owing(room, 'tell'),
    });
  });
}

function resolved(room: TicketRoom): void {
  const config = { ...room.config, resolveTransition: 'close' };
  const resolving = { remembered: room.receipt, correlationKey: '5F04D7E3', act: 'resolve' as const, config };
  const none = jsonAnswer(200, { transitions: [] });
  const status = (key: string) => jsonAnswer(200, { fields: { status: { statusCategory: { key } } } });

  it('is told first and resolved then, through the platform', () => {
    const { asked, outcome } = run(room, resolving, commented, transitions, moved);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${room.commentUrl}`,
      `GET ${room.issueUrl}/transitions`,
      `POST ${room.issueUrl}/transitions`,
    ]);
    expect(asked[2]?.body).toEqual({ transition: { id: '5' } });
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
  });

  it('is told nothing twice after a failure in the middle', () => {
    const { outcome } = run(room, resolving, commented, transitions, httpAnswer(503));
    expect(outcome).toEqual({
      kind: 'refused',
      retry: 'later',
      reason: 'server_error',
      receipt: owing(room, 'resolve'),
    });
    const again = run(room, { ...resolving, remembered: owing(room, 'resolve'), attempt: 2 }, transitions, moved);
    expect(again.asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(again.outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
  });

  it('is done where somebody has closed it before', () => {
    const { outcome, notes } = run(room, resolving, commented, none, status('done'));
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
    expect(notes).toEqual(['The ticket was done already, so it was not moved.']);
  });

  it('is refused where it is open and offers no such transition', () => {
    const { outcome, notes } = run(room, resolving, commented, none, status('new'));
    expect(outcome).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'transition_missing',
      receipt: owing(room, 'resolve'),
    });
    expect(notes).toEqual(['The ticket offers no transition "close" from where it stands.']);
  });
}

function removed(room: TicketRoom): void {
  const known = { remembered: room.receipt, correlationKey: '5F04D7E3' };

  it('is opened anew where a person has removed it, and not only to be closed', () => {
    const { outcome, notes } = run(room, known, missing, room.anew.answer);
    expect(outcome).toEqual({ kind: 'accepted', receipt: room.anew.receipt });
    expect(notes).toEqual([`The ${room.word} ${room.receipt.ticket} is gone.`]);
    const config = { ...room.config, resolveTransition: 'Close' };
    expect(run(room, { ...known, act: 'resolve', config }, missing).outcome).toEqual({
      kind: 'accepted',
      receipt: { memory: {} },
    });
  });

  it('is not taken for removed where a token has expired', () => {
    expect(run(room, known, { ...missing, headers: failedLogin }).outcome).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'login_failed',
      receipt: owing(room, 'tell'),
    });
  });
}

/** What says success and is not the answer of the call (targets.md section 0). */
function answeredByOthers(room: TicketRoom): void {
  const known = { remembered: room.receipt, correlationKey: '5F04D7E3' };
  const edited = { ...known, config: { ...room.config, onUpdate: 'edit' } };
  const resolving = { ...known, act: 'resolve' as const, config: { ...room.config, resolveTransition: '5' } };
  const unexpected = (...owed: string[]) => ({
    kind: 'refused',
    retry: 'never',
    reason: 'unexpected_answer',
    receipt: owing(room, ...owed),
  });
  const strangers: [string, Answer, string][] = [
    ['the page of a login', httpAnswer(200, '<html>login</html>'), 'unexpected_answer'],
    ['a page that was cut', { ...httpAnswer(200, '<html>'), bodyTruncated: true }, 'unexpected_answer'],
    ['a word', httpAnswer(200, 'ok'), 'unexpected_answer'],
    ['an error', jsonAnswer(200, { errorMessages: ['no'], errors: {} }), 'unexpected_answer'],
    ['a list', jsonAnswer(200, [{ id: '1' }]), 'unexpected_answer'],
    ['nothing to a stranger', httpAnswer(200, '', failedLogin), 'login_failed'],
    ['an object to a stranger', jsonAnswer(200, { id: '1' }, failedLogin), 'login_failed'],
  ];
  it.each(strangers)('is not told, edited or moved by a success with %s', (_title, answer, reason) => {
    expect(run(room, known, answer).outcome).toEqual({ ...unexpected('tell'), reason });
    expect(run(room, edited, answer).outcome).toEqual({ ...unexpected('tell'), reason });
    const moving = run(room, resolving, commented, transitions, answer);
    expect(moving.outcome).toEqual({ ...unexpected('resolve'), reason });
  });

  it('is not judged by a page where no transition is offered', () => {
    const none = jsonAnswer(200, { transitions: [] });
    const { outcome, notes } = run(room, resolving, commented, none, httpAnswer(200, '<html>login</html>'));
    expect([outcome, notes]).toEqual([unexpected('resolve'), []]);
  });

  const own: [string, Answer][] = [
    ['nothing', httpAnswer(204)],
    ['the thing as it now is', jsonAnswer(200, { id: '10000', key: 'OPS-24' })],
    ['the beginning of a long thing', { ...httpAnswer(201, '{"self":"https://acme'), bodyTruncated: true }],
  ];
  it.each(own)('is told and edited by a success with %s', (_title, answer) => {
    for (const over of [known, edited]) {
      expect(run(room, over, answer).outcome).toEqual({ kind: 'accepted', receipt: room.receipt });
    }
  });
}
