import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { MailStage } from '../script.js';
import { Lines, unstuffed } from './lines.js';
import { readRecipient, readSender } from './path.js';
import { hello, reply, written, type Reply } from './reply.js';
import { Sasl, type SaslStep } from './sasl.js';
import type { Surroundings, TakenMail } from './surroundings.js';

/** Bytes of a message that is never ended; far above every sizeMax a test would set. */
const waitingMax = 64 * 1024 * 1024;

type Mode = 'command' | 'auth' | 'data';

/** One connection, from greeting to close. Commands are answered one after the other. */
export class Dialogue {
  #socket: Socket;
  #lines = new Lines();
  #mode: Mode = 'command';
  #busy = false;
  #closed = false;
  #secure: boolean;
  #hello = '';
  #user: string | null = null;
  readonly #sasl = new Sasl();
  #from: string | null = null;
  #smtpUtf8 = false;
  #recipients: string[] = [];
  #refused: { recipient: string; reply: string }[] = [];

  constructor(
    socket: Socket,
    readonly around: Surroundings,
  ) {
    this.#socket = socket;
    this.#secure = socket instanceof TLSSocket;
    this.#listen();
    void this.#greet();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#lines.push(chunk);
      if (this.#lines.waiting > waitingMax) this.#socket.destroy();
      else void this.#read();
    });
    // A sender that goes away in the middle has nothing more to hear.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => (this.#closed = true));
  }

  async #greet(): Promise<void> {
    this.#busy = true;
    const { greeting421, greetingDelayMs } = this.around.options();
    if (greetingDelayMs > 0) this.around.count('email.greeting-delay');
    if (greetingDelayMs > 0) await setTimeout(greetingDelayMs);
    if (greeting421) {
      this.around.count('email.greeting-421');
      this.#sayAndClose(reply(421, '4.3.2', 'Service shutting down'));
    } else if (!(await this.#scripted('connect'))) {
      this.#say(reply(220, '', 'receivers.test ESMTP'));
    }
    this.#busy = false;
    await this.#read();
  }

  async #read(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (!this.#closed && (await this.#readOne()));
    } finally {
      this.#busy = false;
    }
  }

  async #readOne(): Promise<boolean> {
    if (this.#mode === 'data') {
      const message = this.#lines.message();
      if (message === null) return false;
      this.#mode = 'command';
      await this.#end(message);
      return true;
    }
    const command = this.#lines.command();
    if (command === null) return false;
    if (command === 'too long') this.#sayAndClose(reply(500, '5.5.2', 'Line too long'));
    else if (this.#mode === 'command') await this.#command(command.line);
    else this.#judgeAuth(this.#sasl.next(command.line, this.around.users()));
    return true;
  }

  async #command(line: string): Promise<void> {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    const rest = line.slice(verb.length).trim();
    switch (verb) {
      case 'EHLO':
      case 'LHLO':
      case 'HELO':
        return this.#greeted(verb, rest);
      case 'STARTTLS':
        return this.#startTls();
      case 'AUTH':
        return this.#auth(rest);
      case 'MAIL':
        return this.#mail(rest);
      case 'RCPT':
        return this.#rcpt(rest);
      case 'DATA':
        return this.#data();
      case 'RSET':
        this.#resetMail();
        return this.#say(reply(250, '2.0.0', 'Flushed'));
      case 'NOOP':
        return this.#say(reply(250, '2.0.0', 'OK'));
      case 'QUIT':
        return this.#sayAndClose(reply(221, '2.0.0', 'Bye'));
      default:
        return this.#say(reply(502, '5.5.1', 'Command not recognized'));
    }
  }

  async #greeted(verb: string, name: string): Promise<void> {
    if (await this.#scripted('ehlo')) return;
    this.#hello = name;
    this.#resetMail();
    if (verb === 'HELO') return this.#say(reply(250, '', 'receivers.test'));
    const options = this.around.options();
    if (options.startTls === 'hidden') this.around.count('email.starttls-hidden');
    this.#socket.write(hello(options, this.#secure));
  }

  #startTls(): void {
    const { startTls, certificate } = this.around.options();
    if (this.#secure) return this.#say(reply(503, '5.5.1', 'TLS is on already'));
    if (startTls === 'hidden') return this.#say(reply(502, '5.5.1', 'Command not implemented'));
    if (startTls === 'refused') {
      this.around.count('email.starttls-refused');
      return this.#say(reply(454, '4.7.0', 'TLS not available due to temporary reason'));
    }
    if (certificate !== 'good') this.around.count('email.certificate');
    this.#say(reply(220, '2.0.0', 'Ready to start TLS'));
    this.#lines.forget();
    this.#resetMail();
    this.#user = null;
    this.#socket.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext: this.around.secureContext() });
    this.#secure = true;
    this.#listen();
  }

  async #auth(rest: string): Promise<void> {
    if (await this.#scripted('auth')) return;
    if (!this.#secure) {
      this.around.count('email.auth-clear');
      if (this.around.options().clearAuth === 'hidden') return this.#say(reply(503, '5.5.1', 'AUTH is not available'));
      return this.#say(reply(538, '5.7.11', 'Encryption required for requested authentication mechanism'));
    }
    this.#judgeAuth(this.#sasl.start(rest, this.around.users()));
  }

  #judgeAuth(step: SaslStep): void {
    if ('prompt' in step) {
      this.#mode = 'auth';
      this.#socket.write(`334 ${step.prompt}\r\n`);
      return;
    }
    this.#mode = 'command';
    if ('user' in step) {
      this.#user = step.user;
      return this.#say(reply(235, '2.7.0', 'Authentication successful'));
    }
    this.around.count(step.rule);
    if (step.last) return this.#sayAndClose(step.refused);
    return this.#say(step.refused);
  }

  async #mail(rest: string): Promise<void> {
    if (await this.#scripted('mail')) return;
    const { requireTls, requireAuth, sizeMax } = this.around.options();
    if (requireTls && !this.#secure) {
      this.around.count('email.tls-required');
      return this.#say(reply(530, '5.7.0', 'Must issue a STARTTLS command first'));
    }
    if (requireAuth && this.#user === null) {
      this.around.count('email.auth-required');
      return this.#say(reply(530, '5.7.0', 'Authentication required'));
    }
    const sender = readSender(rest);
    if (sender === null) return this.#say(reply(501, '5.1.7', 'Bad sender address syntax'));
    if (sender.size > sizeMax) {
      this.around.count('email.size-declared');
      return this.#say(reply(552, '5.3.4', 'Message size exceeds fixed limit'));
    }
    this.#resetMail();
    this.#from = sender.address;
    this.#smtpUtf8 = sender.smtpUtf8;
    return this.#say(reply(250, '2.1.0', 'OK'));
  }

  async #rcpt(rest: string): Promise<void> {
    const address = readRecipient(rest);
    if (await this.#scripted('rcpt', address)) return;
    const { session421, recipientsMax } = this.around.options();
    if (session421) {
      this.around.count('email.session-421');
      return this.#sayAndClose(reply(421, '4.3.2', 'Service shutting down'));
    }
    if (this.#from === null) return this.#say(reply(503, '5.5.1', 'MAIL first'));
    const refusal = this.around.refusalOf(address);
    if (refusal !== null) return this.#refuse(address, refusal.rule, refusal.reply);
    if (this.#recipients.length >= recipientsMax)
      return this.#refuse(address, 'email.too-many-recipients', reply(452, '4.5.3', 'Too many recipients'));
    this.#recipients.push(address);
    return this.#say(reply(250, '2.1.5', 'OK'));
  }

  #refuse(recipient: string, rule: string, said: Reply): void {
    this.around.count(rule);
    this.#refused.push({ recipient, reply: `${said.code} ${said.enhanced} ${said.text}` });
    this.#say(said);
  }

  async #data(): Promise<void> {
    if (await this.#scripted('data')) return;
    if (this.#recipients.length === 0) return this.#say(reply(503, '5.5.1', 'RCPT first'));
    this.#mode = 'data';
    this.#say(reply(354, '', 'End data with <CR><LF>.<CR><LF>'));
  }

  async #end(message: Buffer): Promise<void> {
    const options = this.around.options();
    if (await this.#scripted('dot')) return this.#resetMail();
    const taken: TakenMail = {
      from: this.#from ?? '',
      recipients: this.#recipients,
      refused: this.#refused,
      user: this.#user,
      secure: this.#secure,
      smtpUtf8: this.#smtpUtf8,
      raw: unstuffed(message),
      // The sender must wait for the reply to the dot (RFC 2920 section 3.1): what is here already was smuggled into the message.
      injectedCommands: this.#lines.waiting > 0,
      hello: this.#hello,
    };
    if (options.closeAfterDot) {
      this.around.count('email.close-after-dot');
      if (options.keepClosedAfterDot) await this.around.take(taken);
      this.#close();
      return;
    }
    const said = await this.around.take(taken);
    if (options.lmtp) {
      this.around.count('email.lmtp');
      for (const recipient of this.#recipients) this.#say({ ...said, text: `${said.text} <${recipient}>` });
    } else {
      this.#say(said);
    }
    this.#resetMail();
  }

  /** Plays a scripted answer of this stage; false when there is none. */
  async #scripted(stage: MailStage, recipient = this.#recipients[0] ?? ''): Promise<boolean> {
    const scripted = this.around.script(stage, recipient);
    if (scripted === null) return false;
    this.around.count('email.script');
    if (scripted.delayMs !== undefined) await setTimeout(scripted.delayMs);
    if (scripted.fault === 'reset') this.#socket.destroy();
    else if (scripted.fault === 'close') this.#close();
    else if (scripted.fault === 'raw') this.#socket.write(scripted.body ?? '');
    else if (scripted.status === 421) this.#sayAndClose(reply(421, '', scripted.body ?? ''));
    else if (scripted.status !== undefined) this.#say(reply(scripted.status, '', scripted.body ?? ''));
    // Only a delay, or a fault that mail has no form of: the stage goes on as always, or hangs.
    else return scripted.fault === 'hang';
    return true;
  }

  #resetMail(): void {
    this.#from = null;
    this.#smtpUtf8 = false;
    this.#recipients = [];
    this.#refused = [];
  }

  #say(answer: Reply): void {
    const style = this.around.options();
    if (style.multiLine) this.around.count('email.multi-line');
    if (!style.enhancedCodes) this.around.count('email.plain-codes');
    if (style.longReplies && answer.code >= 400) this.around.count('email.long-reply');
    if (!this.#closed) this.#socket.write(written(answer, style));
  }

  #sayAndClose(answer: Reply): void {
    this.#say(answer);
    this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#socket.end();
  }
}
