import { placeholder } from '@waybill/contracts/sending/request';
import type { HttpTargetRequest, MailTargetRequest } from '@waybill/contracts/sending/request';
import { createEgress } from './egress.js';
import type { Egress } from './egress.js';
import type { NameResolver } from './dial.js';
import { connectionAgeMaxMs } from './http-pools.js';
import { readPolicy } from './policy.js';
import { answering, doorTo, ok, postTo } from './rooms.spec.js';
import type { Listener } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };

/** Answers of the name server in turn, the last one for ever. */
function names(...turns: (readonly string[])[]): NameResolver & { asked: number } {
  let turn = 0;
  const resolver = {
    asked: 0,
    resolve4: async (): Promise<string[]> => {
      resolver.asked += 1;
      const now = turns[Math.min(turn++, turns.length - 1)] ?? [];
      return now.filter((one) => !one.includes(':'));
    },
    resolve6: async (): Promise<string[]> =>
      (turns[Math.min(turn, turns.length - 1)] ?? []).filter((one) => one.includes(':')),
  };
  return resolver;
}

let sink: Listener;
let door: Egress | null = null;

beforeAll(async () => {
  sink = await answering(ok);
});
afterAll(() => sink.close());
afterEach(async () => {
  await door?.close();
  door = null;
});

const mailTo = (smtpUrl: string): MailTargetRequest => ({
  kind: 'mail',
  smtpUrl,
  passwordSecret: null,
  from: 'waybill@example.com',
  replyTo: null,
  to: ['soc@example.com'],
  cc: [],
  subject: 's',
  text: 't',
  html: '',
  messageId: '<one@waybill.invalid>',
  headers: {},
});

/** Every way out with a user's host in it. Each gives the code of what came of it. */
const paths: [string, (egress: Egress, host: string) => Promise<unknown>][] = [
  ['a URL', async (egress, host) => (await egress.sendHttp(postTo(`https://${host}/hook`), {}, limits)).answer],
  [
    'a secret URL',
    async (egress, host) =>
      (await egress.sendHttp(postTo(placeholder('url')), { url: `https://${host}/hook` }, limits)).answer,
  ],
  [
    'a token URL',
    async (egress, host) => {
      const auth: HttpTargetRequest['auth'] = {
        kind: 'oauth2-client-credentials',
        tokenUrl: `https://${host}/token`,
        clientId: 'c',
        scopes: '',
        clientSecret: 'secret',
      };
      return (await egress.sendHttp(postTo('https://hooks.example.com/', { auth }), { secret: 'secret' }, limits))
        .answer;
    },
  ],
  ['a mail server', async (egress, host) => (await egress.sendMail(mailTo(`smtp://${host}:25`), {}, limits)).answer],
];

const blockedForever = {
  kind: 'none',
  sent: false,
  code: 'egress_blocked',
  message: 'This address is not allowed.',
  retry: 'never',
};

