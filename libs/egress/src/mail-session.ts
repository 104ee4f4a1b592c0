import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { checkServerIdentity } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { connectTimeoutMs, dial, tlsTimeoutMs } from './dial.js';
import type { NameResolver } from './dial.js';
import type { MailMessage } from './mail-message.js';
import { type MailPhases, roundedMs, timed } from './mail-phases.js';
import { MailToken } from './mail-token.js';
import type { MailServer } from './mail-server.js';
import type { TokenDesk } from './oauth.js';
import type { EgressPolicy } from './policy.js';

/** How far a mail came, whatever ended it. */
export interface MailEnd {
  /** The server's reply after the final dot; null where there is none. */
  readonly confirmed: string | null;
  readonly error: SmtpError | null;
  readonly rejected: readonly SmtpError[];
  /** The final dot may have left: without a reply the outcome is unknown. */
  readonly isContentOut: boolean;
}

/** What nodemailer puts on its errors (targets.md 7.2). */
export type SmtpError = Error & {
  code?: string;
  originalCode?: string;
  timeoutType?: string;
  response?: string;
  responseCode?: number;
  command?: string;
  recipient?: string;
};

export interface Call {
  /** What EHLO says. */
  readonly name: string | undefined;
  /** Ends the attempt wherever it is. */
  readonly signal: AbortSignal;
  /** Where access tokens come from. */
  readonly tokens: TokenDesk;
  /** Filled in on the way. */
  readonly phases: MailPhases;
}

export const greetingTimeoutMs = 10_000;
/** Silence of the server within a conversation. */
export const smtpIdleTimeoutMs = 30_000;
export const replyBytesMax = 64 * 1024;
/** Mails over one connection before it is renewed, so that a name that moved is followed and judged again. */
export const mailsPerSessionMax = 100;
const chunkBytes = 64 * 1024;

