import { Buckets } from '../bounded.js';
import type { Call } from '../call.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import { slackRules, type SlackCall } from './rules.js';

export const slackOptions = {
  teams: option<readonly string[]>(['T000', 'T00000000'], 'teams that exist'),
  services: option('^(B0[0-9][0-9]|B00000000)$', 'pattern of services that exist'),
  tokens: option<readonly string[]>(['known-token', 'demonstration'], 'good last parts of a path'),
  unknownAnswer: option('no_service', 'body for an unknown team or service', ['no_service', 'no_team']),
  revoked: option<readonly string[]>(['B001'], 'services whose app was removed'),
  archived: option<readonly string[]>(['B002'], 'services whose channel is archived'),
  blocksTextMax: option(13_200, 'sum of all text in blocks; 0 for no such limit'),
  perSecond: option(1, 'messages per second and service; 0 for no limit'),
  burst: option(5, 'messages that may come at once'),
  allowMentions: option(false, 'do not flag <!channel>, <!here>, <@U…>'),
  statuses: option<Readonly<Record<string, number>>>(
    {
      no_service: 404,
      no_team: 404,
      no_text: 400,
      invalid_blocks_format: 400,
      too_many_attachments: 400,
      msg_blocks_too_long: 400,
    },
    'statuses that the research could not confirm',
  ),
};

export interface SlackMessage {
  readonly at: string;
  readonly service: string;
  readonly text: string;
  readonly blocks: unknown;
  readonly attachments: unknown;
}

/** `/slack/services/T000/B000/known-token`; services B000 to B099, each with a rate of its own. */
export function makeSlack(): Room {
  const messages: SlackMessage[] = [];
  const buckets = new Buckets();
  const options = new Options(slackOptions);
  return makeRoom<typeof slackOptions, SlackCall>({
    target: 'slack',
    prefix: 'slack',
    options,
    rules: slackRules({ messages, buckets }),
    nameOf: (call) => hookOf(call).service,
    contextOf: (call) => {
      const hook = hookOf(call);
      return Object.assign(call, { hook, options: options.of(hook.service), message: messageOf(call) });
    },
    state: () => ({ messages }),
    clearState: () => {
      messages.length = 0;
      buckets.clear();
    },
  });
}

export interface Hook {
  readonly team: string;
  readonly service: string;
  readonly token: string;
}

function hookOf(call: Call): Hook {
  const [, , services, team = '', service = '', token = ''] = call.path.split('/');
  return services === 'services' ? { team, service, token } : { team: '', service: '', token: '' };
}

/** JSON, or the form field `payload`; null where it is neither. */
function messageOf(call: Call): unknown {
  if (!(call.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded'))
    return 'value' in call.json ? call.json.value : null;
  try {
    return JSON.parse(new URLSearchParams(call.text).get('payload') ?? '') as unknown;
  } catch {
    // No JSON in the form: the rule for invalid payloads answers.
    return null;
  }
}
