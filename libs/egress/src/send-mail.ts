import type { Answer, MailTargetRequest } from '@waybill/contracts/sending/request';
import { grantOf } from './authorize.js';
import { EgressFault } from './fault.js';
import { secretOf } from './fill.js';
import type { Secrets } from './fill.js';
import { greetedAnswer, greetingAnswer, mailAnswer, noMailAnswer } from './mail-answer.js';
import { composeMail, shownMail } from './mail-message.js';
import type { MailMessage } from './mail-message.js';
import { type MailPhases, noMailPhases, roundedMs, timed } from './mail-phases.js';
import type { MailPool } from './mail-pool.js';
import { anonymous } from './http-pools.js';
import { readMailServer } from './mail-server.js';
import type { DeploymentSmtp, MailServer } from './mail-server.js';
import type { MailSession } from './mail-session.js';
import { xoauth2Of } from './mail-token.js';
import { maskFor, maskOf } from './mask.js';
import type { Mask } from './mask.js';
import type { TokenDesk } from './oauth.js';
import type { EgressPolicy } from './policy.js';
import type { HttpLimits, SentRequest } from './send-http.js';

export interface MailSent {
  readonly answer: Answer;
  readonly timingsMs: Readonly<MailPhases & { total: number }>;
  /** `method` is `SMTP`; headers are the ones a reader of the mail sees. */
  readonly sentRequest: SentRequest;
  readonly allowEntry: string | null;
}

const noTimings: MailSent['timingsMs'] = { ...noMailPhases(), total: 0 };

/** Sends one mail of a target through the door. */
export class MailSender {
  constructor(
    private readonly policy: EgressPolicy,
    private readonly pool: MailPool,
    private readonly tokens: TokenDesk,
    private readonly deployment: DeploymentSmtp | null,
    private readonly nowMs: () => number,
  ) {}

  async send(request: MailTargetRequest, secrets: Secrets, limits: HttpLimits): Promise<MailSent> {
    const begun = performance.now();
    const phases = noMailPhases();
    const from = request.from ?? this.deployment?.from ?? null;
    const shown: SentRequest = {
      method: 'SMTP',
      url: shownServer(request.smtpUrl ?? this.deployment?.url ?? ''),
      headers: shownMail(request, from),
    };
    let answer: Answer;
    let entry: string | null = null;
    try {
      const server = this.serverFor(request, secrets);
      const mask = this.maskWith(secrets, server);
      const ended =
        request.only === 'greeting'
          ? await this.converseOnly(server, mask, limits.timeoutMs, phases)
          : await this.converse(server, await this.compose(request), mask, limits.timeoutMs, phases);
      ({ answer, entry } = ended);
    } catch (error) {
      if (!(error instanceof EgressFault)) throw error;
      answer = noMailAnswer(error, maskOf(secrets), this.nowMs());
    }
    const isBlocked = answer.kind === 'none' && answer.code === 'egress_blocked';
    return {
      answer,
      // How long a refusal took would tell whether a name was looked up.
      timingsMs: isBlocked ? noTimings : { ...phases, total: roundedMs(performance.now() - begun) },
      sentRequest: shown,
      allowEntry: entry,
    };
  }

  /** Greets the deployment's own mail server and logs in, without a mail; null where there is none. */
  async greet(timeoutMs: number): Promise<string | null> {
    if (this.deployment === null) return null;
    const { url, password, caPem } = this.deployment;
    const server = readMailServer(url, password ?? null, this.policy, { isDeployments: true, caPem });
    const late = new EgressFault('timeout', `Waited ${timeoutMs} ms for the mail server.`, 'later');
    try {
      this.pool.give(server, await this.takeBy(server, timeoutMs, late, noMailPhases()));
    } catch (error) {
      throw new Error(this.maskWith({}, server)(error instanceof Error ? error.message : String(error)), {
        cause: error,
      });
    }
    return shownServer(url);
  }

  private compose(request: MailTargetRequest): Promise<MailMessage> {
    return composeMail(request, this.deployment?.from ?? null, this.nowMs());
  }

