import { randomBytes } from 'node:crypto';
import { jsonAnswer, type Answer } from '../answer.js';
import type { Call } from '../call.js';
import { option, Options } from '../options.js';
import type { Room } from '../room.js';
import { idOfRequest } from '../room.js';
import { RuleBook, type Rule } from '../rule.js';

export const oauthOptions = {
  clients: option<Readonly<Record<string, string>>>(
    { 'waybill-client': 'waybill-client-secret' },
    'client ids and their secrets',
  ),
  expiresInSeconds: option(3_600, 'life of the tokens that are issued from now on'),
  revoked: option(false, 'set to true: every token issued so far is invalid at once'),
};

/** Tokens remembered; a test that needs more has a leak. */
const tokensMax = 10_000;

/** `POST /oauth/token`: client credentials (RFC 6749 section 4.4), secret in the Basic header or in the form. */
export class OAuth implements Room {
  readonly target = 'oauth';
  readonly prefix = 'oauth';
  readonly options = new Options(oauthOptions);
  readonly #tokens = new Map<string, number>();
  readonly #book = new RuleBook<Call>('oauth', this.#rules());
  #issued = 0;
  /** Tokens issued since a token was refused and before one was used; null outside of a refresh. */
  #refreshes: number | null = null;

  nameOf(call: Call): string {
    return clientOf(call).id;
  }

  idOf(call: Call): string {
    return idOfRequest(call);
  }

  answer(call: Call): Answer {
    return this.#book.judge(call);
  }

  scripted(): void {
    // Scripts of the token endpoint are for its 429 and 5xx; they leave nothing behind.
  }

  isValid(token: string, nowMs: number): boolean {
    this.#forgetRevoked();
    const until = this.#tokens.get(token);
    if (until === undefined || nowMs >= until) return false;
    this.#refreshes = null;
    return true;
  }

  /** A receiver has refused a token: exactly one new token is expected before the next use. */
  refused(): void {
    this.#refreshes = 0;
  }

  rules(): ReturnType<RuleBook<Call>['shown']> {
    return this.#book.shown();
  }

  state(): Record<string, unknown> {
    return { issued: this.#issued, living: this.#tokens.size };
  }

  clearState(): void {
    this.#tokens.clear();
    this.#issued = 0;
    this.#refreshes = null;
  }

  #forgetRevoked(): void {
    if (!this.options.all.revoked) return;
    this.#tokens.clear();
    this.options.set(null, 'revoked', false);
  }

  #rules(): readonly Rule<Call>[] {
    return [
      {
        id: 'oauth.grant',
        row: '9.8/4',
        when: 'grant_type is not client_credentials, or the request is no form',
        then: '400 unsupported_grant_type',
        check: (call) =>
          call.method === 'POST' && formOf(call).get('grant_type') === 'client_credentials'
            ? null
            : jsonAnswer(400, { error: 'unsupported_grant_type' }),
      },
      {
        id: 'oauth.invalid-client',
        row: '9.8/4',
        when: 'client unknown or secret wrong',
        then: '401 {"error":"invalid_client"}',
        check: (call) => {
          const client = clientOf(call);
          const secret = Object.entries(this.options.all.clients).find(([id]) => id === client.id)?.[1];
          if (secret !== undefined && secret === client.secret) return null;
          return jsonAnswer(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="oauth"' });
        },
      },
      {
        id: 'oauth.one-refresh',
        row: '9.8/4',
        when: 'a second token is fetched after one refusal',
        then: 'flag',
        check: (call) => {
          if (this.#refreshes === null) return null;
          this.#refreshes += 1;
          if (this.#refreshes < 2) return null;
          call.flag('more than one refresh');
          return 'noted';
        },
      },
      {
        id: 'oauth.ok',
        row: '9.8/4',
        when: 'else',
        then: '200 with an access token',
        check: (call) => this.#issue(call),
      },
    ];
  }

  #issue(call: Call): Answer {
    this.#forgetRevoked();
    if (this.#tokens.size >= tokensMax) this.#tokens.clear();
    const token = randomBytes(24).toString('base64url');
    const seconds = this.options.all.expiresInSeconds;
    this.#tokens.set(token, call.atMs + seconds * 1_000);
    this.#issued += 1;
    return jsonAnswer(
      200,
      { access_token: token, token_type: 'Bearer', expires_in: seconds },
      { 'cache-control': 'no-store' },
    );
  }
}

function formOf(call: Call): URLSearchParams {
  return new URLSearchParams(call.text);
}

function clientOf(call: Call): { readonly id: string; readonly secret: string } {
  const basic = /^Basic (.+)$/.exec(call.header('authorization') ?? '')?.[1];
  if (basic !== undefined) {
    const [id, ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    return { id: unescaped(id ?? ''), secret: unescaped(rest.join(':')) };
  }
  const form = formOf(call);
  return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
}

function unescaped(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}
