/**
 * What a target's room asks egress to send, and what egress saw come back. It stands in contracts because both sides of
 * the door need the words and neither may import the other.
 */
export type TargetRequest = HttpTargetRequest | MailTargetRequest;

export interface HttpTargetRequest {
  readonly kind: 'http';
  readonly method: string;
  /** May hold placeholders of secrets. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. Exactly these bytes (UTF-8) are sent, after placeholders are filled. */
  readonly body: string;
  readonly auth: HttpAuth;
  /** Standard Webhooks headers are added by egress: id, time of this attempt, signature with each of these secrets. */
  readonly sign?: { readonly webhookId: string; readonly secrets: readonly string[] } | undefined;
  /** PEM of a private CA, from config. */
  readonly caPem?: string | undefined;
  /**
   * Only the access token is asked for, of the address, the form and the client of `auth`; nothing else is sent, and the
   * answer is the token endpoint's, with the token masked. `url` and `body` are those of that request: see `tokenForm`.
   */
  readonly only?: 'token' | undefined;
}

export type HttpAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly passwordSecret: string }
  /** Both parts are secrets: Jira's e-mail and API token, ServiceNow's user and password. */
  | { readonly kind: 'basic-secrets'; readonly usernameSecret: string; readonly passwordSecret: string }
  | { readonly kind: 'bearer'; readonly tokenSecret: string }
  | { readonly kind: 'header'; readonly headerName: string; readonly valueSecret: string }
  | ({ readonly kind: 'oauth2-client-credentials' } & OAuthClient)
  | { readonly kind: 'mtls'; readonly certSecret: string; readonly keySecret: string };

/** Whom a token endpoint gives access tokens (RFC 6749 section 4.4). */
export interface OAuthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  /** With a blank between; empty for none. */
  readonly scopes: string;
  /** Name of the secret. */
  readonly clientSecret: string;
}

export interface MailTargetRequest {
  readonly kind: 'mail';
  /** null: the deployment's own server. */
  readonly smtpUrl: string | null;
  readonly passwordSecret: string | null;
  /** A private CA that vouches for the server of `smtpUrl`. */
  readonly caPem?: string | undefined;
  /** The user of `smtpUrl` logs in with an access token (XOAUTH2) instead of a password. */
  readonly oauth?: OAuthClient | undefined;
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The server is greeted, the connection secured and the login made, and no mail follows: a test of the connection. */
  readonly only?: 'greeting' | undefined;
}

/** What came back, as egress saw it; the target's own words unchanged. */
export type Answer = HttpAnswer | MailAnswer | NoAnswer;

export interface HttpAnswer {
  readonly kind: 'http';
  readonly status: number;
  /** Lower-case names; repeated headers joined with a comma and a blank. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8, lossy where the target sent something else; capped. */
  readonly body: string;
  readonly bodyTruncated: boolean;
  /** When the answer arrived, epoch milliseconds: for `Retry-After` dates. */
  readonly atMs: number;
}

export interface MailAnswer {
  readonly kind: 'mail';
  readonly recipients: readonly {
    readonly recipient: string;
    /** Where in the conversation: `connect`, `auth`, `mail`, `rcpt`, `data`, `accepted`. */
    readonly stage: string;
    readonly code: number | null;
    /** The server's reply, whole. */
    readonly text: string;
    readonly outcome: 'accepted' | 'refused-for-now' | 'refused' | 'unknown';
  }[];
  readonly atMs: number;
}

export interface NoAnswer {
  readonly kind: 'none';
  /** False: the target cannot have got the request (DNS, connect, TLS, blocked). True: it may have. */
  readonly sent: boolean;
  /** A code of egress: `dns_failed`, `connect_failed`, `tls_failed`, `tls_certificate_invalid`, `timeout`, `reset`, `protocol_error`, `egress_blocked`, `header_invalid`, … */
  readonly code: string;
  readonly message: string;
  readonly retry: 'later' | 'never';
  readonly atMs: number;
  /** `Retry-After` of a token endpoint that gave no token, as it was sent. */
  readonly retryAfter?: string | undefined;
}

/**
 * Stands for a secret's value until egress fills it in, so that the stored body and the preview never hold one.
 * Renderers write U+27E6 of a payload as an escape, so data can never look like a placeholder.
 */
export const placeholder = (secretName: string): string => `\u27e6secret:${secretName}\u27e7`;

/** How a secret is shown. Sent back as a value it means the one that is set: a form that was read and saved changes nothing. */
export const secretMask = '****';

/** The body of a request for an access token by client credentials (RFC 6749 section 4.4). */
export function tokenForm(scopes: string): string {
  const form = 'grant_type=client_credentials';
  return scopes === '' ? form : `${form}&scope=${encodeURIComponent(scopes).replaceAll('%20', '+')}`;
}
