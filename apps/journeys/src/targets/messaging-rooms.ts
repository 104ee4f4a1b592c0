import type { ReceiversClient } from '@waybill/receivers/client';
import { type Cell, lateMs, lie, lost, type Play, refusal, type Room, taken, throttled } from './rooms.js';

const slackService = ({ index }: Cell): string => `B0${10 + index}`;
const slackGiven = (url: string, cell: Cell, token = 'known-token') => ({
  target: 'slack',
  secrets: { url: `${url}/slack/services/T000/${slackService(cell)}/${token}` },
});

/** A bucket that holds nothing refuses everything, by the receiver's own rule. */
const closed = 0;

export const slack: Room = {
  target: 'slack',
  receiver: 'slack',
  good: slackGiven,
  isMine: (cell) => (item) => item.name === slackService(cell),
  plays: {
    accepted: taken,
    refused: refusal((url, cell) => slackGiven(url, cell, 'wrong-token'), 'slack.token', 'slack_hook_dead'),
    'hidden error': lie(
      named('slack', slackService, { status: 200, headers: { 'content-type': 'text/html' }, body: 'no_text' }),
      200,
    ),
    'rate limited': throttled(
      'refused by slack.rate',
      optioned('slack', 'burst', slackService, closed),
      optioned('slack', 'burst', slackService, 5),
    ),
    unknown: lost(slackGiven, named('slack', slackService, { delayMs: lateMs }), /^accepted,accepted$/),
  },
};

const flow = ({ mark }: Cell): string => `flow-${mark}`;
const teamsGiven = (url: string, cell: Cell, sig = 'waybill-dev-signature') => ({
  target: 'teams',
  secrets: {
    url: `${url}/teams/powerautomate/automations/direct/workflows/${flow(cell)}/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${sig}`,
  },
});

export const teams: Room = {
  target: 'teams',
  receiver: 'teams',
  good: teamsGiven,
  isMine: (cell) => (item) => item.name === flow(cell),
  plays: {
    accepted: taken,
    refused: refusal((url, cell) => teamsGiven(url, cell, 'of-another-flow'), 'teams.wrong-sig', 'unauthorized'),
    // What a flow does after its 202 nobody hears; an error inside a success is what the retired connectors answered.
    'hidden error': lie(
      named('teams', flow, {
        status: 200,
        body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId tcid=0,server=x,cv=0',
      }),
      200,
    ),
    'rate limited': throttled(
      'refused by teams.rate',
      optioned('teams', 'perSecond', flow, 0.001),
      optioned('teams', 'perSecond', flow, closed),
    ),
    unknown: lost(teamsGiven, named('teams', flow, { delayMs: lateMs }), /^accepted,accepted$/),
  },
};

const routingKey = ({ mark }: Cell): string => mark.padEnd(32, '0').slice(0, 32);
const pagerdutyGiven = (url: string, cell: Cell) => ({
  target: 'pagerduty',
  config: { baseUrl: `${url}/pagerduty` },
  secrets: { routingKey: routingKey(cell) },
});

export const pagerduty: Room = {
  target: 'pagerduty',
  receiver: 'pagerduty',
  good: pagerdutyGiven,
  isMine: (cell) => (item) => item.name === routingKey(cell),
  once: 'pagerduty.ok',
  plays: {
    accepted: taken,
    refused: {
      ...refusal(undefined, 'pagerduty.unknown-key', 'pagerduty_key_invalid'),
      before: (receivers, cells) => receivers.option('pagerduty', 'unknownKeys', cells.map(routingKey)),
    },
    'hidden error': lie(
      named('pagerduty', routingKey, { status: 202, body: '{"status":"throttle exceeded","message":"not processed"}' }),
      202,
    ),
    // PagerDuty names no pause, so Waybill waits the half minute that its documents ask for.
    'rate limited': throttled(
      'refused by pagerduty.rate',
      optioned('pagerduty', 'perMinute', routingKey, -1),
      optioned('pagerduty', 'perMinute', routingKey, 0),
    ),
    unknown: lost(pagerdutyGiven, named('pagerduty', routingKey, { delayMs: lateMs }), /^accepted,accepted$/),
  },
};

/** As PagerDuty's `rate limited`, but for the half minute: that it is due is enough. */
export const unawaited: Play = {
  ...(pagerduty.plays['rate limited'] as Play),
  attempts: /^refused:rate_limited$/,
  verdicts: /^refused by pagerduty\.rate$/,
  status: 'retrying',
  dueInSeconds: 30,
};

/** One scripted answer for each cell's own name. */
export function named(
  target: string,
  nameOf: (cell: Cell) => string,
  answer: Parameters<ReceiversClient['script']>[2][number],
): Play['before'] {
  return async (receivers, cells) => {
    for (const cell of cells) await receivers.script(target, nameOf(cell), [answer]);
  };
}

/** An option set for each cell's own name. */
function optioned(target: string, option: string, nameOf: (cell: Cell) => string, value: unknown): Play['before'] {
  return async (receivers, cells) => {
    for (const cell of cells) await receivers.option(target, option, value, nameOf(cell));
  };
}
