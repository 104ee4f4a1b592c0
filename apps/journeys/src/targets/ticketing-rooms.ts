import type { Dict, Given } from './desk.js';
import { type Cell, lateMs, lie, lost, type Play, refusal, type Room, taken, throttled } from './rooms.js';

/** Only letters and digits, beginning with a letter: as Jira wants its project keys. */
const project = ({ mark }: Cell): string => mark.toUpperCase();
const agent = { email: 'agent@example.com', apiToken: 'good-token' };
const jiraGiven = (url: string, cell: Cell): Given => ({
  target: 'jira',
  config: { baseUrl: `${url}/jira`, deployment: 'cloud', projectKey: project(cell), resolveTransition: 'Done' },
  secrets: agent,
});

/** Scripts of ticketing receivers are by operation: the next creates get the answer, each cell one. */
function nextCreates(target: string, answer: object): Play['before'] {
  return (receivers, cells) => receivers.script(target, 'create', [{ ...answer, times: cells.length }]);
}

export const jira: Room = {
  target: 'jira',
  receiver: 'jira',
  good: jiraGiven,
  isMine: (cell) => (item) => item.path.includes(`/${project(cell)}-`) || item.body.includes(`"${project(cell)}"`),
  once: 'jira.created',
  plays: {
    accepted: taken,
    refused: refusal(
      (url, cell) => ({ ...jiraGiven(url, cell), secrets: { ...agent, apiToken: 'expired-token' } }),
      'jira.unauthenticated',
      'unauthorized',
    ),
    'hidden error': lie(
      nextCreates('jira', {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html><title>Log in</title></html>',
      }),
      200,
    ),
    'rate limited': throttled(
      'refused by jira.rate',
      (receivers) => receivers.option('jira', 'perSecond', 0.001),
      (receivers) => receivers.option('jira', 'perSecond', 0),
    ),
    unknown: lost(jiraGiven, nextCreates('jira', { delayMs: lateMs }), /^accepted(,accepted)*$/),
  },
};

const desk = ({ index }: Cell): string => String(100 + index);
const jsmGiven = (url: string, cell: Cell): Given => ({
  target: 'jira-service-management',
  config: {
    baseUrl: `${url}/jsm`,
    serviceDeskId: desk(cell),
    requestTypeId: `9${desk(cell)}`,
    resolveTransition: 'Done',
  },
  secrets: agent,
});

export const jsm: Room = {
  target: 'jira-service-management',
  receiver: 'jsm',
  good: jsmGiven,
  isMine: (cell) => (item) =>
    item.path.includes(`/${project(cell)}-`) || item.body.includes(`"serviceDeskId":"${desk(cell)}"`),
  once: 'jsm.created',
  plays: {
    accepted: taken,
    refused: refusal(
      (url, cell) => ({ ...jsmGiven(url, cell), secrets: { ...agent, apiToken: 'expired-token' } }),
      'jsm.unauthenticated',
      'unauthorized',
    ),
    'hidden error': lie(
      nextCreates('jsm', {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html><title>Log in</title></html>',
      }),
      200,
    ),
    'rate limited': throttled(
      'scripted 429',
      nextCreates('jsm', { status: 429, headers: { 'retry-after': '1' }, body: '' }),
    ),
    unknown: lost(jsmGiven, nextCreates('jsm', { delayMs: lateMs }), /^accepted(,accepted)*$/),
  },
};

const table = ({ mark }: Cell): string => `u_${mark.toLowerCase()}`;
const user = ({ mark }: Cell): string => `user-${mark}`;
const servicenowGiven = (url: string, cell: Cell): Given => ({
  target: 'servicenow',
  config: {
    baseUrl: `${url}/servicenow`,
    table: table(cell),
    resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'Over.' },
  },
  secrets: { username: user(cell), password: 'good-password' },
});

export const servicenow: Room = {
  target: 'servicenow',
  receiver: 'servicenow',
  good: servicenowGiven,
  isMine: (cell) => (item) => item.name === table(cell),
  once: 'servicenow.inserted',
  plays: {
    accepted: taken,
    refused: refusal(
      (url, cell) => ({ ...servicenowGiven(url, cell), secrets: { username: user(cell), password: 'old-password' } }),
      'servicenow.unauthenticated',
      'unauthorized',
    ),
    // The page of a sleeping instance: the status is 200, and no record was made. A person has to wake it.
    'hidden error': {
      before: (receivers) => receivers.option('servicenow', 'hibernating', true),
      after: (receivers) => receivers.option('servicenow', 'hibernating', false),
      attempts: /^refused:instance_asleep$/,
      verdicts: /^accepted$/,
      status: 'retrying',
      dueInSeconds: 600,
    },
    // The rule counts by the hour, so what it asks for is an hour.
    'rate limited': {
      before: (receivers) => receivers.option('servicenow', 'perHour', 0.999),
      after: (receivers) => receivers.option('servicenow', 'perHour', 0),
      attempts: /^refused:rate_limited$/,
      verdicts: /^refused by servicenow.rate$/,
      status: 'retrying',
      dueInSeconds: 3_604,
    },
    unknown: lost(
      servicenowGiven,
      async (receivers, cells) => {
        for (const cell of cells) await receivers.script('servicenow', table(cell), [{ delayMs: lateMs }]);
      },
      /^accepted(,accepted)*$/,
    ),
  },
};

/** Projects, desks, tables and users of the cells; a ticket system knows only what it was told of. */
export function ticketingOptions(
  cellsOf: (target: string) => readonly Cell[],
): readonly (readonly [string, string, unknown])[] {
  const desks = cellsOf('jira-service-management');
  const records = cellsOf('servicenow');
  const requestType = (cell: Cell): Dict => ({
    desk: desk(cell),
    name: 'Report',
    fields: { summary: true, description: true },
  });
  return [
    ['jira', 'projects', cellsOf('jira').map(project)],
    ['jira', 'perSecond', 0],
    ['jira', 'searchDelayMs', 0],
    ['jsm', 'desks', Object.fromEntries(desks.map((cell) => [desk(cell), project(cell)]))],
    ['jsm', 'requestTypes', Object.fromEntries(desks.map((cell) => [`9${desk(cell)}`, requestType(cell)]))],
    ['servicenow', 'tables', records.map(table)],
    ['servicenow', 'users', Object.fromEntries(records.map((cell) => [user(cell), 'good-password']))],
  ];
}