/** One conversation with a mail server over a judged connection; many mails one after the other. */
export class MailSession {
  private mails = 0;
  private isBroken = false;

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly socket: Socket,
    /** The allow entry its connection goes through; null for a public address. */
    readonly entry: string | null,
  ) {
    connection.on('error', () => {
      // Whoever waits for a reply gets the error through its own callback.
      this.isBroken = true;
    });
    connection.on('end', () => {
      this.isBroken = true;
    });
  }

  /** Dials, greets, secures and logs in. Throws `EgressFault` of the dialling or an `SmtpError`. */
  static async open(
    server: MailServer,
    policy: EgressPolicy,
    resolver: NameResolver,
    call: Call,
  ): Promise<MailSession> {
    const { socket, entry, dnsMs, connectMs } = await dial(server.host, policy, resolver);
    call.phases.dns = roundedMs(dnsMs);
    call.phases.connect = roundedMs(connectMs);
    const giveUp = (): void => {
      socket.destroy();
    };
    if (call.signal.aborted) giveUp();
    call.signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await MailSession.greet(server, socket, entry, {
        name: call.name,
        isPlain: isPlainAllowed(server, entry, policy),
        tokens: call.tokens,
        phases: call.phases,
      });
    } finally {
      call.signal.removeEventListener('abort', giveUp);
    }
  }

  private static async greet(
    server: MailServer,
    socket: Socket,
    entry: string | null,
    how: Pick<Call, 'name' | 'tokens' | 'phases'> & { readonly isPlain: boolean },
  ): Promise<MailSession> {
    const { phases } = how;
    const begun = performance.now();
    const connection = new SMTPConnection({
      host: server.host.hostname,
      port: server.host.port,
      connection: socket,
      secure: server.isImplicitTls,
      requireTLS: !server.isImplicitTls && !how.isPlain,
      ignoreTLS: how.isPlain,
      name: how.name,
      connectionTimeout: connectTimeoutMs + tlsTimeoutMs + greetingTimeoutMs,
      greetingTimeout: greetingTimeoutMs,
      socketTimeout: smtpIdleTimeoutMs,
      socketCloseTimeout: 1000,
      maxResponseSize: replyBytesMax,
      tls: {
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ca: server.caPem === '' ? undefined : server.caPem,
        checkServerIdentity: (name, certificate) => {
          // Asked when the handshake is over, for which nodemailer has no event.
          if (server.isImplicitTls) phases.tls = roundedMs(performance.now() - begun);
          return checkServerIdentity(name, certificate);
        },
      },
    });
    // An error between two steps finds nobody waiting; the next step sees that the connection is gone.
    connection.on('error', () => undefined);
    await new Promise<void>((done, fail) => {
      connection.once('error', fail);
      connection.once('end', () => fail(new Error('The connection ended.')));
      connection.connect((error) => (error === undefined || error === null ? done() : fail(error)));
    }).finally(() => {
      phases.greeting = roundedMs(performance.now() - begun - phases.tls);
    });
    const session = new MailSession(connection, socket, entry);
    try {
      if (server.username !== null) await timed(phases, 'auth', () => session.login(server, how.tokens));
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  get isUsable(): boolean {
    return !this.isBroken && !this.connection.destroyed && this.mails < mailsPerSessionMax;
  }

  /** Never rejects. After anything but a confirmed mail the session is of no use any more. */
  send(message: MailMessage): Promise<MailEnd> {
    this.mails += 1;
    const envelope: Envelope = { from: message.from, to: [...message.recipients] };
    let isContentOut = false;
    const content = pieces(message.bytes, () => {
      isContentOut = true;
    });
    return new Promise((done) => {
      this.connection.send(envelope, content, (error, info) => {
        if (error !== null && error !== undefined) this.isBroken = true;
        const rejected = (envelope.rejectedErrors ?? []).filter((one) => one.recipient !== undefined);
        const failure = (error ?? null) as SmtpError | null;
        const confirmed = failure === null ? String(info?.response ?? '') : null;
        done({ confirmed, error: failure, rejected, isContentOut });
      });
    });
  }

  /** One command that changes nothing (RSET), and the server's reply to it. Rejects with an `SmtpError`. */
  ask(): Promise<string> {
    return new Promise((done, fail) => {
      this.connection.once('error', fail);
      this.connection.once('end', () => fail(new Error('The connection ended.')));
      this.connection.reset((error) => {
        if (error === null || error === undefined) done(String(this.connection.lastServerResponse || ''));
        else fail(error);
      });
    });
  }

  /** Says goodbye; the connection is gone a second later at the latest. */
  close(): void {
    if (this.isBroken || this.connection.destroyed) this.connection.close();
    else this.connection.quit();
    this.isBroken = true;
  }

  /** Ends the conversation in the middle; whoever waits for a reply gets the error of a lost connection. */
  abort(): void {
    this.isBroken = true;
    this.socket.destroy();
  }

  /** Throws an `SmtpError` of the server, or the `EgressFault` of the token endpoint. */
  private async login({ username, password, oauth }: MailServer, tokens: TokenDesk): Promise<void> {
    if (username === null || !this.connection.allowsAuth) return;
    if (oauth === null) return password === null ? undefined : this.logIn({ user: username, pass: password });
    const bearer = new MailToken(username, oauth, tokens);
    try {
      await this.logIn({ user: username, oauth2: bearer } as unknown as Login);
    } catch (error) {
      if (bearer.fault !== null || bearer.isRenewed || !this.isUsable) throw bearer.fault ?? error;
      // nodemailer fetches another token only where the server asks back with 334; Exchange Online says 535 at once.
      bearer.renewNext();
      await this.logIn({ user: username, oauth2: bearer } as unknown as Login).catch((again: unknown) => {
        throw bearer.fault ?? again;
      });
    }
  }

  private logIn(user: Login): Promise<void> {
    return new Promise((done, fail) => {
      this.connection.once('error', fail);
      this.connection.login(user, (error) => {
        if (error === null || error === undefined) done();
        else fail(error);
      });
    });
  }
}

/** The types of nodemailer know only its own maker of tokens, of which it uses two methods. */
type Login = Parameters<SMTPConnection['login']>[0];

/** nodemailer writes what became of each recipient into the envelope it was given, also where it then fails. */
interface Envelope {
  from: string;
  to: string[];
  rejectedErrors?: SmtpError[];
}

/** The content piece by piece; `onEnd` before the last byte is handed over, because after that nobody knows. */
function pieces(bytes: Buffer, onEnd: () => void): Readable {
  let at = 0;
  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      const piece = bytes.subarray(at, at + chunkBytes);
      at += piece.length;
      if (at >= bytes.length) onEnd();
      this.push(piece);
      if (at >= bytes.length) this.push(null);
    },
  });
}

/** Clear text is the deployment's word, or the way is an allow entry of a development machine. */
const isPlainAllowed = (server: MailServer, entry: string | null, policy: EgressPolicy): boolean =>
  server.tls === 'none' || (server.tls === 'if-entry' && entry !== null && !policy.production);
