import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { eventually } from './story.js';

export interface HeardMessage {
  readonly subject: string;
  readonly body: string;
}

const answerWaitMs = 10_000;

/**
 * The text protocol of NATS over a bare socket, without a library: what a publisher in any language has to be able to do.
 * https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export class NatsText {
  private heard: HeardMessage[] = [];
  private rest = Buffer.alloc(0);
  private pongs = 0;
  private fault = '';
  private next = 1;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error) => (this.fault = error.message));
  }

  /** Connects with the user and password of the URL; rejects where they are not taken. */
  static async open(natsUrl: string): Promise<NatsText> {
    const url = new URL(natsUrl);
    const client = new NatsText(connect(Number(url.port), url.hostname));
    const user = decodeURIComponent(url.username);
    const pass = decodeURIComponent(url.password);
    client.socket.write(
      `CONNECT ${JSON.stringify({ user, pass, verbose: false, pedantic: false, headers: true, no_responders: true, lang: 'text', version: '1', protocol: 1 })}\r\n`,
    );
    await client.flush();
    return client;
  }

  /** A message with headers where there are some, else a plain one. */
  publish(subject: string, body: string, headers: Readonly<Record<string, string>> = {}, reply = ''): void {
    const bytes = Buffer.from(body, 'utf8');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = lines.length === 0 ? '' : `NATS/1.0\r\n${lines.join('')}\r\n`;
    const sizes =
      head === '' ? `${bytes.length}` : `${Buffer.byteLength(head)} ${Buffer.byteLength(head) + bytes.length}`;
    const verb = head === '' ? 'PUB' : 'HPUB';
    this.socket.write(
      Buffer.concat([
        Buffer.from(`${verb} ${subject} ${reply === '' ? '' : `${reply} `}${sizes}\r\n${head}`),
        bytes,
        Buffer.from('\r\n'),
      ]),
    );
  }

  async subscribe(subject: string): Promise<void> {
    this.socket.write(`SUB ${subject} ${(this.next += 1)}\r\n`);
    await this.flush();
  }

  /** Publishes with a reply subject and answers the first message on it; a JetStream publish is answered by its PubAck. */
  async request(subject: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    // New each time, as every client library has it: on a reply subject that a JetStream publish has used, the broker (2.14) refuses
    // the answer of a service that may only answer (`allow_responses`).
    const inbox = `_INBOX.${randomUUID()}`;
    await this.subscribe(inbox);
    this.publish(subject, body, headers, inbox);
    return (await this.hears(inbox)).body;
  }

  /** The first message on the subject that fits, also one that came before. */
  hears(subject: string, fits: (body: string) => boolean = () => true): Promise<HeardMessage> {
    return eventually(`a message on ${subject}`, answerWaitMs, () => {
      if (this.fault !== '') throw new Error(this.fault);
      return Promise.resolve(this.heard.find((one) => one.subject === subject && fits(one.body)) ?? null);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private async flush(): Promise<void> {
    const wanted = this.pongs + 1;
    this.socket.write('PING\r\n');
    await eventually('an answer of the broker', answerWaitMs, () => {
      if (this.fault !== '') throw new Error(this.fault);
      return Promise.resolve(this.pongs >= wanted ? true : null);
    });
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = this.rest.indexOf('\r\n'); end >= 0; end = this.rest.indexOf('\r\n')) {
      const [verb = '', ...words] = this.rest.toString('utf8', 0, end).split(' ');
      const isMessage = verb === 'MSG' || verb === 'HMSG';
      const bytes = isMessage ? Number(words.at(-1)) : 0;
      const after = end + 2 + (isMessage ? bytes + 2 : 0);
      if (this.rest.length < after) return;
      const headBytes = verb === 'HMSG' ? Number(words.at(-2)) : 0;
      if (isMessage)
        this.heard.push({
          subject: words[0] ?? '',
          body: this.rest.toString('utf8', end + 2 + headBytes, end + 2 + bytes),
        });
      if (verb === 'PING') this.socket.write('PONG\r\n');
      if (verb === 'PONG') this.pongs += 1;
      if (verb === '-ERR') this.fault = words.join(' ');
      this.rest = this.rest.subarray(after);
    }
  }
}
