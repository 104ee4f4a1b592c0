import {
  accepted,
  isSuccess,
  refusedByStatus,
  refusedLater,
  refusedNever,
  retryAfterMsMax,
  unanswered,
  wrongKind,
} from '../answers.js';
import { readAnswer, readBody, writeBody } from '../body.js';
import { checkUrl } from '../check-url.js';
import type { Outcome } from '../outcome.js';
import { type Answer, type HttpAnswer, placeholder, type Sending, type Step, type Target } from '../target.js';
import { fitMessage } from './slack.blocks.js';
import { slackDescriptor } from './slack.descriptor.js';

export const slack: Target = { descriptor: slackDescriptor, check, next };

function next(sending: Sending, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: judge(answer) };
  const message = readBody(sending.body);
  if (message === null) return { done: refusedNever('body_invalid') };
  const notes = fitMessage(message);
  return {
    send: {
      kind: 'http',
      method: 'POST',
      url: placeholder('url'),
      headers: { 'content-type': 'application/json' },
      body: writeBody(message),
      auth: { kind: 'none' },
    },
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function judge(answer: Answer): Outcome {
  if (answer.kind === 'none') return unanswered(answer);
  if (answer.kind === 'mail') return wrongKind(answer);
  return (isSuccess(answer) ? judgeSuccess(answer) : null) ?? refusedByWord(answer) ?? refusedByStatus(answer);
}

/** Success is the text `ok` and nothing else; Slack's own client once repeated other 200s and sent them twice. */
function judgeSuccess(answer: HttpAnswer): Outcome | null {
  if (answer.body === 'ok' || readAnswer(answer.body)?.['ok'] === true) return accepted();
  return null;
}

/** Slack's word decides before the status, because the status of some words differs between its documents and its answers. */
function refusedByWord(answer: HttpAnswer): Outcome | null {
  const json = readAnswer(answer.body);
  const word = json === null ? answer.body.trim() : json['error'];
  switch (word) {
    case 'rate_limited':
    case 'ratelimited':
      return rateLimited(answer, json?.['retry_after']);
    case 'channel_is_archived':
      return refusedNever('slack_channel_archived', { disable: true });
    case 'invalid_token':
    case 'no_active_hooks':
    case 'no_service':
    case 'no_service_id':
    case 'no_team':
    case 'team_disabled':
      return refusedNever('slack_hook_dead');
    case 'action_prohibited':
    case 'posting_to_general_channel_denied':
      return refusedNever('forbidden');
    default:
      return null;
  }
}

/** The header comes first; the body says the same in seconds. */
function rateLimited(answer: HttpAnswer, retryAfterSeconds: unknown): Outcome {
  const byHeader = refusedByStatus({ ...answer, status: 429 });
  if (byHeader.kind === 'refused' && byHeader.retryAfterMs !== undefined) return byHeader;
  if (typeof retryAfterSeconds !== 'number' || !(retryAfterSeconds >= 0)) return byHeader;
  return refusedLater('rate_limited', { retryAfterMs: Math.min(Math.ceil(retryAfterSeconds * 1000), retryAfterMsMax) });
}

function check(
  _config: Record<string, unknown>,
  _secretNames: readonly string[],
  secrets: Record<string, string> = {},
): void {
  if (secrets['url'] !== undefined) checkUrl(secrets['url'], '/secrets/url');
}
