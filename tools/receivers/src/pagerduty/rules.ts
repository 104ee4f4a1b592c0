import { randomBytes } from 'node:crypto';
import { jsonAnswer, textAnswer, type Answer } from '../answer.js';
import { pushBounded } from '../bounded.js';
import { isBlank, isObject, type Call } from '../call.js';
import type { Values } from '../options.js';
import { commonRules, type Rule } from '../rule.js';
import { eventFaults, keyFaults, payloadOf, type Fault } from './faults.js';
import type { pagerdutyOptions } from './pagerduty.js';

export type PagerdutyCall = Call & {
  readonly key: string;
  readonly options: Values<typeof pagerdutyOptions>;
  /** Faults found so far: several are told in one answer. */
  readonly errors: string[];
};

export interface Alert {
  readonly key: string;
  readonly dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  summary: string;
  severity: string;
  /** Every event that went into this alert. */
  readonly log: { readonly at: string; readonly action: string }[];
}

interface PagerdutyMemory {
  readonly alerts: Alert[];
  /** Arrival times of the last 60 s by routing key. */
  readonly times: Map<string, number[]>;
}

const bytesMax = 524_288;
const alertsMax = 10_000;
const logMax = 1_000;

/** targets.md 9.3. Faults of one event are gathered; an unknown key is told before the faults of the event behind it. */
export function pagerdutyRules(memory: PagerdutyMemory): readonly Rule<PagerdutyCall>[] {
  return [
    {
      id: 'pagerduty.path',
      row: '9.3',
      when: 'path is not /v2/enqueue',
      then: '404',
      check: (call) => (call.path === '/pagerduty/v2/enqueue' ? null : textAnswer(404, 'Not Found')),
    },
    ...commonRules<PagerdutyCall>('pagerduty', { methods: () => ['POST'], contentTypes: ['application/json'] }),
    {
      id: 'pagerduty.json',
      row: '9.3/1',
      when: 'not JSON, or no object',
      then: '400 Unrecognized object, JSON parse error',
      check: (call) => {
        if ('value' in call.json && isObject(call.json.value)) return null;
        const message = 'Event object format is unrecognized';
        return jsonAnswer(400, { status: 'Unrecognized object', message, errors: ['JSON parse error'] });
      },
    },
    {
      id: 'pagerduty.size',
      row: '9.3/2',
      when: 'body above 524,288 bytes',
      then: '413 (option: 400)',
      check: (call) =>
        call.body.length > bytesMax ? textAnswer(call.options.tooLargeStatus, 'Request Entity Too Large') : null,
    },
    ...keyFaults.map(([id, when, fault]) => faultRule(`routing-key-${id}`, '9.3/3', when, fault)),
    {
      id: 'pagerduty.unknown-key',
      row: '9.3/4',
      when: 'routing_key well formed and unknown',
      then: '400 Invalid routing key, plain text',
      check: (call) =>
        call.errors.length === 0 && call.options.unknownKeys.includes(call.key)
          ? textAnswer(400, 'Invalid routing key')
          : null,
    },
    ...eventFaults.map(([id, row, when, fault]) => faultRule(id, row, when, fault)),
    {
      id: 'pagerduty.invalid-event',
      row: '9.3/3',
      when: 'one fault or more',
      then: '400 invalid event with every fault in errors',
      check: (call) =>
        call.errors.length === 0
          ? null
          : jsonAnswer(400, { status: 'invalid event', message: 'Event object is invalid', errors: call.errors }),
    },
    rateRule(memory),
    ...lifeCycle(memory),
  ];
}

function faultRule(id: string, row: string, when: string, fault: Fault): Rule<PagerdutyCall> {
  return {
    id: `pagerduty.${id}`,
    row,
    when,
    then: '400 invalid event',
    check: (call) => {
      const error = fault(call.fields);
      if (error === null) return null;
      call.errors.push(error);
      return 'noted';
    },
  };
}

function rateRule({ times }: PagerdutyMemory): Rule<PagerdutyCall> {
  return {
    id: 'pagerduty.rate',
    row: '9.3/12',
    when: 'more than perMinute events in 60 s for the key',
    then: '429; the event is not stored',
    check: (call) => {
      const { perMinute, throttleBody } = call.options;
      if (perMinute === 0) return null;
      const recent = (times.get(call.key) ?? []).filter((at) => at > call.atMs - 60_000);
      times.set(call.key, recent);
      if (recent.length < perMinute) {
        recent.push(call.atMs);
        return null;
      }
      if (throttleBody === 'empty') return { status: 429 };
      return jsonAnswer(429, {
        status: 'throttle exceeded',
        message: 'Requests for this service are arriving too quickly.',
      });
    },
  };
}

/** What one accepted event does to the alerts. */
function lifeCycle({ alerts }: PagerdutyMemory): readonly Rule<PagerdutyCall>[] {
  const openAlert = (call: PagerdutyCall): Alert | undefined =>
    alerts.find(
      (alert) => alert.key === call.key && alert.dedupKey === call.fields['dedup_key'] && alert.status !== 'resolved',
    );
  const open = (call: PagerdutyCall, dedupKey: string): Answer => {
    const payload = payloadOf(call.fields);
    const log = [entryOf(call)];
    const [summary, severity] = [String(payload['summary']), String(payload['severity'])];
    pushBounded(alerts, { key: call.key, dedupKey, status: 'triggered', summary, severity, log }, alertsMax);
    return processed(dedupKey);
  };
  return [
    {
      id: 'pagerduty.dropped',
      row: '9.3/13',
      when: 'acknowledge or resolve for an unknown or closed key',
      then: '202 success, no change',
      check: (call) =>
        call.fields['event_action'] === 'trigger' || openAlert(call) !== undefined
          ? null
          : processed(String(call.fields['dedup_key'])),
    },
    {
      id: 'pagerduty.no-dedup-key',
      row: '9.3/16',
      when: 'trigger without dedup_key',
      then: '202 with a fresh key of 32 hex digits',
      check: (call) => (isBlank(call.fields['dedup_key']) ? open(call, randomBytes(16).toString('hex')) : null),
    },
    {
      id: 'pagerduty.appended',
      row: '9.3/14',
      when: 'event for an open alert',
      then: '202, same alert, log + 1',
      check: (call) => {
        const alert = openAlert(call);
        if (alert === undefined) return null;
        pushBounded(alert.log, entryOf(call), logMax);
        const action = call.fields['event_action'];
        if (action === 'acknowledge') alert.status = 'acknowledged';
        if (action === 'resolve') alert.status = 'resolved';
        return processed(alert.dedupKey);
      },
    },
    {
      id: 'pagerduty.reopened',
      row: '9.3/15',
      when: 'trigger after resolve',
      then: '202, a new alert',
      check: (call) =>
        alerts.some((alert) => alert.key === call.key && alert.dedupKey === call.fields['dedup_key'])
          ? open(call, String(call.fields['dedup_key']))
          : null,
    },
    {
      id: 'pagerduty.ok',
      row: '3',
      when: 'else: a first trigger',
      then: '202, a new alert',
      check: (call) => open(call, String(call.fields['dedup_key'])),
    },
  ];
}

function processed(dedupKey: string): Answer {
  return jsonAnswer(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
}

function entryOf(call: PagerdutyCall): { readonly at: string; readonly action: string } {
  return { at: new Date(call.atMs).toISOString(), action: String(call.fields['event_action']) };
}
