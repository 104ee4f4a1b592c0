import { placeholder } from '@waybill/contracts/sending/request';
import type {
  Answer,
  HttpAnswer,
  HttpAuth,
  HttpTargetRequest,
  MailAnswer,
  MailTargetRequest,
  NoAnswer,
  TargetRequest,
} from '@waybill/contracts/sending/request';
import type { EscapeName, EscapeRule } from '@waybill/template/escape';
import type { Outcome, Receipt } from './outcome.js';

export { placeholder };
export type { Answer, HttpAnswer, HttpAuth, HttpTargetRequest, MailAnswer, MailTargetRequest, NoAnswer, TargetRequest };

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
  /**
   * As `next`, for a test of the connection alone: requests that change nothing and show whether address and credential are right.
   * Absent where the target has no such request; `connectionTest` of the descriptor says so in words.
   */
  connect?(access: Access, answers: readonly Answer[]): Step | NoConnectionTest;
}

/** What a room knows of a connector without a notification. */
export type Access = Pick<Sending, 'config' | 'secretNames'>;

/** A connector whose settings leave nothing harmless to ask; `none` says why, in a sentence. */
export interface NoConnectionTest {
  readonly none: string;
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
  readonly templates: Readonly<Record<string, DefaultTemplate>>;
  /** How a value of the payload is escaped when a json template puts it into a text. jq templates escape for themselves. */
  readonly escape: EscapeMode;
  /** Another escape for values that land below these keys (the nearest key above the tag): addresses, the `html` of a mail. */
  readonly escapeIn?: Readonly<Record<string, EscapeMode>> | undefined;
  /** What the target takes at most; the room cuts to it before sending, or says that it cannot. */
  readonly limits: readonly TargetLimit[];
  /** Whether the connection can be tested without sending, and what is asked then, or why there is nothing to ask. */
  readonly connectionTest: { readonly offered: boolean; readonly says: string };
  /** Markdown: how to get the credential, step by step. */
  readonly help: string;
}

export interface DefaultTemplate {
  readonly format: 'json' | 'jq';
  readonly body: string;
}

/**
 * Where the text of a template lands, and so what data must not be able to say there: `slack-mrkdwn` escapes `& < >`,
 * `teams-markdown` the signs of Adaptive Card Markdown, `jira-wiki` the signs of wiki markup, `servicenow-journal` the tags that
 * open HTML in a journal, `html` those of HTML; `line` keeps a text on one line and in its direction; `none` leaves the value as it
 * is, for plain JSON fields.
 */
export type EscapeMode = EscapeName;

/** How values are escaped in the json templates of a target. Preview, test and delivery take it from here, so that none forgets a part. */
export function escapeRuleOf({ escape, escapeIn }: Pick<TargetDescriptor, 'escape' | 'escapeIn'>): EscapeRule {
  return { otherwise: escape, keys: escapeIn ?? {} };
}

export interface TargetLimit {
  /** What is limited, in words a person knows from the target's documents. */
  readonly what: string;
  readonly max: number;
  readonly unit: 'characters' | 'bytes' | 'items' | 'requests a minute' | 'requests a second';
  /** What the room does with more: cut it with a mark, refuse before sending, or leave it to the rate of the connector. */
  readonly beyond: 'cut' | 'refused' | 'paced';
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

/** `notes` say what the room changed or noticed (cut texts, a ticket that was gone); they are kept with the attempt. */
export type Step =
  | { readonly send: TargetRequest; readonly notes?: readonly string[] }
  | { readonly done: Outcome; readonly notes?: readonly string[] };
