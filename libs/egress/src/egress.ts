import type { HttpTargetRequest, MailTargetRequest } from '@waybill/contracts/sending/request';
import { createResolver } from './dial.js';
import type { NameResolver } from './dial.js';
import type { Secrets } from './fill.js';
import { HttpPools } from './http-pools.js';
import { judgeUrl } from './judge-url.js';
import { MailPool } from './mail-pool.js';
import type { DeploymentSmtp } from './mail-server.js';
import type { EgressPolicy } from './policy.js';
import { TokenDesk } from './oauth.js';
import { HttpSender } from './send-http.js';
import type { HttpLimits, HttpSent } from './send-http.js';
import { MailSender } from './send-mail.js';
import type { MailSent } from './send-mail.js';

export interface EgressOptions {
  readonly userAgent?: string;
  /** The deployment's own mail server; without it a mail connector needs one of its own. */
  readonly smtp?: DeploymentSmtp | null;
  /** What EHLO says; the machine's own name where nothing is given. */
  readonly ehloName?: string | undefined;
  /** Only specs hand it in. */
  readonly resolver?: NameResolver;
  /**
   * The time that a signature and a mail say, and at which an answer came whose Retry-After is a date; the machine's where nothing is given.
   * Receivers refuse a signature that is minutes off, so a service whose copies share a clock hands that in: one machine that is off is then no
   * reason for refusals. Time-outs run by the clock that nobody sets.
   */
  readonly nowMs?: () => number;
}

/** The only door out. One a process; it keeps connections, so close it at the end. */
export interface Egress {
  /**
   * Sends one request of a target and gives back what was answered, or why there is no answer. Secrets are filled in
   * here, and masked in everything that comes back. Never throws for what a connector or the world can cause.
   */
  sendHttp(request: HttpTargetRequest, secrets: Secrets, limits: HttpLimits): Promise<HttpSent>;
  /** Sends one mail and gives back what became of each recipient, in the server's own words. Never throws as `sendHttp`. */
  sendMail(request: MailTargetRequest, secrets: Secrets, limits: HttpLimits): Promise<MailSent>;
  /**
   * Greets the deployment's own mail server and logs in, as a mail would, and answers which it was; null where the deployment has none.
   * Rejects with what the server or the way to it said.
   */
  greetMailServer(timeoutMs: number): Promise<string | null>;
  /** Judges a URL by its text, at save, with the words that tell the user what to write. */
  check(url: string): ReturnType<typeof judgeUrl>;
  close(): Promise<void>;
}

export function createEgress(policy: EgressPolicy, options: EgressOptions = {}): Egress {
  const nowMs = options.nowMs ?? Date.now;
  const resolver = options.resolver ?? createResolver();
  const pools = new HttpPools(policy, resolver, nowMs);
  const tokens = new TokenDesk(policy, pools, nowMs);
  const sender = new HttpSender(policy, pools, tokens, nowMs, options.userAgent ?? 'Waybill');
  const mails = new MailPool(policy, resolver, tokens, options.ehloName);
  const mailSender = new MailSender(policy, mails, tokens, options.smtp ?? null, nowMs);
  return {
    sendHttp: (request, secrets, limits) => sender.send(request, secrets, limits),
    sendMail: (request, secrets, limits) => mailSender.send(request, secrets, limits),
    greetMailServer: (timeoutMs) => mailSender.greet(timeoutMs),
    check: (url) => judgeUrl(url, policy),
    close: async () => {
      mails.close();
      await pools.close();
    },
  };
}
