import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Answer, MailAnswer, MailTargetRequest } from '@waybill/contracts/sending/request';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { createEgress } from './egress.js';
import type { Egress } from './egress.js';
import type { DeploymentSmtp } from './mail-server.js';
import { readPolicy } from './policy.js';

/** What a spec opened; close it after each test, the last one first. */
export const opened: (() => Promise<void> | void)[] = [];

export async function closeOpened(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

/** Far more than anything here takes: time is the subject only where it is given. */
export const limits = { timeoutMs: 30_000 };

export interface MailRoom {
  readonly port: number;
  readonly mails: { readonly to: readonly string[]; readonly raw: string }[];
  readonly users: (string | undefined)[];
  connections: number;
}

/** A strict mail server: what it takes can be changed by options. */
export async function mailRoom(options: SMTPServerOptions = {}): Promise<MailRoom> {
  const room: MailRoom = { port: 0, mails: [], users: [], connections: 0 };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => {
      room.connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        room.mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => new Promise<void>((done) => server.close(() => done())));
  return Object.assign(room, { port: (server.server.address() as AddressInfo).port });
}

/** What a script is asked for when somebody connects. */
export const greeting = '(connected)';

/** A server that says one line a command, from a script; for what smtp-server is too polite to do. */
export async function scripted(say: (line: string) => string | null): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const answerTo = (line: string): void => {
      const answer = say(line);
      isContent = answer?.startsWith('354') ?? false;
      if (answer === null) socket.destroy();
      else if (answer !== '') socket.write(`${answer}\r\n`);
    };
    let isContent = false;
    answerTo(greeting);
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8');
      const whole = rest.split('\r\n');
      rest = whole.pop() ?? '';
      for (const line of whole) {
        if (isContent && line !== '.') continue;
        lines.push(line);
        answerTo(line);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => new Promise<void>((done) => server.close(() => done())));
  return { port: (server.address() as AddressInfo).port, lines };
}

/** The ordinary conversation, with some answers of its own. */
export const polite =
  (own: (line: string) => string | null | undefined) =>
  (line: string): string | null => {
    const answer = own(line);
    if (answer !== undefined) return answer;
    if (line === greeting) return '220 room';
    if (line.startsWith('EHLO')) return '250 room';
    if (line === 'DATA') return '354 go on';
    if (line.startsWith('QUIT')) return '221 bye';
    if (/^(MAIL|RCPT|RSET)/.test(line)) return '250 ok';
    return line === '.' ? '250 2.0.0 kept as 4711' : '';
  };

export function mailDoorTo(port: number, options: { smtp?: DeploymentSmtp; production?: boolean } = {}): Egress {
  const allow = { allow: [`127.0.0.1/32:${port}-${port}`], allow_in_production: true };
  const door = createEgress(readPolicy(allow, { production: options.production ?? false }), {
    smtp: options.smtp ?? null,
  });
  opened.push(() => door.close());
  return door;
}

export const mail = (port: number, changes: Partial<MailTargetRequest> = {}): MailTargetRequest => ({
  kind: 'mail',
  smtpUrl: `smtp://127.0.0.1:${port}`,
  passwordSecret: null,
  from: 'waybill@example.com',
  replyTo: null,
  to: ['soc@example.com'],
  cc: [],
  subject: 'Incident ü',
  text: 'first line\nsecond',
  html: '<p>first</p>',
  messageId: '<dlv_1@waybill.invalid>',
  headers: { 'Auto-Submitted': 'auto-generated' },
  ...changes,
});

export const mailAnswerOf = (answer: Answer): MailAnswer => {
  if (answer.kind !== 'mail') throw new Error(JSON.stringify(answer));
  return answer;
};
