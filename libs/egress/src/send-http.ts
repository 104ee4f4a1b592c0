import { hopHeader } from '@waybill/contracts/sending/hop-header';
import type { Answer, HttpTargetRequest, NoAnswer } from '@waybill/contracts/sending/request';
import type { Dispatcher } from 'undici';
import { authorize, grantOf, identityOf } from './authorize.js';
import type { Authorized } from './authorize.js';
import { bodyKeptBytesMax, exchange } from './exchange.js';
import type { Exchanged, TimingsMs } from './exchange.js';
import { blocked, EgressFault } from './fault.js';
import { fill, hide, landingOf, onlyPlaceholder, secretOf } from './fill.js';
import type { Secrets } from './fill.js';
import { addHeader } from './headers.js';
import type { HttpPools } from './http-pools.js';
import { judgeUrl } from './judge-url.js';
import type { JudgedUrl } from './judge-url.js';
import { maskOf, secretUrlShown, urlShown } from './mask.js';
import type { Mask } from './mask.js';
import type { EgressPolicy } from './policy.js';
import { signature } from './sign.js';
import { maskOfGrant, tokenHeaders } from './oauth.js';
import type { TokenDesk } from './oauth.js';

export interface HttpLimits {
  /** Over everything: token, name, connection, handshake, answer. */
  readonly timeoutMs: number;
}

export interface HttpSent {
  readonly answer: Answer;
  readonly timingsMs: TimingsMs;
  /** As it may be stored and shown: no secret value in it. */
  readonly sentRequest: SentRequest;
  /** The allow entry of the deployment file it went through; null for the public Internet. */
  readonly allowEntry: string | null;
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Request bodies above this are refused; the largest any target takes is Teams' and PagerDuty's 512 KB. */
export const requestBodyBytesMax = 1024 * 1024;
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const noTimings: TimingsMs = { dns: 0, connect: 0, tls: 0, firstByte: 0, total: 0 };
const urlsMax = 5000;

/** Sends one HTTP request of a target through the door. */
export class HttpSender {
  private readonly urls = new Map<string, JudgedUrl>();

  constructor(
    private readonly policy: EgressPolicy,
    private readonly pools: HttpPools,
    private readonly tokens: TokenDesk,
    private readonly nowMs: () => number,
    private readonly userAgent: string,
  ) {}

  async send(request: HttpTargetRequest, secrets: Secrets, limits: HttpLimits): Promise<HttpSent> {
    const untilMs = performance.now() + limits.timeoutMs;
    // What is known of the request when it is shown, however far it came.
    let url: JudgedUrl | null = null;
    let sent: ReadonlyMap<string, string> | null = null;
    try {
      if (request.only === 'token') return await this.tryToken(request, secrets, limits.timeoutMs);
      url = this.judge(fillUrl(request.url, secrets));
      let auth = await authorize(request, secrets, this.tokens, limits.timeoutMs);
      const prepared = this.prepare(request, secrets, auth, url);
      sent = prepared.headers;
      let exchanged = await this.exchange(prepared, auth, url, untilMs);
      if (exchanged.status === 401 && exchanged.fault === null && auth.renew !== null) {
        // One refresh and no more (targets.md 8.3): a second 401 is the target's own word.
        auth = await auth.renew(Math.max(1, untilMs - performance.now()));
        const again = this.prepare(request, secrets, auth, url);
        exchanged = await this.exchange(again, auth, url, untilMs);
      }
      const mask = masks(auth.mask, maskOf(secrets));
      const answer = this.answerOf(exchanged, mask);
      // How long a refusal took would tell whether a name was looked up.
      const timingsMs = exchanged.fault?.code === 'egress_blocked' ? noTimings : exchanged.timingsMs;
      return { answer, timingsMs, sentRequest: shownRequest(request, url, sent), allowEntry: prepared.entry() };
    } catch (error) {
      if (!(error instanceof EgressFault)) throw error;
      return {
        answer: this.noAnswer(error, false, maskOf(secrets)),
        timingsMs: noTimings,
        sentRequest: shownRequest(request, url, sent),
        allowEntry: null,
      };
    }
  }

  /** A test of a connection whose credential is for a token endpoint: its answer, with the token masked. */
  private async tryToken(request: HttpTargetRequest, secrets: Secrets, timeoutMs: number): Promise<HttpSent> {
    const { auth } = request;
    if (auth.kind !== 'oauth2-client-credentials') throw new Error(`no token is asked for with ${auth.kind}`);
    const grant = grantOf(auth, secrets, identityOf(request));
    const { exchanged, entry } = await this.tokens.tried(grant, timeoutMs);
    const made = maskOfGrant(grant, exchanged.body.toString('utf8'), this.tokens.tokensOf(grant));
    const headers = { ...tokenHeaders, authorization: 'Basic ****' };
    return {
      answer: this.answerOf(exchanged, masks(made, maskOf(secrets))),
      timingsMs: exchanged.fault?.code === 'egress_blocked' ? noTimings : exchanged.timingsMs,
      sentRequest: { method: 'POST', url: urlShown(auth.tokenUrl), headers },
      allowEntry: entry,
    };
  }

  /** A connector sends to the same URL again and again; judging by text alone is the same every time. */
  private judge(href: string): JudgedUrl {
    const known = this.urls.get(href);
    if (known !== undefined) return known;
    const judged = judgeUrl(href, this.policy);
    if (!judged.ok) throw blocked();
    if (this.urls.size >= urlsMax) this.urls.clear();
    this.urls.set(href, judged);
    return judged;
  }

