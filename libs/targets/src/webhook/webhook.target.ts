import { Refused } from '@waybill/decider/decider';
import {
  isMask,
  queryPairs,
  queryValueName,
  replaceCredentials,
  urlQuerySecret,
} from '@waybill/contracts/sending/query-credentials';
import { tokenForm } from '@waybill/contracts/sending/request';
import {
  accepted,
  isSuccess,
  lookUpUnanswered,
  refusedByStatus,
  refusedNever,
  unanswered,
  wrongKind,
} from '../answers.js';
import { readAnswer } from '../body.js';
import { checkHeaderName, checkHeaders, checkHeaderValue } from '../check-header.js';
import { checkPem } from '../check-pem.js';
import { checkNoCredential, checkUrl } from '../check-url.js';
import type { Outcome } from '../outcome.js';
import { hasSecret, optional, required, section } from '../settings.js';
import {
  type Access,
  type Answer,
  type HttpAnswer,
  type HttpAuth,
  type HttpTargetRequest,
  type NoConnectionTest,
  placeholder,
  type Sending,
  type Step,
  type Target,
} from '../target.js';
import { webhookDescriptor } from './webhook.descriptor.js';

export const webhook: Target = { descriptor: webhookDescriptor, check, next, connect };

/** One request. That an OAuth 2 token is fetched anew after a 401 is the business of egress, which alone knows tokens. */
function next(sending: Sending, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: judge(answer) };
  const send = request(sending);
  if (send.body !== '' || sending.body === '') return { send };
  return { send, notes: [`A ${send.method} request carries no body, so the template's result was not sent.`] };
}

/** Every request to a webhook is a delivery to whoever listens; only a token endpoint can be asked without that. */
function connect({ config }: Access, answers: readonly Answer[]): Step | NoConnectionTest {
  const [answer] = answers;
  if (answer !== undefined) return { done: judgeToken(answer) };
  const settings = auth(section(config, 'auth'));
  if (settings.kind !== 'oauth2-client-credentials') return { none: webhookDescriptor.connectionTest.says };
  return {
    send: {
      kind: 'http',
      only: 'token',
      method: 'POST',
      url: settings.tokenUrl,
      headers: {},
      body: tokenForm(settings.scopes),
      auth: settings,
      caPem: optional(config, 'caPem') ?? undefined,
    },
  };
}

/** As egress takes it (RFC 6749 section 5.1): 200 with a token. */
function judgeToken(answer: Answer): Outcome {
  if (answer.kind === 'none') return lookUpUnanswered(answer);
  if (answer.kind === 'mail') return wrongKind(answer);
  const token = readAnswer(answer.body)?.['access_token'];
  if (answer.status === 200 && typeof token === 'string' && token !== '') return accepted();
  return isSuccess(answer) ? refusedNever('unexpected_answer') : refusedByStatus(answer);
}

function request(sending: Sending): HttpTargetRequest {
  const { config } = sending;
  const method = optional(config, 'method') ?? 'POST';
  // The body of a GET has no defined meaning (RFC 9110 section 9.3.1); many servers refuse one.
  const body = method === 'GET' ? '' : sending.body;
  return {
    kind: 'http',
    method,
    url: urlOf(sending),
    headers: headers(config, body),
    body,
    auth: auth(section(config, 'auth')),
    sign: {
      webhookId: sending.webhookId,
      secrets: ['signingSecret', 'previousSigningSecret'].filter((name) => sending.secretNames.includes(name)),
    },
    caPem: optional(config, 'caPem') ?? undefined,
  };
}

/** The credentials in the query are stored as masks, and are placeholders from here to the door. */
function urlOf(access: Access): string {
  const url = required(access.config, 'url');
  if (!hasSecret(access, urlQuerySecret)) return url;
  let masks = 0;
  return replaceCredentials(url, ({ value }) => (isMask(value) ? placeholder(queryValueName(masks++)) : value));
}

function headers(config: Readonly<Record<string, unknown>>, body: string): Record<string, string> {
  const own = section(config, 'headers') as Readonly<Record<string, string>>;
  const named = Object.keys(own).some((name) => name.toLowerCase() === 'content-type');
  return named || body === '' ? { ...own } : { 'content-type': 'application/json', ...own };
}

function auth(config: Readonly<Record<string, unknown>>): HttpAuth {
  switch (config['kind'] ?? 'none') {
    case 'basic':
      return { kind: 'basic', username: required(config, 'username'), passwordSecret: 'password' };
    case 'bearer':
      return { kind: 'bearer', tokenSecret: 'token' };
    case 'header':
      return { kind: 'header', headerName: required(config, 'headerName'), valueSecret: 'headerValue' };
    case 'oauth2-client-credentials':
      return {
        kind: 'oauth2-client-credentials',
        tokenUrl: required(config, 'tokenUrl'),
        clientId: required(config, 'clientId'),
        scopes: optional(config, 'scopes') ?? '',
        clientSecret: 'clientSecret',
      };
    case 'mtls':
      return { kind: 'mtls', certSecret: 'clientCertPem', keySecret: 'clientKeyPem' };
    default:
      return { kind: 'none' };
  }
}

