import type { HttpTargetRequest } from '@waybill/contracts/sending/request';
import { createResolver } from './dial.js';
import type { NameResolver } from './dial.js';
import type { Secrets } from './fill.js';
import { HttpPools } from './http-pools.js';
import { judgeUrl } from './judge-url.js';
import type { EgressPolicy } from './policy.js';
import { TokenDesk } from './oauth.js';
import { HttpSender } from './send-http.js';
import type { HttpLimits, HttpSent } from './send-http.js';

export interface EgressOptions {
  readonly userAgent?: string;
  /** Only specs hand these in. */
  readonly resolver?: NameResolver;
  readonly nowMs?: () => number;
}

/** The only door out. One a process; it keeps connections, so close it at the end. */
export interface Egress {
  /**
   * Sends one request of a target and gives back what was answered, or why there is no answer. Secrets are filled in
   * here, and masked in everything that comes back. Never throws for what a connector or the world can cause.
   */
  sendHttp(request: HttpTargetRequest, secrets: Secrets, limits: HttpLimits): Promise<HttpSent>;
  /** Judges a URL by its text, at save, with the words that tell the user what to write. */
  check(url: string): ReturnType<typeof judgeUrl>;
  close(): Promise<void>;
}

export function createEgress(policy: EgressPolicy, options: EgressOptions = {}): Egress {
  const nowMs = options.nowMs ?? Date.now;
  const resolver = options.resolver ?? createResolver();
  const pools = new HttpPools(policy, resolver, nowMs);
  const sender = new HttpSender(policy, pools, new TokenDesk(policy, pools, nowMs), nowMs, options.userAgent ?? 'Waybill');
  return {
    sendHttp: (request, secrets, limits) => sender.send(request, secrets, limits),
    check: (url) => judgeUrl(url, policy),
    close: () => pools.close(),
  };
}
