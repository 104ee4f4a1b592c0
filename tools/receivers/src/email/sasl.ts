import { reply, type Reply } from './reply.js';

/** What comes next in an AUTH exchange: a prompt, a user who is known, or a refusal. */
export type SaslStep =
  | { readonly prompt: string }
  | { readonly user: string }
  | { readonly refused: Reply; readonly rule: string; readonly last: boolean };

const failuresMax = 3;

/** Who may log in: by name and password, or by name and an access token that the token endpoint has issued. */
export interface Users {
  readonly passwords: Readonly<Record<string, string>>;
  readonly isToken: (token: string) => boolean;
}

/** AUTH PLAIN, LOGIN and XOAUTH2 of one connection; counts failures over all its tries. */
export class Sasl {
  #expects: 'plain' | 'user' | 'password' | 'token' = 'plain';
  #name = '';
  #failures = 0;

  start(rest: string, users: Users): SaslStep {
    const [mechanism = '', initial] = rest.split(' ');
    if (mechanism.toUpperCase() === 'PLAIN') {
      this.#expects = 'plain';
      return initial === undefined ? { prompt: '' } : this.next(initial, users);
    }
    if (mechanism.toUpperCase() === 'LOGIN') {
      this.#expects = 'user';
      return initial === undefined ? { prompt: encoded('Username:') } : this.next(initial, users);
    }
    if (mechanism.toUpperCase() === 'XOAUTH2') {
      this.#expects = 'token';
      return initial === undefined ? { prompt: '' } : this.next(initial, users);
    }
    return {
      refused: reply(504, '5.5.4', 'Unrecognized authentication type'),
      rule: 'email.auth-mechanism',
      last: false,
    };
  }

  next(line: string, users: Users): SaslStep {
    if (line === '*')
      return { refused: reply(501, '5.7.0', 'Authentication aborted'), rule: 'email.auth-mechanism', last: false };
    const text = Buffer.from(line, 'base64').toString('utf8');
    if (this.#expects === 'user') {
      this.#name = text;
      this.#expects = 'password';
      return { prompt: encoded('Password:') };
    }
    if (this.#expects === 'password') return this.#judge(this.#name, text, users);
    if (this.#expects === 'token') {
      const [, user = '', token = ''] =
        /^user=([^\u0001]*)\u0001auth=Bearer ([^\u0001]*)\u0001\u0001$/.exec(text) ?? [];
      return this.#judgeLogin(user, Object.hasOwn(users.passwords, user) && users.isToken(token));
    }
    const [, name = '', password = ''] = text.split('\0');
    return this.#judge(name, password, users);
  }

  #judge(user: string, password: string, users: Users): SaslStep {
    const known = Object.entries(users.passwords);
    return this.#judgeLogin(
      user,
      known.some(([name, secret]) => name === user && secret === password),
    );
  }

  #judgeLogin(user: string, isGood: boolean): SaslStep {
    if (isGood) return { user };
    this.#failures += 1;
    if (this.#failures >= failuresMax)
      return { refused: reply(421, '4.7.0', 'Too many errors'), rule: 'email.auth-too-many', last: true };
    return { refused: reply(535, '5.7.8', 'Error: authentication failed'), rule: 'email.auth-wrong', last: false };
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