  /** A test of the connection: greets, secures, logs in, says one harmless thing and leaves. */
  private async converseOnly(
    server: MailServer,
    mask: Mask,
    timeoutMs: number,
    phases: MailPhases,
  ): Promise<{ answer: Answer; entry: string | null }> {
    const late = new EgressFault('timeout', `Waited ${timeoutMs} ms for the mail server.`, 'later');
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(late), timeoutMs);
    let session: MailSession | null = null;
    try {
      session = await this.pool.open(server, ending.signal, phases);
      ending.signal.addEventListener('abort', () => session?.abort(), { once: true });
      ending.signal.throwIfAborted();
      return { answer: greetedAnswer(await session.ask(), mask, this.nowMs()), entry: session.entry };
    } catch (error) {
      const ended: unknown = ending.signal.aborted ? late : error;
      return { answer: greetingAnswer([''], ended, mask, this.nowMs()), entry: session?.entry ?? null };
    } finally {
      clearTimeout(timer);
      session?.close();
    }
  }

  private serverFor(request: MailTargetRequest, secrets: Secrets): MailServer {
    if (request.smtpUrl !== null) {
      const password = request.passwordSecret === null ? null : secretOf(secrets, request.passwordSecret);
      const oauth = request.oauth === undefined ? null : grantOf(request.oauth, secrets, anonymous);
      return readMailServer(request.smtpUrl, password, this.policy, {
        isDeployments: false,
        caPem: request.caPem,
        oauth,
      });
    }
    if (this.deployment === null) {
      throw new EgressFault('request_invalid', 'The deployment has no mail server of its own.', 'never');
    }
    const { url, password, caPem } = this.deployment;
    return readMailServer(url, password ?? null, this.policy, { isDeployments: true, caPem });
  }

  /** The login puts user and password, or user and token, into one base64 text, which holds neither of their own forms. */
  private maskWith(secrets: Secrets, { username, password, oauth }: MailServer): Mask {
    const first = maskOf(secrets);
    const user = username ?? '';
    const known = password === null ? null : maskFor([password, `\u0000${user}\u0000${password}`]);
    return (text) => {
      // The tokens are there only when the conversation has been.
      const tokens = oauth === null ? [] : this.tokens.tokensOf(oauth);
      const masked = maskFor(tokens.flatMap((token) => [token, xoauth2Of(user, token)]))(text);
      // The pair before the password in it: a piece of the pair must not be left over.
      return first(known === null ? masked : known(masked));
    };
  }

  /** One deadline over the wait for a connection, the login and the mail. */
  private async converse(
    server: MailServer,
    message: MailMessage,
    mask: Mask,
    timeoutMs: number,
    phases: MailPhases,
  ): Promise<{ answer: Answer; entry: string | null }> {
    const until = performance.now() + timeoutMs;
    const late = new EgressFault('timeout', `Waited ${timeoutMs} ms for the mail server.`, 'later');
    let session: MailSession;
    try {
      session = await this.takeBy(server, timeoutMs, late, phases);
    } catch (error) {
      return { answer: greetingAnswer(message.recipients, error, mask, this.nowMs()), entry: null };
    }
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        session.abort();
      },
      Math.max(1, until - performance.now()),
    );
    const end = await timed(phases, 'data', () => session.send(message));
    clearTimeout(timer);
    this.pool.give(server, session);
    const isLost = isLate && end.error !== null && end.error.response === undefined && !end.isContentOut;
    const answer = isLost
      ? noMailAnswer(late, mask, this.nowMs())
      : mailAnswer(message.recipients, end, mask, this.nowMs());
    return { answer, entry: session.entry };
  }

  private async takeBy(
    server: MailServer,
    timeoutMs: number,
    late: EgressFault,
    phases: MailPhases,
  ): Promise<MailSession> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(late), timeoutMs);
    try {
      const session = await this.pool.take(server, ending.signal, phases);
      // It came in the same moment as the deadline; the next mail finds it.
      if (ending.signal.aborted) this.pool.give(server, session);
      ending.signal.throwIfAborted();
      return session;
    } catch (error) {
      throw ending.signal.aborted ? late : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

const shownServer = (url: string): string => {
  if (!URL.canParse(url)) return 'smtp:';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};
