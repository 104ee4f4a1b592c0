import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask, AskFailed } from '@waybill/bus/ask';
import { keyIdOf, principalSchema, type Principal } from '@waybill/contracts/http/api-keys';
import { noTenant, rpcSubject } from '@waybill/contracts/subjects';
import { keyFreshMs, keyRefusedMs, keyStaleMs, knownKeysMax } from '../config.js';

/** Asks the registry who a key is; null when it is nobody. Throws when the registry does not answer. */
export type VerifyKey = (keyId: string, sha256: string) => Promise<Principal | null>;

interface Known {
  readonly principal: Principal | null;
  readonly askedAtMs: number;
}

/** A person waits for this with every request. */
const verifyTimeoutMs = 2_000;
/** Longer than one question takes to fail, so that under steady use only the first caller waits; short, so that a revocation counts soon after. */
const awayPauseMs = 3_000;

/**
 * Who a key text belongs to, as the registry said a few seconds ago at most. Bounded; a key is asked for once at a time,
 * however many requests come with it. Keys are kept as hashes only.
 */
export class KnownKeys {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Promise<Known>>();
  /** The registry did not answer a moment ago. */
  private awayUntilMs = 0;

  constructor(
    private readonly verify: VerifyKey,
    private readonly nowMs: () => number,
  ) {}

  /** null for a key that is not (or no longer) good; throws `AskFailed` when the registry is away and the key was never seen. */
  async principalOf(keyText: string): Promise<Principal | null> {
    const keyId = keyIdOf(keyText);
    if (keyId === null) return null;
    return this.principalOfHash(keyId, sha256Of(keyText));
  }

  /** As `principalOf`, for who holds only the key's SHA-256 (hex): a session. */
  async principalOfHash(keyId: string, sha256: string): Promise<Principal | null> {
    const { principal } = await this.look(keyId, sha256);
    const expiresAt = principal?.expiresAt;
    return expiresAt !== undefined && expiresAt !== null && Date.parse(expiresAt) <= this.nowMs() ? null : principal;
  }

  private async look(keyId: string, sha256: string): Promise<Known> {
    const known = this.known.get(sha256);
    if (known !== undefined && this.isFresh(known)) return known;
    const asking = this.asking.get(sha256) ?? this.ask(keyId, sha256);
    if (known === undefined || !this.isUsableWhileAway(known)) return asking;
    // Nobody waits for a registry that did not answer the last time; its answer counts as soon as it comes.
    if (this.nowMs() < this.awayUntilMs) return known;
    return asking.catch(() => known);
  }

  private isFresh({ principal, askedAtMs }: Known): boolean {
    return this.nowMs() - askedAtMs < (principal === null ? keyRefusedMs : keyFreshMs);
  }

  private isUsableWhileAway({ principal, askedAtMs }: Known): boolean {
    return principal !== null && this.nowMs() - askedAtMs < keyStaleMs;
  }

  private ask(keyId: string, sha256: string): Promise<Known> {
    const asking = this.askNow(keyId, sha256).finally(() => this.asking.delete(sha256));
    this.asking.set(sha256, asking);
    // Who waits for it hears of the failure; when nobody does it is no defect.
    asking.catch(() => undefined);
    return asking;
  }

  private async askNow(keyId: string, sha256: string): Promise<Known> {
    // The time before asking, so that a revocation during a slow answer is seen in time.
    const askedAtMs = this.nowMs();
    try {
      const principal = await this.verify(keyId, sha256);
      this.awayUntilMs = 0;
      return this.remember(sha256, { principal, askedAtMs });
    } catch (error) {
      this.awayUntilMs = this.nowMs() + awayPauseMs;
      throw error;
    }
  }

  private remember(sha256: string, known: Known): Known {
    this.known.delete(sha256);
    this.known.set(sha256, known);
    // Insertion order is order of the last answer: the first is the one nobody has used for longest.
    if (this.known.size > knownKeysMax) this.known.delete(this.known.keys().next().value as string);
    return known;
  }
}

/** What the registry knows a key by. */
export function sha256Of(keyText: string): string {
  return createHash('sha256').update(keyText).digest('hex');
}

/** The registry's `keys.verify`: a problem of the caller (unknown, revoked, expired) is null, anything else is thrown. */
export function verifyByRegistry(nc: NatsConnection): VerifyKey {
  return async (keyId, sha256) => {
    try {
      const answer = await ask<unknown>(
        nc,
        rpcSubject('registry', noTenant, 'keys.verify'),
        { keyId, sha256 },
        { timeoutMs: verifyTimeoutMs },
      );
      return principalSchema.parse(answer);
    } catch (error) {
      if (error instanceof AskFailed && [401, 403, 404, 410, 422].includes(error.problem.status)) return null;
      throw error;
    }
  };
}
