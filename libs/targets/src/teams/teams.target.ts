import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import { accepted, isSuccess, refusedByStatus, refusedLater, refusedNever, unanswered, wrongKind } from '../answers.js';
import { readAnswer, readBody, writeBody } from '../body.js';
import { checkUrl, isLinkAddress } from '../check-url.js';
import { jsonBytes, shortenLongest } from '../fit.js';
import type { Outcome } from '../outcome.js';
import { type Answer, type HttpAnswer, placeholder, type Sending, type Step, type Target } from '../target.js';
import { teamsBodyBytesMax, teamsDescriptor } from './teams.descriptor.js';

export const teams: Target = { descriptor: teamsDescriptor, check, next };

function next(sending: Sending, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: judge(answer) };
  const body = readBody(sending.body);
  if (body === null) return { done: refusedNever('body_invalid') };
  const message = wrap(body);
  const notes: string[] = [];
  dropDeadActions(message, notes);
  const bytesBefore = jsonBytes(message);
  if (!shortenLongest(message, textKeys, teamsBodyBytesMax, 'bytes', () => jsonBytes(message))) {
    return { done: refusedNever('body_too_large') };
  }
  if (bytesBefore > teamsBodyBytesMax)
    notes.push(
      `The longest texts were cut, because the message had ${bytesBefore} bytes and Teams takes ${teamsBodyBytesMax}.`,
    );
  return {
    send: {
      kind: 'http',
      method: 'POST',
      url: placeholder('url'),
      // Nothing but the content type: an Authorization header beside `sig` is a 400 (logicapps#1157).
      headers: { 'content-type': 'application/json' },
      body: writeBody(message),
      auth: { kind: 'none' },
    },
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Members that hold texts people read, of Adaptive Cards and of the older MessageCards. */
const textKeys: ReadonlySet<string> = new Set([
  'text',
  'title',
  'value',
  'altText',
  'fallbackText',
  'summary',
  'activityTitle',
  'activitySubtitle',
  'activityText',
]);

/** An Adaptive Card is put into the message that a workflow waits for; a whole message and a MessageCard stay as they are. */
function wrap(body: JsonObject): JsonObject {
  if (body.get('type') !== 'AdaptiveCard') return body;
  const attachment = new Map<string, JsonTree>([
    ['contentType', 'application/vnd.microsoft.card.adaptive'],
    ['contentUrl', null],
    ['content', body],
  ]);
  return new Map<string, JsonTree>([
    ['type', 'message'],
    ['attachments', [attachment]],
  ]);
}

/** A button without an address makes Teams refuse the card long after its 202, and one to `javascript:` runs nowhere: both are left out. */
function dropDeadActions(message: JsonObject, notes: string[]): void {
  const attachments = message.get('attachments');
  if (!Array.isArray(attachments)) return;
  for (const attachment of attachments) {
    const card = attachment instanceof Map ? attachment.get('content') : undefined;
    const actions = card instanceof Map ? card.get('actions') : undefined;
    if (!(card instanceof Map) || !Array.isArray(actions)) continue;
    const alive = actions.filter((action) => !(action instanceof Map && isDead(action)));
    if (actions.some((action) => action instanceof Map && isDead(action) && action.get('url') !== ''))
      notes.push('Buttons that do not lead to the web were left out.');
    if (alive.length === 0) card.delete('actions');
    else card.set('actions', alive);
  }
}

/** Deep links into Teams are `https:` or `msteams:`. */
function isDead(action: JsonObject): boolean {
  const url = action.get('url');
  const leads = isLinkAddress(url) || (typeof url === 'string' && /^msteams:[^\s]/i.test(url));
  return action.get('type') === 'Action.OpenUrl' && !leads;
}

function judge(answer: Answer): Outcome {
  if (answer.kind === 'none') return unanswered(answer);
  if (answer.kind === 'mail') return wrongKind(answer);
  if (isSuccess(answer)) return judgeSuccess(answer);
  const code = errorCode(answer);
  if (code === 'WorkflowTriggerIsNotEnabled' || code === 'WorkflowNotFound') return refusedNever('teams_workflow_off');
  // Nobody has said for certain what retired URLs answer; 410 is what third parties report.
  return answer.status === 410 ? refusedNever('teams_retired', { disable: true }) : refusedByStatus(answer);
}

/**
 * Any 2xx is taken: workflows answer 202 with an empty body, some 200 or JSON. What hides an error behind a success is a
 * failure: the retired connectors did so on purpose (msteams-docs#1810), and a proxy in between answers with a page.
 */
function judgeSuccess(answer: HttpAnswer): Outcome {
  const hidden = /^(?:Webhook message delivery failed with error|Error contacting Microsoft Teams)/.test(answer.body);
  if (hidden) {
    const status = Number(/returned HTTP error (\d{3})/.exec(answer.body)?.[1] ?? 500);
    return status === 429
      ? refusedLater('rate_limited')
      : status >= 500
        ? refusedLater('server_error')
        : refusedNever('unexpected_answer');
  }
  const isPage = /^\s*</.test(answer.body);
  const json = readAnswer(answer.body);
  const says = json !== null && (typeof json['error'] === 'object' || json['isSuccessStatusCode'] === false);
  return isPage || says ? refusedNever('unexpected_answer') : accepted();
}

function errorCode(answer: HttpAnswer): unknown {
  const error = readAnswer(answer.body)?.['error'];
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)['code'] : undefined;
}

function check(
  _config: Record<string, unknown>,
  _secretNames: readonly string[],
  secrets: Record<string, string> = {},
): void {
  const text = secrets['url'];
  if (text === undefined) return;
  const url = checkUrl(text, '/secrets/url');
  if (isRetired(url)) {
    throw new Refused(
      'teams_retired',
      'This URL belongs to an Office 365 connector, which Microsoft has retired. Create a workflow in Teams ("Workflows", "Send webhook alerts to a channel") and give its URL.',
      '/secrets/url',
    );
  }
  if (text.includes('&amp;')) {
    throw new Refused(
      'url_invalid',
      'The URL was copied out of a web page: it holds `&amp;` where `&` belongs.',
      '/secrets/url',
    );
  }
  const isMicrosoft = /\.(?:api\.powerplatform\.com|logic\.azure\.com)$/.test(url.hostname);
  if (isMicrosoft && !url.searchParams.has('sig')) {
    throw new Refused(
      'url_invalid',
      'The URL is incomplete: it lacks `sig`, its credential. Copy it whole.',
      '/secrets/url',
    );
  }
}

function isRetired(url: URL): boolean {
  const host = url.hostname;
  if (host === 'webhook.office.com' || host.endsWith('.webhook.office.com')) return true;
  if (url.pathname.includes('/webhookb2/')) return true;
  return /^outlook\.office(?:365)?\.com$/.test(host) && url.pathname.startsWith('/webhook');
}
