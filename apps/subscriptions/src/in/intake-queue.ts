/** As many as one group commit of the log takes. */
export const intakeBatchMax = 500;
/**
 * Messages for which nobody waits are decided in smaller batches: whoever comes while one is under way waits for its end, and what it routes
 * waits for the whole of it to be carried on. Measured behind a burst of 10,000: 290 ms with batches of 500, 90 ms with 200; on a machine half
 * as fast 183 ms with 200, 129 with 100, 87 with these (and as many deliveries in an append of delivery).
 */
export const messagesBatchMax = 64;
/** While somebody waits for an answer, so many of those for which nobody waits go along: the batch is over in a fraction of the time. */
export const messagesBesideRequestsMax = 50;

/**
 * What a tenant's intake has to decide, in two lines: requests, whose publisher waits for a receipt, and messages of the stream, whose publisher
 * has its PubAck. Requests go first, or one of them would stand behind two full batches of a burst of ten thousand; messages always move.
 */
export class IntakeQueue<Waiting> {
  private requests: Waiting[] = [];
  private messages: Waiting[] = [];

  get requestCount(): number {
    return this.requests.length;
  }

  get isEmpty(): boolean {
    return this.requests.length === 0 && this.messages.length === 0;
  }

  addRequest(waiting: Waiting): void {
    this.requests.push(waiting);
  }

  addMessage(waiting: Waiting): void {
    this.messages.push(waiting);
  }

  /** Takes out what is decided next, at most `intakeBatchMax`; each line in its order. */
  next(): Waiting[] {
    if (this.requests.length === 0) return this.messages.splice(0, messagesBatchMax);
    const beside = Math.min(this.messages.length, messagesBesideRequestsMax);
    return [...this.requests.splice(0, intakeBatchMax - beside), ...this.messages.splice(0, beside)];
  }
}
