import type { Msg, MsgHdrs } from '@nats-io/transport-node';

/** Where a message stands, as the subject says that it is acknowledged on. */
interface Place {
  readonly stream: string;
  readonly seq: number;
  readonly deliverySeq: number;
  readonly storedAtNanos: number;
}

const nak = Buffer.from('-NAK');

/** A message of a stream, as a pull of its consumer was answered with. */
export class StreamMessage {
  private place: Place | null = null;

  constructor(private readonly message: Msg) {}

  get subject(): string {
    return this.message.subject;
  }

  get data(): Uint8Array {
    return this.message.data;
  }

  get headers(): MsgHdrs | undefined {
    return this.message.headers;
  }

  get stream(): string {
    return this.placed.stream;
  }

  get seq(): number {
    return this.placed.seq;
  }

  /** Counts what this consumer was sent: one is missing where it jumps. */
  get deliverySeq(): number {
    return this.placed.deliverySeq;
  }

  /** As exact as a number is, and the same each time it is delivered. */
  get storedAtNanos(): number {
    return this.placed.storedAtNanos;
  }

  /** What it takes of a pull's bytes: subjects, headers and data, as the broker counts it. The client has it, and its type does not say so. */
  get bytes(): number {
    return (this.message as Msg & { size(): number }).size();
  }

  string(): string {
    return this.message.string();
  }

  ack(): void {
    this.message.respond();
  }

  /** The next pull gets it, at once. */
  nak(): void {
    this.message.respond(nak);
  }

  private get placed(): Place {
    return (this.place ??= placeOf(this.message.reply ?? ''));
  }
}

/**
 * `$JS.ACK.<stream>.<consumer>.<times delivered>.<seq>.<delivery seq>.<nanoseconds>.<pending>`; with domains two parts stand before the stream
 * and one behind the rest (ADR-15 of NATS).
 */
function placeOf(ackSubject: string): Place {
  const parts = ackSubject.split('.');
  const from = parts.length === 9 ? 2 : 4;
  const [stream = '', , , seq, deliverySeq, storedAtNanos] = parts.slice(from);
  return { stream, seq: Number(seq), deliverySeq: Number(deliverySeq), storedAtNanos: Number(storedAtNanos) };
}
