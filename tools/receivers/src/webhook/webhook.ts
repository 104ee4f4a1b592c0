import type { Answer } from '../answer.js';
import type { Call } from '../call.js';
import { option, Options } from '../options.js';
import type { Room } from '../room.js';
import { RuleBook } from '../rule.js';
import type { OAuth } from './oauth.js';
import { bodyKey, webhookRules, type WebhookCall, type WebhookMemory } from './rules.js';

export const webhookOptions = {
  signingSecrets: option<readonly string[] | null>(
    [],
    'whsec_… secrets; with one or more, every request must be signed (Standard Webhooks)',
  ),
  toleranceSeconds: option(300, 'how far webhook-timestamp may be off'),
  constantId: option(true, 'with signatures: a repeat of a refused body must carry the same webhook-id'),
  auth: option<unknown>(
    null,
    '{"kind":"basic","username","password"} | {"kind":"bearer","token"} | {"kind":"header","name","value"} | {"kind":"oauth2"}',
  ),
  disable: option(false, 'answer 200 with the header webhook-delivery: disable'),
  gone: option(false, 'answer 410; whatever arrives later is flagged'),
};

/** Attempts remembered per signed id and per refused body. */
export const attemptsMax = 100_000;

/** `/webhook/{name}`: any name exists; without options it answers 200 to everything and only records. */
export class Webhook implements Room {
  readonly target = 'webhook';
  readonly prefix = 'webhook';
  readonly options = new Options(webhookOptions);
  readonly #memory: WebhookMemory = { attempts: new Map(), refused: new Map(), ended: new Map() };
  readonly #book: RuleBook<WebhookCall>;

  constructor(readonly oauth: OAuth) {
    this.#book = new RuleBook('webhook', webhookRules(this.#memory, oauth));
  }

  nameOf(call: Call): string {
    const path = call.path;
    const name = path.slice('/webhook/'.length);
    return name.includes('%') ? decoded(name) : name;
  }

  /** Looks at the raw headers, not at the parsed ones: this is the hot path. */
  idOf(call: Call): string | null {
    const raw = call.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = raw[i] as string;
      if (name.length === 10 && name.toLowerCase() === 'webhook-id') return raw[i + 1] as string;
    }
    return null;
  }

  answer(call: Call): Answer {
    const name = this.nameOf(call);
    const answer = this.#book.judge(Object.assign(call, { name, options: this.options.of(name) }));
    this.#remember(call, name, answer.status);
    return answer;
  }

  scripted(call: Call, status: number | null): void {
    this.#book.count('webhook.script');
    const name = this.nameOf(call);
    if (status === 410) this.#memory.ended.set(name, 'arrived after 410');
    this.#remember(call, name, status);
  }

  /** The TLS port with client certificates refused somebody. */
  certificateRefused(): void {
    this.#book.count('webhook.mtls');
  }

  rules(): ReturnType<RuleBook<WebhookCall>['shown']> {
    return this.#book.shown();
  }

  state(): Record<string, unknown> {
    return { ended: Object.fromEntries(this.#memory.ended) };
  }

  clearState(): void {
    this.#memory.attempts.clear();
    this.#memory.refused.clear();
    this.#memory.ended.clear();
  }

  #remember(call: Call, name: string, status: number | null): void {
    if ((this.options.of(name).signingSecrets ?? []).length === 0) return;
    const { attempts, refused } = this.#memory;
    const id = this.idOf(call);
    if (id === null) return;
    if (attempts.size >= attemptsMax) attempts.clear();
    if (refused.size >= attemptsMax) refused.clear();
    attempts.set(`${name}/${id}`, { atMs: call.atMs, timestamp: call.header('webhook-timestamp') ?? '' });
    const key = bodyKey(name, call);
    // A 401 for a bad signature says nothing of which id is the delivery's own.
    if (status !== null && status >= 200 && status < 300) refused.delete(key);
    else if (status !== 401) refused.set(key, id);
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name that is no percent-encoding is kept as it came.
    return name;
  }
}