  private prepare(request: HttpTargetRequest, secrets: Secrets, auth: Authorized, url: JudgedUrl): Prepared {
    if (!methods.has(request.method)) throw new EgressFault('request_invalid', 'The method cannot be used.', 'never');
    const headers = new Map<string, string>();
    for (const name of Object.keys(request.headers)) {
      addHeader(headers, name, fill(request.headers[name] ?? '', secrets, 'plain'));
    }
    const body = fill(request.body, secrets, landingOf(headers.get('content-type') ?? ''));
    // A string has at least one byte a character, so most bodies need no counting.
    if (body.length > requestBodyBytesMax / 3 && Buffer.byteLength(body) > requestBodyBytesMax) {
      throw new EgressFault('request_invalid', `The body is longer than ${requestBodyBytesMax} bytes.`, 'never');
    }
    if (auth.header !== null) addHeader(headers, auth.header.name, auth.header.value);
    if (!headers.has('user-agent')) headers.set('user-agent', this.userAgent);
    headers.set('accept-encoding', 'identity');
    headers.set(hopHeader, '1');
    if (request.sign !== undefined) {
      const seconds = Math.floor(this.nowMs() / 1000);
      const signing = request.sign.secrets.map((name) => secretOf(secrets, name));
      addVisible(headers, 'webhook-id', request.sign.webhookId);
      headers.set('webhook-timestamp', String(seconds));
      headers.set('webhook-signature', signature(request.sign.webhookId, seconds, body, signing));
    }
    const judged = this.pools.poolFor(url, auth.identity);
    return { method: request.method, headers, body, judged, entry: () => judged.entry };
  }

  private exchange(prepared: Prepared, auth: Authorized, url: JudgedUrl, untilMs: number): Promise<Exchanged> {
    const flat: string[] = [];
    for (const [name, value] of prepared.headers) flat.push(name, value);
    const options: Dispatcher.DispatchOptions = {
      path: url.path,
      method: prepared.method,
      headers: flat,
      body: prepared.body === '' ? null : prepared.body,
    };
    return exchange(prepared.judged, options, Math.max(1, untilMs - performance.now()));
  }

  private answerOf(exchanged: Exchanged, mask: Mask): Answer {
    if (exchanged.fault !== null) return this.noAnswer(exchanged.fault, exchanged.sent, mask);
    const headers: Record<string, string> = {};
    for (const name of Object.keys(exchanged.headers)) headers[name] = mask(exchanged.headers[name] ?? '');
    // Masked before it is cut: a secret that straddles the cut would otherwise stay in part.
    const whole = mask(exchanged.body.toString('utf8'));
    const bytes = whole.length * 3 <= bodyKeptBytesMax ? null : Buffer.from(whole, 'utf8');
    const isLong = bytes !== null && bytes.length > bodyKeptBytesMax;
    return {
      kind: 'http',
      status: exchanged.status,
      headers,
      body: isLong ? bytes.subarray(0, wholeCharacters(bytes, bodyKeptBytesMax)).toString('utf8') : whole,
      bodyTruncated: isLong || exchanged.isCut,
      atMs: this.nowMs(),
    };
  }

  private noAnswer(fault: EgressFault, sent: boolean, mask: Mask): NoAnswer {
    const { code, retry, retryAfter } = fault;
    const noAnswer = { kind: 'none', sent, code, message: mask(fault.message), retry, atMs: this.nowMs() } as const;
    return retryAfter === undefined ? noAnswer : { ...noAnswer, retryAfter };
  }
}

interface Prepared {
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly judged: Parameters<typeof exchange>[0];
  readonly entry: () => string | null;
}

/** What was made out of secrets goes first: when a password is gone out of the middle of a Basic pair, what is left of the pair stays. */
const masks = (made: Mask | null, own: Mask): Mask => (made === null ? own : (text) => own(made(text)));

function fillUrl(url: string, secrets: Secrets): string {
  const whole = onlyPlaceholder(url);
  return whole === null ? fill(url, secrets, 'url') : secretOf(secrets, whole).trim();
}

function addVisible(headers: Map<string, string>, name: string, value: string): void {
  if (!/^[\u0021-\u007e]{1,256}$/.test(value)) {
    throw new EgressFault('header_invalid', `The header ${JSON.stringify(name)} cannot be written.`, 'never');
  }
  headers.set(name, value);
}

/** Shown from the form with placeholders, never from the filled one: what was never filled in cannot leak. */
function shownRequest(
  request: HttpTargetRequest,
  url: JudgedUrl | null,
  sent: ReadonlyMap<string, string> | null,
): SentRequest {
  const isSecretUrl = onlyPlaceholder(request.url) !== null;
  const shownUrl = isSecretUrl ? secretUrlShown(url?.origin ?? '') : urlShown(hide(request.url));
  const headers: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) headers[name.toLowerCase()] = hide(request.headers[name] ?? '');
  const { auth } = request;
  if (auth.kind === 'basic' || auth.kind === 'basic-secrets') headers['authorization'] = 'Basic ****';
  if (auth.kind === 'bearer' || auth.kind === 'oauth2-client-credentials') headers['authorization'] = 'Bearer ****';
  if (auth.kind === 'header') headers[auth.headerName.toLowerCase()] = '****';
  for (const name of ['user-agent', hopHeader, 'webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const value = sent?.get(name);
    if (value !== undefined) headers[name] ??= value;
  }
  return { method: request.method, url: shownUrl, headers };
}

/** The last byte position that does not cut a character in two. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  let end = limit;
  while (end > limit - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
