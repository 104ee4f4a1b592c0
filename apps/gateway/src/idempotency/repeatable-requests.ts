import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import type { AnswerStore, Claim } from './answer-store.js';

/** An answer as it was given, and as a repeat may see it. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** null: no content. */
  readonly text: string | null;
  /** As `text`, without what is shown once; only this is stored. */
  readonly textOfReplay: string | null;
}

/** A repeat that comes while the first is being worked on waits for its answer, this long at most. */
export const repeatWaitMs = 10_000;
const repeatPollMs = 50;

/**
 * Answers a request once, however often it is sent with the same Idempotency-Key: a repeat gets the first answer, another request
 * with the same key is refused (`idempotency_conflict`), one at the same time waits. Keys belong to an API key of a tenant.
 * Only answers that changed something are kept; after an error the key is free, because nothing was promised with it.
 */
export class RepeatableRequests {
  constructor(
    private readonly store: AnswerStore,
    /** Told what the store could not do; the caller gets the truth about the request all the same. */
    private readonly onFault: (error: unknown) => void,
    private readonly nowMs: () => number = Date.now,
  ) {}

  async once(
    caller: { tenant: string; keyId: string },
    key: string,
    request: readonly (string | Buffer)[],
    act: () => Promise<KeptAnswer>,
  ): Promise<{ answer: KeptAnswer; replayed: boolean }> {
    const claim: Claim = {
      tenant: caller.tenant,
      keyId: caller.keyId,
      key,
      requestHash: hashOf(request),
      claim: randomUUID(),
    };
    const found = await this.claimOrAnswer(claim);
    if (found !== null) return { answer: found, replayed: true };
    let answer: KeptAnswer;
    try {
      answer = await act();
    } catch (error) {
      await this.store.release(claim).catch(this.onFault);
      throw error;
    }
    // It is done, so the caller must hear so even when the answer could not be kept.
    await this.store.keep(claim, answer).catch(this.onFault);
    return { answer, replayed: false };
  }

  /** null when this request is the one to act. */
  private async claimOrAnswer(claim: Claim): Promise<KeptAnswer | null> {
    const giveUpAtMs = this.nowMs() + repeatWaitMs;
    for (;;) {
      const found = await this.store.claim(claim).catch((error: unknown) => {
        this.onFault(error);
        throw new Refused('service_unavailable', 'An Idempotency-Key cannot be kept just now; nothing was done.');
      });
      if (found === 'ours') return null;
      if (!found.requestHash.equals(claim.requestHash)) {
        throw new Refused('idempotency_conflict', 'This Idempotency-Key was used for another request.');
      }
      if (found.answer !== null) return found.answer;
      if (this.nowMs() >= giveUpAtMs)
        throw new Refused('conflict', 'The first request with this Idempotency-Key is still being worked on.');
      await delay(repeatPollMs);
    }
  }
}

/** Each part is preceded by its length, so that no two requests spell the same bytes. */
function hashOf(parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part as string);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest();
}