describe.each(paths)('%s', (_path, send) => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['octal loopback', '0177.0.0.1'],
    ['hexadecimal loopback', '0x7f.0.0.1'],
    ['loopback as one number', '2130706433'],
    ['a short loopback', '127.1'],
    ['this network', '0.0.0.0'],
    ['a private address', '10.0.0.1'],
    ['metadata', '169.254.169.254'],
    ['IPv6 loopback', '[::1]'],
    ['mapped loopback', '[::ffff:127.0.0.1]'],
    ['mapped loopback in hexadecimal', '[::ffff:7f00:1]'],
    ['compatible loopback', '[::127.0.0.1]'],
    ['NAT64 loopback', '[64:ff9b::7f00:1]'],
    ['6to4 loopback', '[2002:7f00:1::]'],
    ['Teredo', '[2001:0:7f00:1::]'],
    ['site local', '[fec0::1]'],
    ['localhost', 'localhost'],
    ['a name below localhost', 'a.localhost'],
    ['a bare name', 'postgres'],
    ['an internal name', 'metadata.google.internal'],
    ['localhost with a dot at the end', 'localhost.'],
    ['a public address, because literals are off', '93.184.216.34'],
  ])('to %s is blocked before any name is asked', async (_what, host) => {
    const resolver = names(['93.184.216.34']);
    door = doorTo([], { resolver, nowMs: () => 0 });
    const answer = (await send(door, host)) as { code: string };
    // The text of a mail URL can be unreadable before it is forbidden.
    if (answer.code !== 'request_invalid') expect(answer).toEqual({ ...blockedForever, atMs: 0 });
    expect(resolver.asked).toBe(0);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a private address', ['192.168.1.1']],
    ['metadata', ['169.254.169.254']],
    ['carrier NAT', ['100.64.0.1']],
    ['the Azure wire server', ['168.63.129.16']],
    ['a public address and loopback', ['93.184.216.34', '127.0.0.1']],
    [
      'loopback after sixteen public ones',
      [...Array.from({ length: 16 }, (_one, at) => `93.184.216.${at}`), '10.0.0.1'],
    ],
    ['a public address and IPv6 loopback', ['93.184.216.34', '::1']],
    ['mapped loopback', ['::ffff:127.0.0.1']],
    ['NAT64 loopback', ['64:ff9b::7f00:1']],
    ['unique local', ['fd00::1']],
    ['IPv6 metadata', ['fd00:ec2::254']],
    ['link local with a zone', ['fe80::1%eth0']],
    ['something that is no address', ['0177.0.0.1']],
  ])('to a name with %s is blocked in the same words', async (_what, addresses) => {
    door = doorTo([], { resolver: names(addresses), nowMs: () => 0 });
    expect(await send(door, 'rebind.example.com')).toEqual({ ...blockedForever, atMs: 0 });
  });

  it('to a name without addresses fails for now, and says no more than that', async () => {
    door = doorTo([], { resolver: names([]), nowMs: () => 0 });
    expect(await send(door, 'gone.example.com')).toMatchObject({ code: 'dns_failed', sent: false, retry: 'later' });
  });
});

describe('a name that moves (rebinding)', () => {
  it('is judged again for every connection, and the judged address is the one that is dialled', async () => {
    const resolver = names(['127.0.0.1'], ['127.0.0.2']);
    const policy = readPolicy({ allow: [`127.0.0.1/32:${sink.port}-${sink.port}`] }, { production: false });
    door = createEgress(policy, { resolver });
    const before = sink.connections;
    const url = `http://moving.example.com:${sink.port}/hook`;
    const first = await door.sendHttp(postTo(url), {}, limits);
    expect(first.answer).toMatchObject({ kind: 'http', status: 200 });
    expect(sink.received.at(-1)).toContain(`host: moving.example.com:${sink.port}\r\n`);
    await door.close();
    door = createEgress(policy, { resolver });
    expect((await door.sendHttp(postTo(url), {}, limits)).answer).toMatchObject({ code: 'egress_blocked' });
    expect(sink.connections).toBe(before + 1);
  });

  it('is judged again for a busy origin once its connections are old', async () => {
    const resolver = names(['127.0.0.1'], ['127.0.0.2']);
    const policy = readPolicy({ allow: [`127.0.0.1/32:${sink.port}-${sink.port}`] }, { production: false });
    let nowMs = 0;
    door = createEgress(policy, { resolver, nowMs: () => nowMs });
    const send = async (): Promise<string> => {
      const sent = await door?.sendHttp(postTo(`http://moving.example.com:${sink.port}/hook`), {}, limits);
      return sent?.answer.kind === 'none' ? sent.answer.code : 'sent';
    };
    expect(await send()).toBe('sent');
    nowMs = connectionAgeMaxMs;
    await new Promise((done) => setImmediate(done));
    expect(await send()).toBe('sent');
    nowMs += 1;
    expect(await send()).toBe('egress_blocked');
  });

  it('asks for a name once a connection: there is no second look-up to lie to', async () => {
    const resolver = names(['127.0.0.1'], ['10.0.0.1']);
    door = createEgress(readPolicy({ allow: [`127.0.0.1/32:${sink.port}-${sink.port}`] }, { production: false }), {
      resolver,
    });
    const sent = await door.sendHttp(postTo(`http://moving.example.com:${sink.port}/hook`), {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'http', status: 200 });
    expect(resolver.asked).toBe(1);
  });
});

