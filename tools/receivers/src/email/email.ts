import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Certificates } from '../certificate.js';
import type { Call } from '../call.js';
import type { Steered } from '../control.js';
import type { Ledger } from '../ledger.js';
import { Options } from '../options.js';
import { RuleBook } from '../rule.js';
import type { Scripts } from '../script.js';
import { Dialogue } from './dialogue.js';
import { faultsOf, injectedHeaders, parsed } from './message.js';
import { emailOptions } from './options.js';
import { reply, type Reply } from './reply.js';
import { emailRules } from './rules.js';
import type { Surroundings, TakenMail } from './surroundings.js';

/** Message-IDs remembered per recipient, to see duplicates. */
const seenMax = 100_000;

/** Local parts that are refused, whatever the domain (targets.md 9.7). */
const refusals: Readonly<Record<string, { readonly rule: string; readonly reply: Reply }>> = {
  busy: { rule: 'email.busy', reply: reply(450, '4.2.1', 'Mailbox busy, try again later') },
  grey: { rule: 'email.grey', reply: reply(451, '4.7.1', 'Greylisting in action, please come back later') },
  full: { rule: 'email.full', reply: reply(452, '4.2.2', 'Mailbox full') },
  gone: { rule: 'email.gone', reply: reply(550, '5.1.1', 'No such user here') },
  policy: { rule: 'email.policy', reply: reply(550, '5.7.1', 'Refused by policy') },
};
const badSyntax = { rule: 'email.bad', reply: reply(553, '5.1.3', 'Bad recipient address syntax') };

/** The mail server. Its mails are in the ledger with target `email` and the first recipient as name. */
export class Email implements Steered {
  readonly target = 'email';
  readonly options = new Options(emailOptions);
  readonly #book = new RuleBook<Call>('email', emailRules);
  readonly #greyed = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(
    readonly ledger: Ledger,
    readonly scripts: Scripts,
    readonly certificates: Certificates,
    private readonly isToken: (token: string) => boolean,
  ) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      new Dialogue(socket, this.#surroundings());
    });
  }

  /** Binds loopback only; port 0 takes a free one. Answers the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  rules(): ReturnType<RuleBook<Call>['shown']> {
    return this.#book.shown();
  }

  state(): Record<string, unknown> {
    const { items } = this.ledger.list({ target: 'email' });
    return {
      mails: items.map((item) => ({ at: new Date(item.atMs).toISOString(), ...item.mail, verdict: item.verdict })),
    };
  }

  clearState(): void {
    this.#greyed.clear();
    this.#seen.clear();
  }

  #surroundings(): Surroundings {
    return {
      users: () => ({ passwords: this.options.all.users, isToken: this.isToken }),
      options: () => this.options.all,
      count: (rule) => this.#book.count(rule),
      script: (stage, recipient) => (this.scripts.empty ? null : this.scripts.take('email', recipient, stage)),
      refusalOf: (address) => this.#refusalOf(address),
      take: (taken) => this.#take(taken),
      secureContext: () => {
        const { certPem, keyPem } = this.certificates.server[this.options.all.certificate];
        return createSecureContext({ cert: certPem, key: keyPem });
      },
    };
  }

  #refusalOf(address: string): { readonly rule: string; readonly reply: Reply } | null {
    if (!/^[^@\s]+@[^@\s]+$/.test(address)) return badSyntax;
    const refusal = refusals[address.slice(0, address.indexOf('@')).toLowerCase()];
    if (refusal === undefined) return null;
    if (refusal.rule !== 'email.grey') return refusal;
    if (this.#greyed.has(address)) return null;
    if (this.#greyed.size > seenMax) this.#greyed.clear();
    this.#greyed.add(address);
    return refusal;
  }

  async #take(taken: TakenMail): Promise<Reply> {
    const { sizeMax, strict } = this.options.all;
    const faults = [];
    if (taken.raw.length > sizeMax)
      faults.push({
        rule: 'email.size-data',
        says: 'size',
        reply: reply(552, '5.3.4', 'Message size exceeds fixed limit'),
      });
    else if (strict)
      for (const fault of faultsOf(taken.raw, taken.smtpUtf8))
        faults.push({ ...fault, reply: reply(550, '5.6.0', `Message refused: ${fault.says}`) });
    for (const { rule } of faults) this.#book.count(rule);
    const said = faults[0]?.reply ?? reply(250, '2.0.0', 'OK: queued');
    const mail = await parsed(taken.raw);
    const flags = faults.length > 0 ? faults.map((fault) => fault.says) : this.#flagsOf(taken, mail.messageId);
    if (faults.length === 0) this.#book.count('email.ok');
    const word = faults.length === 0 ? 'accepted' : `refused by ${faults[0]?.rule}`;
    const { headerLines, ...message } = mail;
    this.ledger.add(
      {
        atMs: Date.now(),
        target: 'email',
        name: taken.recipients[0] ?? '',
        method: 'MAIL',
        path: taken.recipients.join(','),
        rawHeaders: headerLines.flat(),
        body: taken.raw,
        // In the ledger mail counts as accepted like HTTP does: 250 is a 2xx.
        status: said.code,
        rule: faults[0]?.rule ?? 'email.ok',
        verdict: flags.length === 0 ? word : `${word}; ${flags.join('; ')}`,
        flags,
        mail: {
          ...message,
          envelope: { from: taken.from, to: taken.recipients },
          recipients: taken.recipients,
          refusedRecipients: taken.refused,
          user: taken.user,
          secure: taken.secure,
          hello: taken.hello,
          raw: taken.raw.toString('utf8'),
        },
      },
      mail.messageId === '' ? null : mail.messageId,
    );
    return said;
  }

  #flagsOf(taken: TakenMail, messageId: string): readonly string[] {
    const flags: string[] = [];
    if (this.#seen.size > seenMax) this.#seen.clear();
    for (const recipient of taken.recipients) {
      const key = `${recipient} ${messageId}`;
      if (this.#seen.has(key)) {
        this.#book.count('email.duplicate');
        flags.push(`duplicate for ${recipient}`);
      }
      this.#seen.add(key);
    }
    const injected = injectedHeaders(taken.raw);
    if (injected.length > 0) {
      this.#book.count('email.injected-headers');
      flags.push(`injection: header ${injected.join(', ')}`);
    }
    if (taken.injectedCommands) {
      this.#book.count('email.injected-commands');
      flags.push('injection: commands behind the final dot');
    }
    return flags;
  }
}
