import type { Stage } from '../stage.js';
import { hold, type Promised, same, type Story } from '../story.js';
import { withDesk } from './acceptance-documented.js';
import { type Desk, isEnded, toldOf } from './desk.js';
import { ticketEnds } from './one-ticket-ends.js';
import { impatience, lateMs } from './rooms.js';
import { incident, prepared, type TicketRoom, ticketRooms } from './ticket-books.js';

export const oneTicket: Story = {
  name: 'one-ticket',
  about: 'All that is said of one incident stands on one ticket.',
  tell: (stage: Stage): readonly Promised[] => [
    ...Object.entries(ticketRooms).flatMap(([name, room]) => [
      {
        says: `${name}: what comes later is told to the ticket that is there, and what is over closes it`,
        holds: () => withDesk(stage, (desk) => later(desk, room)),
      },
      {
        says: `${name}: two at the same time make one ticket`,
        holds: () => withDesk(stage, (desk) => together(desk, room)),
      },
      {
        says: `${name}: after an answer that got lost it looks before it creates`,
        holds: () => withDesk(stage, (desk) => lost(desk, room)),
      },
    ]),
    ...ticketEnds(stage),
  ],
};

async function later(desk: Desk, room: TicketRoom): Promise<string> {
  await prepared(desk);
  const lane = await desk.lane(room.given(desk.receiversUrl), 'incident');
  const { payload, summary } = await incident(desk);
  const counts: string[] = [];
  for (const [at, act] of ['trigger', 'trigger', 'resolve'].entries()) {
    await desk.send(lane, { ...payload, waybill: { act } });
    const deliveries = await desk.until(lane.connectorId, at + 1, isEnded, 20_000);
    hold(
      deliveries.every(({ status }) => status === 'delivered'),
      deliveries.map(toldOf).join(' | '),
    );
    const tickets = await room.tickets(desk, summary);
    hold(tickets.length === 1, `${tickets.length} tickets after ${at + 1} notifications`);
    counts.push(`${tickets[0]?.told} told${tickets[0]?.closed === true ? ', closed' : ''}`);
    hold(
      tickets[0]?.closed === (act === 'resolve'),
      `after ${act} the ticket is ${tickets[0]?.closed === true ? 'closed' : 'open'}`,
    );
    if (at > 0)
      hold(
        (tickets[0]?.told ?? 0) >= at,
        `after ${at + 1} notifications the ticket was told ${tickets[0]?.told} things`,
      );
  }
  return `1 ticket: ${counts.join(' → ')}`;
}

async function together(desk: Desk, room: TicketRoom): Promise<string> {
  await prepared(desk);
  const lane = await desk.lane(room.given(desk.receiversUrl), 'incident');
  const { payload, summary } = await incident(desk);
  await Promise.all(Array.from({ length: 4 }, () => desk.send(lane, payload)));
  const deliveries = await desk.until(lane.connectorId, 4, isEnded, 30_000);
  hold(
    deliveries.every(({ status }) => status === 'delivered'),
    deliveries.map(toldOf).join(' | '),
  );
  const tickets = await room.tickets(desk, summary);
  same(tickets.length, 1, 'tickets of four notifications');
  return `4 at once: 1 ticket, ${tickets[0]?.told} told`;
}

async function lost(desk: Desk, room: TicketRoom): Promise<string> {
  await prepared(desk);
  const lane = await desk.lane({ ...room.given(desk.receiversUrl), limits: impatience }, 'incident');
  const { payload, summary } = await incident(desk);
  await desk.stage.receivers.script(room.receiver, room.create, [{ delayMs: lateMs }]);
  await desk.send(lane, payload);
  const first = await desk.one(lane, isEnded, 40_000);
  hold(first.attempts?.[0]?.outcome === 'unknown' && first.status === 'delivered', toldOf(first));
  await desk.send(lane, payload);
  const deliveries = await desk.until(lane.connectorId, 2, isEnded, 20_000);
  hold(
    deliveries.every(({ status }) => status === 'delivered'),
    deliveries.map(toldOf).join(' | '),
  );
  const tickets = await room.tickets(desk, summary);
  same(tickets.length, 1, 'tickets of an incident whose first answer was lost');
  return `${toldOf(first)}; then one more notification: 1 ticket, ${tickets[0]?.told} told`;
}
