import type { ConsumerInfo, JetStreamManager, NextMsgRequest, SeqMsgRequest, StreamState } from '@nats-io/jetstream';

/**
 * A broker's consumer can pass over messages: they are in the queue, nobody was given them, and nobody will be. nats-server does so when it
 * compacts a block of messages while the consumer looks for its next one, which reads the end of the block in a moment in which it is not
 * right (nats-server pull request 8623, seen here with 2.14.0: 2,504 of 10,000 notifications stayed behind, and 774 another time). Compacting
 * goes with the broker's `sync_interval`, so a short one makes it more likely. Whoever takes from a queue looks for it, see ADR 0016.
 */
export class PassedOver extends Error {
  constructor(stream: string, seq: number) {
    super(`the broker's consumer of ${stream} passed over message ${seq}; it is made anew`);
    this.name = 'PassedOver';
  }
}

/**
 * Whether the first message of a queue is behind its consumer, and nobody has it. Exact where the consumer was asked first, the queue after it:
 * what was acknowledged in between is in neither.
 */
export function isBehind(queue: StreamState, consumer: ConsumerInfo): boolean {
  if (queue.messages === 0) return false;
  const { ack_floor: floor, delivered, num_ack_pending: unacknowledged } = consumer;
  return queue.first_seq <= floor.stream_seq || (unacknowledged === 0 && queue.first_seq <= delivered.stream_seq);
}

/** How far a queue was given, so that a hole in what comes is noticed. */
export class GivenSoFar {
  constructor(
    private readonly manager: JetStreamManager,
    private readonly stream: string,
    /** The first sequence that nobody was given. */
    private next: number,
  ) {}

  /**
   * How many messages of a batch come before the first hole in which the queue still has a message, and that message's sequence; null when there
   * is no such hole. What the queue has removed for other reasons, such as its limits, is no hole.
   */
  async holeIn(batch: readonly { readonly seq: number }[]): Promise<{ before: number; seq: number } | null> {
    for (const [index, { seq }] of batch.entries()) {
      // Given once more.
      if (seq < this.next) continue;
      const first = seq === this.next ? null : await this.firstFrom(this.next);
      if (first !== null && first < seq) return { before: index, seq: first };
      this.next = seq + 1;
    }
    return null;
  }

  private async firstFrom(seq: number): Promise<number | null> {
    // Where there is none of this sequence, the next one that there is.
    const asked: SeqMsgRequest & NextMsgRequest = { seq, next_by_subj: '>' };
    return (await this.manager.streams.getMessage(this.stream, asked))?.seq ?? null;
  }
}
