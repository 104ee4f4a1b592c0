import { textAnswer, jsonAnswer, type Answer } from '../answer.js';
import { cut, characters, pushBounded, type Buckets } from '../bounded.js';
import { isObject, type Call } from '../call.js';
import type { Values } from '../options.js';
import { commonRules, type Rule } from '../rule.js';
import { blockLimits, blocksText, hasMention } from './blocks.js';
import type { Hook, slackOptions, SlackMessage } from './slack.js';

export type SlackCall = Call & {
  readonly hook: Hook;
  readonly options: Values<typeof slackOptions>;
  /** The parsed message, whatever it is. */
  readonly message: unknown;
};

interface SlackMemory {
  readonly messages: SlackMessage[];
  readonly buckets: Buckets;
}

/** Slack cuts `text` itself beyond this. */
const textMax = 40_000;
const attachmentsMax = 100;
const messagesMax = 5_000;

/** targets.md 9.1, in its order. */
export function slackRules(memory: SlackMemory): readonly Rule<SlackCall>[] {
  return [
    ...commonRules<SlackCall>('slack', {
      methods: () => ['POST'],
      contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
    }),
    ...hookRules,
    ...bodyRules,
    ...blockRules,
    ...acceptRules(memory),
  ];
}

function refusal(call: SlackCall, code: string, otherwise: number): Answer {
  return textAnswer(call.options.statuses[code] ?? otherwise, code);
}

const hookRules: readonly Rule<SlackCall>[] = [
  {
    id: 'slack.unknown-service',
    row: '9.1/1',
    when: 'team or service of the path unknown',
    then: '404 no_service (option: no_team)',
    check: (call) => {
      const { teams, services } = call.options;
      const known = teams.includes(call.hook.team) && new RegExp(services).test(call.hook.service);
      return known ? null : refusal(call, call.options.unknownAnswer, 404);
    },
  },
  {
    id: 'slack.revoked',
    row: '9.1/2',
    when: 'webhook revoked or app removed',
    then: '404 no_active_hooks',
    check: (call) => (call.options.revoked.includes(call.hook.service) ? textAnswer(404, 'no_active_hooks') : null),
  },
  {
    id: 'slack.token',
    row: '9.1/2',
    when: 'token wrong',
    then: '403 invalid_token',
    check: (call) => (call.options.tokens.includes(call.hook.token) ? null : textAnswer(403, 'invalid_token')),
  },
];

const bodyRules: readonly Rule<SlackCall>[] = [
  {
    id: 'slack.invalid-payload',
    row: '9.1/3',
    when: 'body is neither JSON nor a form with payload=, or its top level is no object',
    then: '400 invalid_payload',
    check: (call) => (isObject(call.message) ? null : textAnswer(400, 'invalid_payload')),
  },
  {
    id: 'slack.no-text',
    row: '9.1/4',
    when: 'none of text, blocks, attachments is there and not empty',
    then: '400 no_text',
    check: (call) => {
      const { text, blocks, attachments } = messageOf(call);
      return [text, blocks, attachments].every(isEmpty) ? refusal(call, 'no_text', 400) : null;
    },
  },
  {
    id: 'slack.channel',
    row: '9.1/5',
    when: 'channel given on an app webhook',
    then: '404 channel_not_found',
    check: (call) => ('channel' in messageOf(call) ? textAnswer(404, 'channel_not_found') : null),
  },
];

