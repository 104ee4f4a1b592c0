import { AskFailed, askTimeoutMs } from '@waybill/bus/ask';
import { problem } from '@waybill/service-kit/problems';

/** One timeout may be chance, or one question that was too large. */
export const silentAfter = 2;
/** Between the end of one try and the next. */
export const tryPauseMs = 1_000;
/** More than tenants and calls can be silent at a time; the bound is there for what nobody thought of. */
const silentMax = 10_000;

interface Silence {
  readonly timeouts: number;
  /** Epoch ms from which on one more question is let through. */
  readonly nextTryMs: number;
}

/**
 * Calls of a service that went unanswered: one question at a time finds out whether it answers again, and whoever asks meanwhile hears at
 * once that it does not, instead of waiting for as long as those before. Told apart by tenant too, so that nobody's large question makes
 * a call silent for others.
 */
export class SilentCalls {
  private readonly silences = new Map<string, Silence>();

  constructor(private readonly nowMs: () => number) {}

  /** Asks, or throws `AskFailed` with `service_unavailable` without asking. */
  async through<T>(tenant: string, call: string, ask: () => Promise<T>): Promise<T> {
    const key = `${tenant} ${call}`;
    const silence = this.silences.get(key);
    if (silence !== undefined && silence.timeouts >= silentAfter) {
      if (this.nowMs() < silence.nextTryMs) throw new AskFailed(problem('service_unavailable', detail));
      this.silences.set(key, { ...silence, nextTryMs: this.nowMs() + askTimeoutMs + tryPauseMs });
    }
    try {
      const answer = await ask();
      this.silences.delete(key);
      return answer;
    } catch (error) {
      if (isTimeout(error)) this.note(key);
      else this.silences.delete(key);
      throw error;
    }
  }

  private note(key: string): void {
    if (this.silences.size >= silentMax) this.silences.clear();
    const timeouts = (this.silences.get(key)?.timeouts ?? 0) + 1;
    this.silences.set(key, { timeouts, nextTryMs: this.nowMs() + tryPauseMs });
  }
}

const detail = 'The service did not answer the last times; it is asked again every second.';

const isTimeout = (error: unknown): boolean => error instanceof AskFailed && error.problem.code === 'service_timeout';
