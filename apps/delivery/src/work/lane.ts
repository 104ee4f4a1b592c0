import type { Job } from './job.js';

/** So many deliveries of one connector wait in memory; the others wait in the due table and are fetched when there is room. */
export const laneWaitingMax = 20_000;
/** However fast a target is, no more than this is begun ahead of what is being sent. */
export const beginAheadMax = 1_000;

/**
 * One connector's place in the engine: what is being sent, what has begun and waits for a slot, what waits to begin.
 * A target that answers fast gets attempts begun ahead, so that they share an append; a slow one gets no more than its slots,
 * because what has begun and never leaves would be unknown after a crash.
 */
export class Lane {
  readonly begun: Job[] = [];
  readonly waiting: Job[] = [];
  inFlight = 0;
  /** Attempts whose AttemptStarted is being appended. */
  beginning = 0;
  /** Epoch ms; nothing starts before. */
  pausedUntilMs = 0;
  private finishedLately = 0;
  private finishedBefore = 0;
  private periodStartMs = 0;

  constructor(
    readonly connectorId: string,
    public maxConcurrent: number,
  ) {}

  /** How many more attempts may begin now. */
  roomToBegin(nowMs: number): number {
    if (nowMs < this.pausedUntilMs) return 0;
    return Math.max(0, this.beginAhead(nowMs) - this.begun.length - this.inFlight - this.beginning);
  }

  get hasSlot(): boolean {
    return this.inFlight < this.maxConcurrent;
  }

  get idle(): boolean {
    return this.inFlight === 0 && this.beginning === 0 && this.begun.length === 0 && this.waiting.length === 0;
  }

  finished(nowMs: number): void {
    this.turnPeriod(nowMs);
    this.finishedLately += 1;
  }

  /** Half a second of work at the present speed, at least the slots. */
  private beginAhead(nowMs: number): number {
    this.turnPeriod(nowMs);
    const lately = Math.max(this.finishedLately, this.finishedBefore);
    return Math.min(beginAheadMax, Math.max(this.maxConcurrent, lately));
  }

  private turnPeriod(nowMs: number): void {
    if (nowMs - this.periodStartMs < 500) return;
    this.finishedBefore = nowMs - this.periodStartMs < 1_000 ? this.finishedLately : 0;
    this.finishedLately = 0;
    this.periodStartMs = nowMs;
  }
}
