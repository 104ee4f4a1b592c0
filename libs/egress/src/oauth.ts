import { tokenForm } from '@waybill/contracts/sending/request';
import type { Dispatcher } from 'undici';
import { exchange } from './exchange.js';
import type { Exchanged } from './exchange.js';
import { blocked, EgressFault } from './fault.js';
import type { HttpPools, Identity } from './http-pools.js';
import { judgeUrl } from './judge-url.js';
import { maskFor } from './mask.js';
import type { Mask } from './mask.js';
import type { EgressPolicy } from './policy.js';

/** What a token is asked for with (RFC 6749 section 4.4). */
export interface Grant {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scopes: string;
  readonly clientSecret: string;
  readonly identity: Identity;
}

/** A token is not used in its last minute: it could expire on the way. */
export const tokenMarginMs = 60_000;
/** Used where the answer has no `expires_in`; RFC 6749 leaves it open. */
export const tokenLifeDefaultMs = 300_000;
export const tokenLifeMaxMs = 24 * 3_600_000;
/** As of every target (design.md section 5): these are tried again, and what is 500 and more. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
const grantsMax = 5000;
/** A token endpoint's complaint that is shown to the user. */
const complaintCharsMax = 500;

/** A conversation may have begun with the token before the one that is held now. */
const tokensPerGrantMax = 2;

interface Held {
  readonly token: string;
  /** With it those before it, so that they can be hidden; the newest first. */
  readonly tokens: readonly string[];
  readonly untilMs: number;
}

/** Gets and keeps access tokens. The token's address goes through the same law as every other one. */
export class TokenDesk {
  private readonly held = new Map<string, Held>();
  private readonly asking = new Map<string, Promise<string>>();

  constructor(
    private readonly policy: EgressPolicy,
    private readonly pools: HttpPools,
    private readonly nowMs: () => number,
  ) {}

  /**
   * A token that is good for another minute. `refused` is a token that the target did not take: it is thrown away first.
   * Throws `oauth_failed` with the endpoint's own words, or the fault of the network.
   */
  async token(grant: Grant, timeoutMs: number, refused: string | null): Promise<string> {
    const key = keyOf(grant);
    const held = this.held.get(key);
    if (held !== undefined && held.token !== refused && held.untilMs > this.nowMs()) return held.token;
    // Many deliveries find the token expired at once; the endpoint is asked once.
    const asking = this.asking.get(key) ?? this.ask(key, grant, timeoutMs).finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  /** The token that is held now and the one before it, so that they can be hidden; none where there was none. */
  tokensOf(grant: Grant): readonly string[] {
    return this.held.get(keyOf(grant))?.tokens ?? [];
  }

  /** Asks the endpoint once, whatever is held, and keeps nothing: for a person who tests a connection. */
  async tried(
    grant: Grant,
    timeoutMs: number,
  ): Promise<{ readonly exchanged: Exchanged; readonly entry: string | null }> {
    const url = judgeUrl(grant.tokenUrl, this.policy);
    if (!url.ok) throw blocked();
    const pool = this.pools.poolFor(url, grant.identity);
    return { exchanged: await exchange(pool, requestOf(url.path, grant), timeoutMs), entry: pool.entry };
  }

  private async ask(key: string, grant: Grant, timeoutMs: number): Promise<string> {
    const url = judgeUrl(grant.tokenUrl, this.policy);
    if (!url.ok) throw blocked();
    const exchanged = await exchange(this.pools.poolFor(url, grant.identity), requestOf(url.path, grant), timeoutMs);
    if (exchanged.fault !== null) throw exchanged.fault;
    return this.keep(key, grant, exchanged);
  }

  private keep(key: string, grant: Grant, exchanged: Exchanged): string {
    const text = exchanged.body.toString('utf8');
    const answer = objectOf(text);
    const token = answer?.['access_token'];
    if (exchanged.status !== 200 || typeof token !== 'string' || token === '') {
      const isPassing = passingStatuses.has(exchanged.status) || exchanged.status >= 500;
      // Masked before it is cut: a secret that straddles the cut would otherwise stay in part.
      const said = maskOfGrant(grant, text, this.tokensOf(grant))(text).slice(0, complaintCharsMax);
      const message = `The token endpoint answered ${exchanged.status}: ${said}`;
      if (!isPassing) throw new EgressFault('oauth_failed', message, 'never');
      throw new EgressFault('oauth_failed', message, 'later', { retryAfter: exchanged.headers['retry-after'] });
    }
    const seconds = Number(answer?.['expires_in']);
    const lifeMs =
      Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, tokenLifeMaxMs) : tokenLifeDefaultMs;
    const tokens = [...new Set([token, ...this.tokensOf(grant)])].slice(0, tokensPerGrantMax);
    if (this.held.size >= grantsMax) this.held.clear();
    // A life shorter than the margin is used for half of it.
    const usableMs = lifeMs > 2 * tokenMarginMs ? lifeMs - tokenMarginMs : lifeMs / 2;
    this.held.set(key, { token, tokens, untilMs: this.nowMs() + usableMs });
    return token;
  }
}

const keyOf = (grant: Grant): string =>
  JSON.stringify([grant.tokenUrl, grant.clientId, grant.scopes, grant.clientSecret, grant.identity.caPem]);

export const tokenHeaders = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'application/json',
  'accept-encoding': 'identity',
} as const;

/** RFC 6749 section 2.3.1: client and secret are encoded before they are joined for Basic. */
const basicPairOf = ({ clientId, clientSecret }: Grant): string =>
  `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;

const inBase64 = (pair: string): string => Buffer.from(pair, 'utf8').toString('base64');

function requestOf(path: string, grant: Grant): Dispatcher.DispatchOptions {
  const authorization = `Basic ${inBase64(basicPairOf(grant))}`;
  const headers = Object.entries({ ...tokenHeaders, authorization }).flat();
  return { path, method: 'POST', headers, body: tokenForm(grant.scopes) };
}

/**
 * Hides in an answer of a token endpoint what it was asked with, the tokens it gives (an answer that is not taken may hold one as well) and
 * those it gave before.
 * The pair stands beside the client secret because base64 of the encoded pair holds no form of a secret that had to be encoded.
 */
export function maskOfGrant(grant: Grant, text: string, before: readonly string[]): Mask {
  const pair = basicPairOf(grant);
  return maskFor([pair, inBase64(pair), grant.clientSecret, ...tokensIn(text), ...before]);
}

/** As they are spelled there: in JSON, also in half an answer, or in a form, which some endpoints give whatever they are asked for. */
function tokensIn(text: string): string[] {
  const inJson = /"(?:access_token|refresh_token|id_token)"\s*:\s*"((?:[^"\\]|\\.)+)/g;
  const inForm = /(?:^|&)(?:access_token|refresh_token|id_token)=([^&\s]+)/g;
  return [...text.matchAll(inJson), ...text.matchAll(inForm)].map((found) => found[1] as string);
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Not JSON: the caller says so with the text itself.
    return null;
  }
}
