import { agent } from './acceptance-documented.js';
import type { Desk, Dict, Given } from './desk.js';

/** A ticket as the receiver has it, in the words of all three. */
export interface Ticket {
  readonly told: number;
  readonly closed: boolean;
}

export interface TicketRoom {
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

export const ticketRooms: Readonly<Record<string, TicketRoom>> = {
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

/** An incident of its own, whose summary no other has. */
export async function incident(desk: Desk): Promise<{ payload: Dict; summary: string }> {
  const sample = await desk.sample('incident');
  const summary = desk.word('Intrusion');
  return {
    summary,
    payload: { ...sample, incidentId: desk.word('id'), incident: { ...(sample['incident'] as Dict), summary } },
  };
}

/** No limit on the rate, and a search that finds at once. */
export async function prepared(desk: Desk): Promise<void> {
  await desk.stage.receivers.option('jira', 'perSecond', 0);
  await desk.stage.receivers.option('jira', 'searchDelayMs', 0);
}
