import { isObject, type Call } from '../call.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import { pagerdutyRules, type Alert, type PagerdutyCall } from './rules.js';

export const pagerdutyOptions = {
  unknownKeys: option<readonly string[]>(
    ['00000000000000000000000000000404'],
    'well formed routing keys that do not exist',
  ),
  tooLargeStatus: option(413, 'status of a body above 512 KB', [413, 400]),
  perMinute: option(120, 'events per key in 60 s; 0 for no limit'),
  throttleBody: option('empty', 'body of 429', ['empty', 'json']),
};

/** Any routing key of 32 letters and digits is known, but for `unknownKeys`. */
export function makePagerduty(): Room {
  const alerts: Alert[] = [];
  const times = new Map<string, number[]>();
  const options = new Options(pagerdutyOptions);
  return makeRoom<typeof pagerdutyOptions, PagerdutyCall>({
    target: 'pagerduty',
    prefix: 'pagerduty',
    options,
    rules: pagerdutyRules({ alerts, times }),
    nameOf: (call) => keyOf(call),
    contextOf: (call) => Object.assign(call, { key: keyOf(call), options: options.of(keyOf(call)), errors: [] }),
    state: () => ({ alerts, open: alerts.filter((alert) => alert.status !== 'resolved').length }),
    clearState: () => {
      alerts.length = 0;
      times.clear();
    },
  });
}

function keyOf(call: Call): string {
  const json = call.json;
  if (!('value' in json) || !isObject(json.value)) return '';
  const key = json.value['routing_key'];
  return typeof key === 'string' ? key : '';
}
