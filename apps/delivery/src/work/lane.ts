import { deadlineSlackMs } from '@waybill/contracts/attempt-time';
import type { Connector } from './connectors.js';
import type { Job } from './job.js';

/** So many deliveries of one connector wait in memory; the others wait in the due table and are fetched when there is room. */
export const laneWaitingMax = 20_000;
/** However fast a target is, no more than this is begun ahead of what is being sent. */
export const beginAheadMax = 1_000;
/** Over so long a connector's speed is counted; a shorter time than the second figure says too little of it. */
const periodMs = 500;
const speedSpanMsMin = 50;
/** Of so long a time the work is begun ahead: a few appends of a busy log. What is more waits longer and is carried along in memory. */
const aheadMs = 250;
/** While first attempts wait, every so many-th place goes to a retry or redelivery. */
export const lateEvery = 8;

/**
 * One connector's place in the engine: what is being sent, what has begun and waits for a slot, what waits to begin.
 * A target that answers fast gets attempts begun ahead, so that they share an append; a slow one gets no more than its slots,
 * because what has begun and never leaves would be unknown after a crash.
 */
export class Lane {
  readonly begun: Job[] = [];
  inFlight = 0;
  /** Attempts whose AttemptStarted is being appended. */
  beginning = 0;
  /** Set while the lane waits for a moment: the end of a pause, the next place of its rate. */
  timer: NodeJS.Timeout | null = null;
  private readonly first: Job[] = [];
  private readonly late: Job[] = [];
  private taken = 0;
  private tokens = 0;
  private tokensAtMs = 0;
  private finishedLately = 0;
  private finishedBefore = 0;
  private periodStartMs = 0;

  constructor(public connector: Connector) {
    this.tokens = this.tokensMax;
  }

  get tenant(): string {
    return this.connector.tenant;
  }

  /** Where it sends; for targets whose URL is a secret the target itself. */
  get host(): string {
    const { url, baseUrl } = this.connector.config;
    const address = typeof url === 'string' ? url : baseUrl;
    return (typeof address === 'string' && URL.parse(address)?.host) || this.connector.target;
  }

  get waitingCount(): number {
    return this.first.length + this.late.length;
  }

  get waiting(): readonly Job[] {
    return [...this.first, ...this.late];
  }

  wait(job: Job): void {
    (isFirst(job) ? this.first : this.late).push(job);
  }

  /** Takes up to `count` that begin next: first attempts before late ones, with a place for a late one now and then. */
  takeWaiting(count: number, nowMs: number): Job[] {
    const jobs: Job[] = [];
    while (jobs.length < count) {
      this.taken += 1;
      const job =
        this.taken % lateEvery === 0
          ? (this.late.shift() ?? this.first.shift())
          : (this.first.shift() ?? this.late.shift());
      if (job === undefined) break;
      jobs.push(job);
    }
    this.spend(jobs.length, nowMs);
    return jobs;
  }

  /** Takes out what waits, all of it or what `wanted` says. */
  clearWaiting(wanted: (job: Job) => boolean = () => true): Job[] {
    const out: Job[] = [];
    for (const queue of [this.first, this.late])
      for (const job of queue.splice(0)) (wanted(job) ? out : queue).push(job);
    return out;
  }

  /** Takes out what has begun and would leave only at `leavesMs`, too late for its deadline. */
  takeLate(leavesMs: number): Job[] {
    // Half of the slack is left for sending: it must have as much time as the connector says, and its outcome a moment to be written.
    const isLate = ({ state }: Job): boolean =>
      state.status === 'attempting' && Date.parse(state.attempt.deadline) - deadlineSlackMs / 2 < leavesMs;
    const out: Job[] = [];
    for (const job of this.begun.splice(0)) (isLate(job) ? out : this.begun).push(job);
    return out;
  }

  /** How many more attempts may begin now with so many slots; bounded by the connector's rate. */
  roomToBegin(slots: number, nowMs: number): number {
    if (slots === 0) return 0;
    // A lane that is being tried begins nothing ahead.
    const ahead = slots < this.connector.limits.maxConcurrent ? slots : this.beginAhead(nowMs);
    const room = ahead - this.begun.length - this.inFlight - this.beginning;
    return Math.max(0, Math.min(room, Math.floor(this.tokensNow(nowMs))));
  }

  /** Counts attempts that begin against the connector's rate. */
  spend(count: number, nowMs: number): void {
    if (this.connector.limits.maxPerSecond === null) return;
    this.tokens = this.tokensNow(nowMs) - count;
    this.tokensAtMs = nowMs;
  }

  /** When the rate lets the next attempt begin; 0 for now. */
  msToToken(nowMs: number): number {
    const rate = this.connector.limits.maxPerSecond;
    const missing = 1 - this.tokensNow(nowMs);
    return rate === null || missing <= 0 ? 0 : Math.ceil((missing / rate) * 1_000);
  }

  /** Nothing to do, and nothing to remember: its rate would be forgotten with it. */
  isIdle(nowMs: number): boolean {
    const empty = this.inFlight === 0 && this.beginning === 0 && this.begun.length === 0 && this.waitingCount === 0;
    return (
      empty &&
      this.timer === null &&
      (this.connector.limits.maxPerSecond === null || this.tokensNow(nowMs) >= this.tokensMax)
    );
  }

  /** How many attempts end in a millisecond at present. */
  perMs(nowMs: number): number {
    this.turnPeriod(nowMs);
    // The speed of a period that has just begun is what it will come to: waiting for its end would make every burst begin slowly.
    const soFarMs = Math.max(speedSpanMsMin, nowMs - this.periodStartMs);
    return Math.max(this.finishedLately / soFarMs, this.finishedBefore / periodMs);
  }

  finished(nowMs: number): void {
    this.turnPeriod(nowMs);
    this.finishedLately += 1;
  }

  /** A tenth of a second's worth may go at once; more would be a burst. */
  private get tokensMax(): number {
    return Math.max(1, (this.connector.limits.maxPerSecond ?? Infinity) / 10);
  }

  private tokensNow(nowMs: number): number {
    const rate = this.connector.limits.maxPerSecond;
    if (rate === null) return Infinity;
    return Math.min(this.tokensMax, this.tokens + ((nowMs - this.tokensAtMs) / 1_000) * rate);
  }

  /** What the target takes within `aheadMs` at its present speed, at least the slots. */
  private beginAhead(nowMs: number): number {
    return Math.min(
      beginAheadMax,
      Math.max(this.connector.limits.maxConcurrent, Math.floor(this.perMs(nowMs) * aheadMs)),
    );
  }

  private turnPeriod(nowMs: number): void {
    if (nowMs - this.periodStartMs < periodMs) return;
    this.finishedBefore = nowMs - this.periodStartMs < 2 * periodMs ? this.finishedLately : 0;
    this.finishedLately = 0;
    this.periodStartMs = nowMs;
  }
}

function isFirst({ state }: Job): boolean {
  return state.status === 'pending' && state.attempts === 0;
}
