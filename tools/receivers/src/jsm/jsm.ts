import type { Call } from '../call.js';
import { jiraOptions, shownIssue, type JiraPlatform } from '../jira/jira.js';
import { JiraStore } from '../jira/store.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import { jsmRules } from './rules.js';
import { jsmRouteOf, type JsmCall } from './jsm-call.js';

export interface RequestType {
  readonly desk: string;
  readonly name: string;
  /** Field ids, and whether they are required. */
  readonly fields: Readonly<Record<string, boolean>>;
}

export const jsmOptions = {
  users: jiraOptions.users,
  tokens: jiraOptions.tokens,
  customers: option<readonly string[]>(['customer@example.com'], 'users who are customers, not agents'),
  desks: option<Readonly<Record<string, string>>>(
    { '10': 'HELPDESK', '4': 'ITSM' },
    'service desk ids and their project keys',
  ),
  plainProjects: option<readonly string[]>(['7'], 'ids of projects that are no service projects'),
  requestTypes: option<Readonly<Record<string, RequestType>>>(
    {
      '25': {
        desk: '10',
        name: 'Get IT help',
        fields: { summary: true, description: false, customfield_10060: false },
      },
      '27': { desk: '4', name: 'Report an incident', fields: { summary: true, description: true } },
      '28': {
        desk: '4',
        name: 'Ask with a reason',
        fields: { summary: true, description: false, customfield_10050: true },
      },
    },
    'request types, their desk and fields',
  ),
  strictIds: option(true, 'ids sent as numbers are refused'),
  missingDeskStatus: option(404, 'status for an unknown service desk', [404, 400]),
  transitionStatus: option(400, 'status for a transition that customers are not offered', [400, 409]),
  experimental: option(false, 'an old data center: X-ExperimentalApi: true is demanded'),
  emptyError: option(false, 'every create is refused with an empty text'),
};

/** `/jsm/rest/servicedeskapi/…`, and the platform API of the same site beneath `/jsm/rest/api/…`. */
export function makeJsm(platform: JiraPlatform): Room {
  const store = new JiraStore();
  const options = new Options(jsmOptions);
  const platformAnswer = (call: Call): ReturnType<Room['answer']> => {
    const fields = Object.values(options.all.requestTypes).flatMap((type) => Object.keys(type.fields));
    return platform.answerFor(call, '/jsm', store, Object.values(options.all.desks), fields);
  };
  return makeRoom<typeof jsmOptions, JsmCall>({
    target: 'jsm',
    prefix: 'jsm',
    options,
    rules: jsmRules(platformAnswer),
    nameOf: (call) => jsmRouteOf(call).operation,
    contextOf: (call) =>
      Object.assign(call, {
        jsm: jsmRouteOf(call),
        options: options.all,
        store,
        base: `http://${call.header('host') ?? 'localhost'}/jsm`,
      }),
    state: () => ({ requests: store.all().map(shownIssue) }),
    clearState: () => store.clear(),
  });
}