const blockRules: readonly Rule<SlackCall>[] = [
  {
    id: 'slack.blocks-format',
    row: '9.1/6',
    when: 'blocks is no array, or a block has no type',
    then: '400 invalid_blocks_format',
    check: (call) => {
      const { blocks } = messageOf(call);
      if (blocks === undefined || blocks === null) return null;
      const formed =
        Array.isArray(blocks) && blocks.every((block) => isObject(block) && typeof block['type'] === 'string');
      return formed ? null : refusal(call, 'invalid_blocks_format', 400);
    },
  },
  ...blockLimits.map(([id, when, fault]): Rule<SlackCall> => ({
    id: `slack.blocks-${id}`,
    row: '9.1/7',
    when,
    then: '400 invalid_blocks',
    check: (call) => (fault(blocksOf(call)) ? textAnswer(400, 'invalid_blocks') : null),
  })),
  {
    id: 'slack.blocks-too-long',
    row: '9.1/8',
    when: 'sum of text in blocks above blocksTextMax',
    then: '400 msg_blocks_too_long',
    check: (call) => {
      const { blocksTextMax } = call.options;
      if (blocksTextMax === 0 || blocksText(blocksOf(call)) <= blocksTextMax) return null;
      return refusal(call, 'msg_blocks_too_long', 400);
    },
  },
  {
    id: 'slack.too-many-attachments',
    row: '9.1/9',
    when: 'more than 100 attachments',
    then: '400 too_many_attachments',
    check: (call) => {
      const { attachments } = messageOf(call);
      return Array.isArray(attachments) && attachments.length > attachmentsMax
        ? refusal(call, 'too_many_attachments', 400)
        : null;
    },
  },
  {
    id: 'slack.invalid-attachments',
    row: '9.1/9',
    when: 'attachments is no array, or one is no object',
    then: '400 invalid_attachments',
    check: (call) => {
      const { attachments } = messageOf(call);
      if (attachments === undefined || attachments === null) return null;
      return Array.isArray(attachments) && attachments.every(isObject) ? null : textAnswer(400, 'invalid_attachments');
    },
  },
];

function acceptRules({ messages, buckets }: SlackMemory): readonly Rule<SlackCall>[] {
  return [
    {
      id: 'slack.text-cut',
      row: '9.1/10',
      when: 'text longer than 40,000',
      then: 'accepted, stored cut, flagged: the sender must cut first and say so',
      check: (call) => {
        const { text } = messageOf(call);
        if (typeof text !== 'string' || characters(text) <= textMax) return null;
        call.flag(`text cut at ${textMax}`);
        return 'noted';
      },
    },
    {
      id: 'slack.archived',
      row: '9.1/11',
      when: 'channel archived',
      then: '410 channel_is_archived',
      check: (call) =>
        call.options.archived.includes(call.hook.service) ? textAnswer(410, 'channel_is_archived') : null,
    },
    {
      id: 'slack.rate',
      row: '9.1/12',
      when: 'more than 1 message a second sustained (bucket of 5)',
      then: '429 with Retry-After: 1',
      check: (call) => {
        const { perSecond, burst } = call.options;
        if (perSecond === 0 || buckets.take(call.hook.service, call.atMs, perSecond, burst)) return null;
        return jsonAnswer(429, { retry_after: 1, ok: false, error: 'rate_limited' }, { 'retry-after': '1' });
      },
    },
    {
      id: 'slack.mention',
      row: '9.1/13',
      when: '<!channel>, <!here>, <!everyone> or <@U…> in the message',
      then: 'accepted, flag "mention injected"',
      check: (call) => {
        if (call.options.allowMentions || !hasMention(call.message)) return null;
        call.flag('mention injected');
        return 'noted';
      },
    },
    {
      id: 'slack.ok',
      row: '9.1/14',
      when: 'else',
      then: '200 text/html ok',
      check: (call) => {
        const { text, blocks = null, attachments = null } = messageOf(call);
        const kept = typeof text === 'string' ? cut(text, textMax) : '';
        const at = new Date(call.atMs).toISOString();
        pushBounded(messages, { at, service: call.hook.service, text: kept, blocks, attachments }, messagesMax);
        return { status: 200, headers: { 'content-type': 'text/html' }, body: 'ok' };
      },
    },
  ];
}

function messageOf(call: SlackCall): Record<string, unknown> {
  return isObject(call.message) ? call.message : {};
}

function blocksOf(call: SlackCall): readonly Record<string, unknown>[] {
  const { blocks } = messageOf(call);
  return Array.isArray(blocks) ? blocks.filter(isObject) : [];
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);
}
