import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A mail client of a spec: says exactly what it is told, and reads whole replies. */
export class Talk {
  #socket: Socket;
  #text = '';
  #wake: (() => void) | null = null;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async open(smtpUrl: string): Promise<Talk> {
    const { hostname, port } = new URL(smtpUrl);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Talk(socket);
  }

  /** The next whole reply, several lines as one text; rejects when the server closes before. */
  async reply(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-[^\r]*\r\n)*\d{3} [^\r]*\r\n/.exec(this.#text)?.[0];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.trimEnd();
      }
      if (this.#closed) throw new Error('closed without a reply');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`, 'latin1');
    return this.reply();
  }

  /** All lines in turn; gives the last reply. */
  async sayAll(...lines: readonly string[]): Promise<string> {
    let last = '';
    for (const line of lines) last = await this.say(line);
    return last;
  }

  async startTls(ca: string): Promise<string> {
    const said = await this.say('STARTTLS');
    if (!said.startsWith('220')) return said;
    this.#socket.removeAllListeners();
    const socket = connectTls({ socket: this.#socket, ca, host: 'localhost', servername: 'localhost' });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    this.#socket = socket;
    this.#listen();
    return said;
  }

  /** Resolves when the server has closed. */
  async closed(): Promise<void> {
    while (!this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  end(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake?.();
    });
    for (const event of ['end', 'close', 'error'])
      this.#socket.on(event, () => {
        this.#closed = true;
        this.#wake?.();
      });
  }
}
