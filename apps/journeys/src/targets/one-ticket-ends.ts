import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { Stage } from '../stage.js';
import { hold, type Promised, same } from '../story.js';
import { withDesk } from './acceptance-documented.js';
import { attemptsOf, type Desk, type Dict, isEnded, type Lane, toldOf } from './desk.js';
import { incident, prepared, type TicketRoom, ticketRooms } from './ticket-books.js';

/** What people and expired credentials do to a ticket, and the two targets that know no tickets. */
export function ticketEnds(stage: Stage): readonly Promised[] {
  return [
    ...Object.entries(ticketRooms).map(([name, room]) => ({
      says: `${name}: a ticket that somebody removed is opened anew, unless all is over`,
      holds: () => withDesk(stage, (desk) => removed(desk, room)),
    })),
    {
      says: 'Jira: an expired token that looks like a missing ticket opens none',
      holds: () => withDesk(stage, expired),
    },
    {
      says: 'Jira: a transition that is not offered is said, and the ticket stays one',
      holds: () => withDesk(stage, noTransition),
    },
    { says: 'PagerDuty: one alert is triggered, told and resolved by its key', holds: () => withDesk(stage, alert) },
    {
      says: 'e-mail: only who was refused for now is written to again, and all mails are one thread',
      holds: () => withDesk(stage, mails),
    },
  ];
}

async function act(desk: Desk, lane: Lane, payload: Dict, word: string, count: number): Promise<Delivery> {
  await desk.send(lane, { ...payload, waybill: { act: word } });
  const last = (await desk.until(lane.connectorId, count, isEnded, 20_000)).at(-1);
  if (last === undefined) throw new Error('no delivery');
  return last;
}

async function forget(desk: Desk, receiver: string): Promise<void> {
  await fetch(`${desk.receiversUrl}/_state?target=${receiver}`, { method: 'DELETE' });
}

/** A removal after each of three notifications: the second opens another ticket, the third finds nothing left to close. */
export async function removed(desk: Desk, room: TicketRoom): Promise<string> {
  await prepared(desk);
  const lane = await desk.lane(room.given(desk.receiversUrl), 'incident');
  const { payload, summary } = await incident(desk);
  const said: string[] = [];
  for (const [at, word] of ['trigger', 'trigger', 'resolve'].entries()) {
    const delivery = await act(desk, lane, payload, word, at + 1);
    hold(delivery.status === 'delivered', toldOf(delivery));
    const tickets = await room.tickets(desk, summary);
    same(tickets.length, word === 'resolve' ? 0 : 1, `tickets after ${word} ${at + 1}`);
    said.push(`${word}: ${tickets.length}`);
    await forget(desk, room.receiver);
  }
  return `tickets with a removal after each: ${said.join(', ')}`;
}

async function expired(desk: Desk): Promise<string> {
  await prepared(desk);
  const room = ticketRooms['Jira'] as TicketRoom;
  const given = room.given(desk.receiversUrl);
  const lane = await desk.lane({ ...given, config: { ...given.config, onUpdate: 'none' } }, 'incident');
  const { payload, summary } = await incident(desk);
  await act(desk, lane, payload, 'trigger', 1);
  await desk.stage.receivers.option('jira', 'users', { 'agent@example.com': 'renewed-token' });
  const delivery = await act(desk, lane, payload, 'resolve', 2);
  same([delivery.status, attemptsOf(delivery)], ['dead-lettered', 'refused:login_failed'], 'the delivery');
  const [shown] = delivery.attempts ?? [];
  same((await room.tickets(desk, summary)).length, 1, 'tickets');
  return `${(shown?.response as { status: number } | null)?.status} from Jira, said as ${delivery.reason}; still 1 ticket`;
}

async function noTransition(desk: Desk): Promise<string> {
  await prepared(desk);
  const room = ticketRooms['Jira'] as TicketRoom;
  const given = room.given(desk.receiversUrl);
  const lane = await desk.lane({ ...given, config: { ...given.config, resolveTransition: 'Vanish' } }, 'incident');
  const { payload, summary } = await incident(desk);
  await act(desk, lane, payload, 'trigger', 1);
  const delivery = await act(desk, lane, payload, 'resolve', 2);
  same([delivery.status, attemptsOf(delivery)], ['dead-lettered', 'refused:transition_missing'], 'the delivery');
  const tickets = await room.tickets(desk, summary);
  same([tickets.length, tickets[0]?.closed], [1, false], 'tickets');
  return `${delivery.reason}; 1 ticket, open, told ${tickets[0]?.told}`;
}

async function alert(desk: Desk): Promise<string> {
  const given = {
    target: 'pagerduty',
    config: { baseUrl: `${desk.receiversUrl}/pagerduty` },
    secrets: { routingKey: 'P'.repeat(32) },
  };
  const lane = await desk.lane(given, 'incident');
  const { payload } = await incident(desk);
  const said: string[] = [];
  for (const [at, word] of ['trigger', 'trigger', 'acknowledge', 'resolve'].entries()) {
    const delivery = await act(desk, lane, payload, word, at + 1);
    hold(delivery.status === 'delivered', toldOf(delivery));
    const { alerts } = (await desk.stage.receivers.state('pagerduty')) as {
      alerts: { status: string; dedupKey: string; log: unknown[] }[];
    };
    const mine = alerts.filter(({ dedupKey }) => dedupKey === payload['incidentId']);
    same([mine.length, mine[0]?.log.length], [1, at + 1], `alerts after ${word}`);
    said.push(mine[0]?.status ?? '');
  }
  return `1 alert: ${said.join(' → ')}`;
}

async function mails(desk: Desk): Promise<string> {
  const domain = `${desk.word('thread')}.example.com`;
  const to = ['soc', 'grey', 'gone'].map((local) => `${local}@${domain}`);
  const lane = await desk.lane({ target: 'email', config: { to } }, 'incident', { correlationKey: '{{incidentId}}' });
  const { payload } = await incident(desk);
  const first = await act(desk, lane, payload, 'trigger', 1);
  same(
    [first.status, attemptsOf(first)],
    ['dead-lettered', 'refused:mail_refused_for_now refused:mail_partly_refused'],
    'the delivery',
  );
  await act(desk, lane, payload, 'trigger', 2);
  const items = await desk.received('email', ({ path }) => path.includes(domain));
  const recipients = items.map(({ path }) => path.replaceAll(`@${domain}`, ''));
  same(recipients.slice(0, 2), ['soc', 'grey'], 'who got which mail');
  hold(
    items.every(({ flags }) => flags.length === 0),
    items.flatMap(({ flags }) => flags).join('; '),
  );
  same(items[0]?.messageId, items[1]?.messageId, 'Message-ID over the retry');
  const roots = new Set(items.map(({ headers }) => headers['references']));
  same([roots.size, roots.has(undefined)], [1, false], 'threads');
  return `mails to ${recipients.join(' | ')}; the Message-ID stays over the retry; ${items.length} mails in one thread`;
}