describe('an allow entry', () => {
  it('opens its port and no other, also for a name', async () => {
    const other = await answering(ok);
    const policy = readPolicy({ allow: [`127.0.0.1/32:${sink.port}-${sink.port}`] }, { production: false });
    door = createEgress(policy, { resolver: names(['127.0.0.1']) });
    for (const host of ['127.0.0.1', 'localhost', 'receivers.example.com']) {
      expect((await door.sendHttp(postTo(`http://${host}:${sink.port}/`), {}, limits)).answer).toMatchObject({
        kind: 'http',
      });
      expect((await door.sendHttp(postTo(`http://${host}:${other.port}/`), {}, limits)).answer).toMatchObject({
        code: 'egress_blocked',
      });
    }
    expect(other.connections).toBe(0);
    await other.close();
  });

  it('does not open plain http or an odd port for a public address', async () => {
    const policy = readPolicy({ allow: [`127.0.0.1/32:${sink.port}-${sink.port}`] }, { production: false });
    door = createEgress(policy, { resolver: names(['93.184.216.34']) });
    const sent = await door.sendHttp(postTo(`http://hooks.example.com:${sink.port}/`), {}, limits);
    expect(sent.answer).toMatchObject({ code: 'egress_blocked' });
  });
});

describe('an address that the system takes for another', () => {
  // Linux connects 0.0.0.0 to the loopback: what was judged is not where the connection leads.
  const meant = (): string => `0.0.0.0/32:${sink.port}-${sink.port}`;
  const reached = (): string => `127.0.0.1/32:${sink.port}-${sink.port}`;

  it.each([
    ['is forbidden', (): string[] => [meant()]],
    ['is allowed as well', (): string[] => [meant(), reached()]],
  ])('is refused before a byte is sent where the other one %s', async (_what, allow) => {
    door = createEgress(readPolicy({ allow: allow() }, { production: false }), {
      resolver: names(['0.0.0.0']),
      nowMs: () => 0,
    });
    const heard = sink.received.length;
    const sent = await door.sendHttp(postTo(`http://any.example.com:${sink.port}/hook`), {}, limits);
    expect(sent.answer).toEqual({ ...blockedForever, atMs: 0 });
    expect(sink.received.slice(heard).join('')).toBe('');
  });
});

describe('every refusal', () => {
  it('reads the same byte for byte, whatever its reason (AUTH-21)', async () => {
    door = doorTo([sink.port], { resolver: names(['10.0.0.1']), nowMs: () => 0 });
    const urls = [
      'https://10.0.0.1/',
      'https://rebind.example.com/',
      'http://hooks.example.com/',
      'https://localhost/',
      'https://hooks.example.com:6379/',
      `http://127.0.0.2:${sink.port}/`,
      'gopher://hooks.example.com/',
      'https://user@hooks.example.com/',
    ];
    const said = new Set<string>();
    for (const url of urls) {
      const sent = await door.sendHttp(postTo(url), {}, limits);
      said.add(JSON.stringify([sent.answer, sent.timingsMs, sent.allowEntry]));
    }
    expect(said.size).toBe(1);
  });

  it.each([
    ['of a mail', undefined],
    ['of a test of the connection', 'greeting'],
  ] as const)('%s takes no time that would tell a name from a literal', async (_what, only) => {
    door = doorTo([sink.port], { resolver: names(['10.0.0.1']), nowMs: () => 0 });
    const said = new Set<string>();
    for (const host of ['10.0.0.1', 'localhost', 'rebind.example.com', '[::1]']) {
      const sent = await door.sendMail({ ...mailTo(`smtp://${host}:25`), only }, {}, limits);
      said.add(JSON.stringify([sent.answer, sent.timingsMs, sent.allowEntry]));
    }
    const timingsMs = { dns: 0, connect: 0, tls: 0, greeting: 0, auth: 0, data: 0, total: 0 };
    expect([...said]).toEqual([JSON.stringify([{ ...blockedForever, atMs: 0 }, timingsMs, null])]);
  });
});
