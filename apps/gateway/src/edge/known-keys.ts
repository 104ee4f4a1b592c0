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
  /** The registry was away when asked again: this entry is used until then without asking. */
  usableUntilMs: number;
}

/** A person waits for this with every request. */
const verifyTimeoutMs = 2_000;
/** While the registry is away not every request may wait for it. */
const awayPauseMs = 1_000;

/**
 * Who a key text belongs to, as the registry said a few seconds ago at most. Bounded; a key is asked for once at a time,
 * however many requests come with it. Keys are kept as hashes only.
 */
export class KnownKeys {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Promise<Known>>();

  constructor(
    private readonly verify: VerifyKey,
    private readonly nowMs: () => number,
  ) {}

  /** null for a key that is not (or no longer) good; throws `AskFailed` when the registry is away and the key was never seen. */
  async principalOf(keyText: string): Promise<Principal | null> {
    const keyId = keyIdOf(keyText);
    if (keyId === null) return null;
    const sha256 = createHash('sha256').update(keyText).digest('hex');
    const known = await this.look(keyId, sha256);
    const { principal } = known;
    const expiresAt = principal?.expiresAt;
    return expiresAt !== undefined && expiresAt !== null && Date.parse(expiresAt) <= this.nowMs() ? null : principal;
  }

  private async look(keyId: string, sha256: string): Promise<Known> {
    const known = this.known.get(sha256);
    if (known !== undefined && this.nowMs() < known.usableUntilMs) return known;
    const running = this.asking.get(sha256);
    if (running !== undefined) return running;
    const asking = this.askAgain(keyId, sha256, known).finally(() => this.asking.delete(sha256));
    this.asking.set(sha256, asking);
    return asking;
  }

  private async askAgain(keyId: string, sha256: string, known: Known | undefined): Promise<Known> {
    // The time before asking, so that a revocation during a slow answer is seen in time.
    const askedAtMs = this.nowMs();
    try {
      const principal = await this.verify(keyId, sha256);
      const usableUntilMs = askedAtMs + (principal === null ? keyRefusedMs : keyFreshMs);
      return this.remember(sha256, { principal, askedAtMs, usableUntilMs });
    } catch (error) {
      const now = this.nowMs();
      if (!known?.principal || now - known.askedAtMs >= keyStaleMs) throw error;
      known.usableUntilMs = now + awayPauseMs;
      return known;
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
