import { createHash } from 'node:crypto';
import { jsonAnswer, type Answer } from '../answer.js';
import { isObject, type Call } from '../call.js';
import type { Values } from '../options.js';
import type { Rule } from '../rule.js';
import type { OAuth } from './oauth.js';
import { signatureFault } from './signature.js';
import type { webhookOptions } from './webhook.js';

export type WebhookCall = Call & { readonly name: string; readonly options: Values<typeof webhookOptions> };

/** What the room remembers of earlier attempts, to see whether ids and timestamps are as they must be. */
export interface WebhookMemory {
  readonly attempts: Map<string, { readonly atMs: number; readonly timestamp: string }>;
  /** Id by name and body of requests that were not answered with 2xx. */
  readonly refused: Map<string, string>;
  /** Names that have said 410 or `disable`. */
  readonly ended: Map<string, string>;
}

const accepted = jsonAnswer(200, { ok: true });
const badSignature = jsonAnswer(401, { error: 'bad signature' });

/** targets.md 9.8. What is plain, unsigned and without options runs through in a few comparisons. */
export function webhookRules(memory: WebhookMemory, oauth: OAuth): readonly Rule<WebhookCall>[] {
  return [...attemptRules(memory), ...authRules(oauth), ...endRules(memory)];
}

function attemptRules(memory: WebhookMemory): readonly Rule<WebhookCall>[] {
  return [
    {
      id: 'webhook.after-end',
      row: '9.8/8',
      when: 'a request arrives after 410 or webhook-delivery: disable',
      then: 'flag; the other rules answer',
      check: (call) => {
        const ended = memory.ended.size === 0 ? undefined : memory.ended.get(call.name);
        if (ended === undefined) return null;
        call.flag(ended);
        return 'noted';
      },
    },
    {
      id: 'webhook.signature',
      row: '9.8/1',
      when: 'signature missing, not verifying over raw bytes, or timestamp off by more than the tolerance',
      then: '401 {"error":"bad signature"}',
      check: (call) => {
        const secrets = call.options.signingSecrets ?? [];
        if (secrets.length === 0) return null;
        const fault = signatureFault(call.headers, call.body, secrets, call.atMs, call.options.toleranceSeconds);
        if (fault === null) return null;
        call.flag(fault);
        return badSignature;
      },
    },
    {
      id: 'webhook.id-constant',
      row: '9.8/1',
      when: 'the same body comes again after a failure with another webhook-id',
      then: '401 {"error":"bad signature"}',
      check: (call) => {
        if (!isSigned(call) || !call.options.constantId) return null;
        const known = memory.refused.get(bodyKey(call.name, call));
        if (known === undefined || known === call.header('webhook-id')) return null;
        call.flag('webhook-id changed between attempts');
        return badSignature;
      },
    },
    {
      id: 'webhook.timestamp-per-attempt',
      row: '9.8/2',
      when: 'timestamp equal on two attempts 2 s or more apart',
      then: 'flag',
      check: (call) => {
        if (!isSigned(call)) return null;
        const before = memory.attempts.get(`${call.name}/${call.header('webhook-id')}`);
        if (before === undefined || call.atMs - before.atMs < 2_000) return null;
        if (before.timestamp !== call.header('webhook-timestamp')) return null;
        call.flag('webhook-timestamp is not of this attempt');
        return 'noted';
      },
    },
  ];
}

function isSigned(call: WebhookCall): boolean {
  return (call.options.signingSecrets ?? []).length > 0;
}

function authRules(oauth: OAuth): readonly Rule<WebhookCall>[] {
  return [
    {
      id: 'webhook.auth',
      row: '9.8/3',
      when: 'Basic, Bearer or custom header is wrong or missing',
      then: '401 + WWW-Authenticate',
      check: (call) => {
        const auth = call.options.auth;
        if (!isObject(auth) || auth['kind'] === 'oauth2') return null;
        return isAuthorized(call, auth) ? null : unauthorized(challengeOf(auth));
      },
    },
    {
      id: 'webhook.oauth-token',
      row: '9.8/4',
      when: 'OAuth2: token unknown, revoked or expired',
      then: '401 + WWW-Authenticate: Bearer error="invalid_token"; the sender refreshes exactly once',
      check: (call) => {
        const auth = call.options.auth;
        if (!isObject(auth) || auth['kind'] !== 'oauth2') return null;
        const token = /^Bearer (.+)$/.exec(call.header('authorization') ?? '')?.[1];
        if (token !== undefined && oauth.isValid(token, call.atMs)) return null;
        oauth.refused();
        return unauthorized('Bearer error="invalid_token"');
      },
    },
  ];
}

function isAuthorized(call: WebhookCall, auth: Record<string, unknown>): boolean {
  const given = call.header('authorization');
  if (auth['kind'] === 'basic') {
    const pair = Buffer.from(`${String(auth['username'])}:${String(auth['password'])}`, 'utf8').toString('base64');
    return given === `Basic ${pair}`;
  }
  if (auth['kind'] === 'bearer') return given === `Bearer ${String(auth['token'])}`;
  return call.header(String(auth['name']).toLowerCase()) === String(auth['value']);
}

function challengeOf(auth: Record<string, unknown>): string {
  if (auth['kind'] === 'basic') return 'Basic realm="receivers", charset="UTF-8"';
  return auth['kind'] === 'bearer' ? 'Bearer realm="receivers"' : 'Header realm="receivers"';
}

function unauthorized(challenge: string): Answer {
  return jsonAnswer(401, { error: 'unauthorized' }, { 'www-authenticate': challenge });
}

function endRules(memory: WebhookMemory): readonly Rule<WebhookCall>[] {
  return [
    {
      id: 'webhook.mtls',
      row: '9.8/5',
      when: 'no or unknown client certificate on the mTLS port',
      then: 'TLS alert; nothing of the request arrives',
      check: () => null,
    },
    {
      id: 'webhook.script',
      row: '9.8/6',
      when: 'a script is set for the name',
      then: 'any status, headers, body or fault',
      check: () => null,
    },
    {
      id: 'webhook.gone',
      row: '9.8/8',
      when: 'option gone',
      then: '410; later sends must not arrive',
      check: (call) => {
        if (!call.options.gone) return null;
        memory.ended.set(call.name, 'arrived after 410');
        return jsonAnswer(410, { error: 'gone' });
      },
    },
    {
      id: 'webhook.disable',
      row: '9.8/7',
      when: 'option disable',
      then: '200 with webhook-delivery: disable',
      check: (call) => {
        if (!call.options.disable) return null;
        memory.ended.set(call.name, 'arrived after webhook-delivery: disable');
        return jsonAnswer(200, { ok: true }, { 'webhook-delivery': 'disable' });
      },
    },
    { id: 'webhook.ok', row: '9.8', when: 'else', then: '200 {"ok":true}', check: () => accepted },
  ];
}

export function bodyKey(name: string, call: Call): string {
  return `${name}\n${createHash('sha256').update(call.body).digest('base64')}`;
}
