import type { Outcome, Receipt } from './outcome.js';

/**
 * One product that can be delivered to. A room is pure: it says which request to make next and what an answer means;
 * only `egress` touches the network, so preview, dry run, test and delivery read the same file.
 */
export interface Target {
  readonly descriptor: TargetDescriptor;
  /** Refuses (throws `Refused` with a pointer) what the schemas cannot say: retired URLs, headers that must not be set, bad addresses. */
  check(config: Record<string, unknown>, secretNames: readonly string[], secrets?: Record<string, string>): void;
  /** The next request, or the outcome; at most `stepsMax` requests. `answers` are those of this attempt so far, oldest first. */
  next(sending: Sending, answers: readonly Answer[]): Step;
}

/** Jira: find, create, transition, comment. */
export const stepsMax = 4;

export interface TargetDescriptor {
  readonly id: string;
  readonly name: string;
  readonly category: 'ticketing' | 'messaging' | 'universal';
  readonly description: string;
  /** JSON Schema (draft 2020-12) of `config`, with titles, help texts, defaults. */
  readonly form: Record<string, unknown>;
  /** JSON Schema of `secrets`. */
  readonly secrets: Record<string, unknown>;
  /** Default template by notification type; `generic` for any other type. */
  readonly templates: Readonly<Record<string, { readonly format: 'json' | 'jq'; readonly body: string }>>;
  /** Markdown: how to get the credential, step by step. */
  readonly help: string;
}

/** One delivery as a room sees it. */
export interface Sending {
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the secrets that are set; their values are placeholders until egress (see `placeholder`). */
  readonly secretNames: readonly string[];
  /** What the template gave: the text of a JSON value. For e-mail an object with `subject`, `text`, `html`. */
  readonly body: string;
  readonly deliveryId: string;
  /** Constant over all attempts of a delivery: `webhook-id`, Message-ID, search label. */
  readonly webhookId: string;
  readonly notificationType: string;
  /** One thing in the target per key; null where the subscription and the target have none. */
  readonly correlationKey: string | null;
  /** What the notification says of the thing: it is new or changed, somebody has taken it, or it is over. */
  readonly act: 'trigger' | 'acknowledge' | 'resolve';
  /** Counts from 1. */
  readonly attempt: number;
  /** An earlier attempt had an unknown outcome: look before creating. */
  readonly afterUnknown: boolean;
  /** What earlier attempts or earlier notifications of this correlation key left behind. */
  readonly remembered: Receipt | null;
}

export type Step = { readonly send: TargetRequest; readonly notes?: readonly string[] } | { readonly done: Outcome };

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
}

export type HttpAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly passwordSecret: string }
  /** Both parts are secrets: Jira's e-mail and API token, ServiceNow's user and password. */
  | { readonly kind: 'basic-secrets'; readonly usernameSecret: string; readonly passwordSecret: string }
  | { readonly kind: 'bearer'; readonly tokenSecret: string }
  | { readonly kind: 'header'; readonly headerName: string; readonly valueSecret: string }
  | {
      readonly kind: 'oauth2-client-credentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly scopes: string;
      readonly clientSecret: string;
    }
  | { readonly kind: 'mtls'; readonly certSecret: string; readonly keySecret: string };

export interface MailTargetRequest {
  readonly kind: 'mail';
  /** null: the deployment's own server. */
  readonly smtpUrl: string | null;
  readonly passwordSecret: string | null;
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
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
  /** A code of egress: `dns_failed`, `connect_failed`, `tls_failed`, `timeout`, `reset`, `protocol_error`, `egress_blocked`, `header_invalid`, … */
  readonly code: string;
  readonly message: string;
  readonly retry: 'later' | 'never';
  readonly atMs: number;
}

/**
 * Stands for a secret's value until egress fills it in, so that the stored body and the preview never hold one.
 * Renderers write U+27E6 of a payload as an escape, so data can never look like a placeholder.
 */
export const placeholder = (secretName: string): string => `\u27e6secret:${secretName}\u27e7`;
