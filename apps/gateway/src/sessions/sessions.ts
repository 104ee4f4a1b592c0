import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { csrfHeader, sessionCookie } from '@waybill/contracts/http/sessions';
import { Refused } from '@waybill/decider/decider';
import { sessionLifeSeconds } from '../config.js';
import type { GatewayRequest } from '../edge/gateway-request.js';
import type { SessionStore, StoredSession } from './session-store.js';

/** A session and what only its browser knows of it. */
export interface OpenSession extends StoredSession {
  readonly token: string;
}

const safeMethods = ['GET', 'HEAD'];

/**
 * Browsers that have signed in with an API key. The browser holds a random token in a cookie that no script reads; requests that change
 * something must also say the CSRF token, which is derived from it and told to our own page only.
 */
export class Sessions {
  constructor(private readonly store: SessionStore) {}

  /** Begins a session of a key that was verified just now; rejects with `service_unavailable` while the database is away. */
  async begin(keyId: string, keySha256: string): Promise<OpenSession> {
    const token = randomBytes(32).toString('base64url');
    const session = await whileAvailable(() => this.store.begin(hashOf(token), keyId, keySha256));
    return { ...session, token };
  }

  /**
   * The session of a request by its cookie; null without one, or when it has ended. Refuses a request that changes something without
   * the CSRF token (`forbidden`).
   */
  async of(request: Pick<GatewayRequest, 'headers' | 'method'>): Promise<OpenSession | null> {
    const token = tokenIn(request.headers.cookie);
    if (token === null) return null;
    const session = await this.find(token, true);
    if (session === null) return null;
    if (!safeMethods.includes(request.method ?? '')) checkCsrf(token, request.headers[csrfHeader]);
    return { ...session, token };
  }

  /** The session of a token; `use` puts its idle end off: a page left open does not keep itself signed in. */
  find(token: string, use: boolean): Promise<StoredSession | null> {
    return whileAvailable(() => this.store.find(hashOf(token), use));
  }

  end(token: string): Promise<void> {
    return whileAvailable(() => this.store.end(hashOf(token)));
  }

  /** Ends every session that was begun with a key. */
  endAll(keyId: string): Promise<void> {
    return whileAvailable(() => this.store.endAll(keyId));
  }
}

/** What the page must send back with every change; whoever knows it without the cookie can do nothing with it. */
export function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf:${token}`).digest('base64url');
}

/** The Set-Cookie of a session, or of its end (null). `Secure` wherever the browser came by TLS. */
export function cookieOf(token: string | null, isSecure: boolean): string {
  const parts = [`${sessionCookie}=${token ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  parts.push(`Max-Age=${token === null ? 0 : sessionLifeSeconds}`);
  if (isSecure) parts.push('Secure');
  return parts.join('; ');
}

/** The session token in a Cookie header; null when there is none that we could have written. */
export function tokenIn(header: string | undefined): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === sessionCookie && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

function checkCsrf(token: string, said: string | string[] | undefined): void {
  const expected = Buffer.from(csrfTokenOf(token));
  const given = Buffer.from(typeof said === 'string' ? said : '');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new Refused('forbidden', 'A request of a session that changes something needs the header Waybill-Csrf.');
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function whileAvailable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch {
    throw new Refused('service_unavailable', 'Sessions cannot be read just now; an API key works all the same.');
  }
}