function judge(answer: Answer): Outcome {
  if (answer.kind === 'none') return unanswered(answer);
  if (answer.kind === 'mail') return wrongKind(answer);
  if (isSuccess(answer)) return accepted();
  return refusedWithWish(answer) ?? refusedByStatus(answer);
}

/** The two wishes of svix's `webhook-delivery` header (targets.md section 8.2); with a success they are too late to matter. */
function refusedWithWish(answer: HttpAnswer): Outcome | null {
  const wish = answer.headers['webhook-delivery']?.trim().toLowerCase();
  if (wish === 'disable') return refusedNever('disabled_by_target', { disable: true });
  return wish === 'abort-message' ? refusedNever('aborted_by_target') : null;
}

const secretsOf: Readonly<Record<string, readonly string[]>> = {
  basic: ['password'],
  bearer: ['token'],
  header: ['headerValue'],
  'oauth2-client-credentials': ['clientSecret'],
  mtls: ['clientCertPem', 'clientKeyPem'],
};

function check(
  config: Record<string, unknown>,
  secretNames: readonly string[],
  secrets: Record<string, string> = {},
): void {
  checkUrl(withQuery(config['url'], secrets[urlQuerySecret]), '/config/url');
  checkHeaders(config['headers'], '/config/headers');
  const settings = section(config, 'auth');
  checkAuth(settings);
  const kind = optional(settings, 'kind') ?? 'none';
  for (const name of secretsOf[kind] ?? []) {
    if (!secretNames.includes(name)) {
      throw new Refused(
        'secret_missing',
        `Authentication of the kind ${kind} needs the secret \`${name}\`.`,
        `/secrets/${name}`,
      );
    }
  }
  if (typeof config['caPem'] === 'string') checkPem(config['caPem'], 'CERTIFICATE', '/config/caPem');
  checkSecrets(secrets);
}

/** As it will be sent: what is not a URL with its credentials, or is too long, must not be saved. */
function withQuery(url: unknown, pairs: string | undefined): unknown {
  if (typeof url !== 'string' || pairs === undefined) return url;
  const left = queryPairs(pairs);
  return replaceCredentials(url, ({ value }) => (isMask(value) ? (left.shift()?.value ?? value) : value));
}

function checkAuth(settings: Readonly<Record<string, unknown>>): void {
  if (settings['kind'] === 'basic' && !/^[^:\x00-\x1f\x7f]+$/.test(optional(settings, 'username') ?? '')) {
    throw new Refused(
      'auth_invalid',
      'The user name must not be empty or hold a colon (RFC 7617).',
      '/config/auth/username',
    );
  }
  if (settings['kind'] === 'header')
    checkHeaderName(optional(settings, 'headerName') ?? '', '/config/auth/headerName', true);
  if (settings['kind'] !== 'oauth2-client-credentials') return;
  const pointer = '/config/auth/tokenUrl';
  checkNoCredential(checkUrl(settings['tokenUrl'], pointer), pointer, 'give it as the secret `clientSecret`');
}

function checkSecrets(secrets: Record<string, string>): void {
  for (const name of ['token', 'headerValue'] as const) {
    if (secrets[name] !== undefined) checkHeaderValue(secrets[name], `/secrets/${name}`);
  }
  for (const name of ['signingSecret', 'previousSigningSecret'] as const) {
    if (secrets[name] !== undefined) checkSigningSecret(secrets[name], `/secrets/${name}`);
  }
  if (secrets['clientCertPem'] !== undefined)
    checkPem(secrets['clientCertPem'], 'CERTIFICATE', '/secrets/clientCertPem');
  if (secrets['clientKeyPem'] !== undefined) checkPem(secrets['clientKeyPem'], 'PRIVATE KEY', '/secrets/clientKeyPem');
}

/** Standard Webhooks 1.0.0: between 24 and 64 bytes, base64, behind `whsec_`. */
export const signingSecretBytesMin = 24;
export const signingSecretBytesMax = 64;

function checkSigningSecret(text: string, pointer: string): void {
  const base64 = /^whsec_([A-Za-z0-9+/]+)(={0,2})$/.exec(text);
  const [, digits = '', padding = ''] = base64 ?? [];
  const bytes = Math.floor((digits.length * 3) / 4);
  const whole = digits.length % 4 !== 1 && (padding === '' || (digits.length + padding.length) % 4 === 0);
  if (!whole || bytes < signingSecretBytesMin || bytes > signingSecretBytesMax) {
    throw new Refused('secret_invalid', 'A signing secret is `whsec_` and 24 to 64 bytes in base64.', pointer);
  }
}
