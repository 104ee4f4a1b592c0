import type { SecureContext } from 'node:tls';
import type { Values } from '../options.js';
import type { MailStage, ScriptedAnswer } from '../script.js';
import type { emailOptions } from './options.js';
import type { Reply } from './reply.js';
import type { Users } from './sasl.js';

/** What the dialogue asks of its surroundings. */
export interface Surroundings {
  options(): Values<typeof emailOptions>;
  /** Who may log in now. */
  users(): Users;
  /** A row of 9.7 has applied. */
  count(rule: string): void;
  /** `recipient` is empty before there is one. */
  script(stage: MailStage, recipient: string): ScriptedAnswer | null;
  /** The reply of a special recipient, or null where anybody else lives. */
  refusalOf(address: string): { readonly rule: string; readonly reply: Reply } | null;
  /** Judges and keeps a message; the reply may be a refusal. */
  take(taken: TakenMail): Promise<Reply>;
  secureContext(): SecureContext;
}

export interface TakenMail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly refused: readonly { readonly recipient: string; readonly reply: string }[];
  readonly user: string | null;
  readonly secure: boolean;
  readonly smtpUtf8: boolean;
  readonly raw: Buffer;
  readonly injectedCommands: boolean;
  readonly hello: string;
}
