import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { leafHeader, sealedAtHeader } from '@waybill/contracts/log-event';
import { logSubject } from '@waybill/contracts/subjects';
import type { WireEvent } from './log-reader.js';

/** Publishes under way at once: past 256-1,000 JetStream gets no faster (reference/event-log.md 4.3). */
export const outstandingMax = 512;
/**
 * Every so many-th publish asks for an answer, and the last of a batch. Each expects the one before it, so an answer for one is an answer
 * for all before it; a publish that is refused makes every later one be refused too.
 */
export const answerEvery = 32;
/** No answer for so long while some are due: the broker is away, or the stream has stopped answering. */
const ackTimeoutMs = 5_000;

/**
 * One run of pipelined publishes, each expecting the one before it.
 *
 * The client's own `publish` makes a request, a timer and a promise for every message, which cost more than everything else a delivery
 * needs (measured: 60 us of 400). Here one subscription hears the answers, which come in order; the first that is no success ends the run.
 */
export class Publishing {
  failure: Error | null = null;
  private acked: number;
  /** The last position whose publish asked for an answer. */
  private asked: number;
  private answeredAtMs = 0;
  private waiting: (() => void)[] = [];
  private readonly inbox: string;
  private readonly answers: Subscription;
  /** Runs while an answer is due. */
  private watch: NodeJS.Timeout | null = null;

  constructor(
    private readonly connection: NatsConnection,
    private readonly log: string,
    /** The position that was sent last. */
    public sent: number,
    private readonly reached: (position: number) => void,
    /** Told once, when nothing more can be published. */
    private readonly failed: () => void,
  ) {
    this.acked = sent;
    this.asked = sent;
    this.inbox = createInbox(inboxPrefixOf(connection));
    this.answers = connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => this.answered(error, message),
    });
  }

  get outstanding(): number {
    return this.failure === null ? this.sent - this.acked : 0;
  }

  /** Publishes the next event; `isLast` when nothing follows for now, so that somebody hears whether all of it was taken. */
  send(event: WireEvent, isLast: boolean): void {
    const { position } = event;
    if (position !== this.sent + 1) throw new Error(`position ${position} does not follow ${this.sent}`);
    if (this.outstanding === 0) this.answeredAtMs = Date.now();
    this.sent = position;
    const header = headersOf(event);
    const asks = isLast || position % answerEvery === 0;
    if (asks) {
      this.asked = position;
      this.watch ??= setInterval(() => this.lookAtClock(), 1_000);
    }
    const options = asks ? { headers: header, reply: `${this.inbox}.${position}` } : { headers: header };
    this.connection.publish(logSubject(this.log, event.tenant, event.type), event.bytes, options);
  }

  /** Resolves when there is room for another one, or when one failed. */
  room(): Promise<void> {
    return this.until(() => this.outstanding < outstandingMax);
  }

  /** Resolves when every publish that asked has been answered, or one failed. */
  settled(): Promise<void> {
    return this.until(() => this.acked >= this.asked);
  }

  /** Ends the run where the answers that are due will not come. */
  giveUp(): void {
    this.fail(new Error(`the connection was lost; ${this.outstanding} publishes are under way`));
  }

  /** Call it when the run is over: nobody hears answers after that. */
  close(): void {
    this.stopWatch();
    this.answers.unsubscribe();
  }

  private answered(error: Error | null, message: Msg): void {
    if (this.failure !== null) return;
    if (error !== null) return this.fail(error);
    const position = Number(message.subject.slice(this.inbox.length + 1));
    const fault = faultOf(message, position);
    if (fault !== null) return this.fail(fault);
    this.acked = position;
    this.answeredAtMs = Date.now();
    this.reached(position);
    this.wake();
  }

  private fail(error: Error): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.failed();
    this.wake();
  }

  private lookAtClock(): void {
    if (this.acked >= this.asked) return this.stopWatch();
    if (Date.now() - this.answeredAtMs < ackTimeoutMs) return;
    this.fail(
      new Error(`no answer from JetStream for ${ackTimeoutMs} ms; ${this.outstanding} publishes are under way`),
    );
  }

  private stopWatch(): void {
    if (this.watch !== null) clearInterval(this.watch);
    this.watch = null;
  }

  private wake(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const look of waiting) look();
  }

  private until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (condition() || this.failure !== null) resolve();
        else this.waiting.push(look);
      };
      look();
    });
  }
}

/** Headers that are bytes from the beginning: the client's own way is to check and join each by itself, for values that cannot be wrong. */
class WrittenHeaders {
  constructor(private readonly text: string) {}

  encode(): Uint8Array {
    return Buffer.from(this.text, 'latin1');
  }
}

function headersOf({ position, leafHex, sealedAt }: WireEvent): MsgHdrs {
  const sealed = sealedAt === null ? '' : `${sealedAtHeader}: ${sealedAt}\r\n`;
  const text = `NATS/1.0\r\nNats-Expected-Last-Sequence: ${position - 1}\r\n${leafHeader}: ${leafHex}\r\n${sealed}\r\n`;
  // Of all that headers can do the client asks these for their bytes only.
  return new WrittenHeaders(text) as unknown as MsgHdrs;
}

interface PubAck {
  readonly seq?: number;
  readonly error?: ConstructorParameters<typeof JetStreamApiError>[0];
}

function faultOf(message: Msg, position: number): Error | null {
  // Without a stream nobody hears the subject, and the broker answers with an empty message and a status.
  if (message.data.length === 0)
    return new Error(`JetStream did not take position ${position}: status ${message.headers?.code ?? 'none'}`);
  const { seq, error } = message.json<PubAck>();
  if (error !== undefined) return new JetStreamApiError(error);
  return seq === position ? null : new Error(`position ${position} became sequence ${seq}`);
}

/** Each user may hear its own inbox only, and the connection knows which that is. */
function inboxPrefixOf(connection: NatsConnection): string | undefined {
  return (connection as NatsConnection & { options?: { inboxPrefix?: string } }).options?.inboxPrefix;
}
