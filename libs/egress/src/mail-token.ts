import type { EgressFault } from './fault.js';
import type { Grant, TokenDesk } from './oauth.js';

/** The token endpoint is part of a conversation with a server that waits. */
const tokenTimeoutMs = 10_000;

/**
 * What nodemailer asks for a login by XOAUTH2. It comes once more, with `renew`, where the server did not take the token; the
 * desk then throws that one away. Its own class for this would fetch tokens past the door.
 */
export class MailToken {
  /** Why there is no token; nodemailer would put a code of its own on it. */
  fault: EgressFault | null = null;
  /** A token was asked for a second time: the server has refused two. */
  isRenewed = false;
  private last: string | null = null;
  private renews = false;

  constructor(
    private readonly user: string,
    private readonly grant: Grant,
    private readonly tokens: TokenDesk,
  ) {}

  getToken(renew: boolean, callback: (error: Error | null, token?: string) => void): void {
    const isRefused = renew || this.renews;
    this.isRenewed ||= isRefused;
    this.tokens.token(this.grant, tokenTimeoutMs, isRefused ? this.last : null).then(
      (token) => {
        this.last = token;
        callback(null, token);
      },
      (fault: EgressFault) => {
        this.fault = fault;
        callback(new Error('There is no access token.'));
      },
    );
  }

  /** The server has refused the last token: the next one is another. */
  renewNext(): void {
    this.renews = true;
  }

  buildXOAuth2Token(token: string): string {
    return Buffer.from(xoauth2Of(this.user, token), 'utf8').toString('base64');
  }
}

/** As Google and Microsoft describe it; there is no RFC. */
export const xoauth2Of = (user: string, token: string): string => `user=${user}\u0001auth=Bearer ${token}\u0001\u0001`;
