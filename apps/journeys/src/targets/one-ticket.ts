import type { Stage } from '../stage.js';
import { hold, type Promised, same, type Story } from '../story.js';
import { agent, withDesk } from './acceptance-documented.js';
import { type Desk, type Dict, type Given, isEnded, toldOf } from './desk.js';
import { impatience, lateMs } from './rooms.js';

/** A ticket as the receiver has it, in the words of all three. */
interface Ticket {
  readonly told: number;
  readonly closed: boolean;
}

interface TicketRoom {
  readonly given: (url: string) => Given;
  readonly receiver: string;
  /** Name of the request that makes a ticket. */
  readonly create: string;
  readonly tickets: (desk: Desk, summary: string) => Promise<readonly Ticket[]>;
}

type Issue = Readonly<{ summary: string; status: string; comments: readonly unknown[] }>;

function atlassian(receiver: string, member: string): TicketRoom['tickets'] {
  return async (desk, summary) => {
    const state = (await desk.stage.receivers.state(receiver)) as Readonly<Record<string, readonly Issue[]>>;
    const issues = (state[member] ?? []).filter((issue) => issue.summary.includes(summary));
    return issues.map(({ status, comments }) => ({ told: comments.length, closed: status === 'Done' }));
  };
}

const rooms: Readonly<Record<string, TicketRoom>> = {
  Jira: {
    given: (url) => ({
      target: 'jira',
      config: { baseUrl: `${url}/jira`, projectKey: 'SEC', resolveTransition: 'Done' },
      secrets: agent,
    }),
    receiver: 'jira',
    create: 'create',
    tickets: atlassian('jira', 'issues'),
  },
  'Jira Service Management': {
    given: (url) => ({
      target: 'jira-service-management',
      config: { baseUrl: `${url}/jsm`, serviceDeskId: '4', requestTypeId: '27', resolveTransition: 'Done' },
      secrets: agent,
    }),
    receiver: 'jsm',
    create: 'create',
    tickets: atlassian('jsm', 'requests'),
  },
  ServiceNow: {
    given: (url) => ({
      target: 'servicenow',
      config: {
        baseUrl: `${url}/servicenow`,
        resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'Over.' },
      },
      secrets: { username: 'admin', password: 'good-password' },
    }),
    receiver: 'servicenow',
    create: 'incident',
    tickets: async (desk, summary) => {
      const { incident: rows = [] } = (await desk.stage.receivers.state('servicenow')) as {
        incident?: readonly Dict[];
      };
      return rows
        .filter((row) => String(row['short_description']).includes(summary))
        .map((row) => ({ told: (row['journal'] as readonly unknown[]).length, closed: row['state'] === '6' }));
    },
  },
};

export const oneTicket: Story = {
  name: 'one-ticket',
  about: 'All that is said of one incident stands on one ticket.',
  tell: (stage: Stage): readonly Promised[] =>
    Object.entries(rooms).flatMap(([name, room]) => [
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
};

/** An incident of its own, whose summary no other has. */
async function incident(desk: Desk): Promise<{ payload: Dict; summary: string }> {
  const sample = await desk.sample('incident');
  const summary = desk.word('Intrusion');
  return {
    summary,
    payload: { ...sample, incidentId: desk.word('id'), incident: { ...(sample['incident'] as Dict), summary } },
  };
}

async function prepared(desk: Desk): Promise<void> {
  await desk.stage.receivers.option('jira', 'perSecond', 0);
  await desk.stage.receivers.option('jira', 'searchDelayMs', 0);
}

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
