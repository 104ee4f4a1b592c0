import { hostCharsMax, judgeMailHost, judgeUrl, labelCharsMax, urlCharsMax } from './judge-url.js';
import { readPolicy } from './policy.js';

const strict = readPolicy(undefined, { production: true });
const development = readPolicy({ allow: ['127.0.0.1/32:9001-9010', '::1/128:9001-9010'] }, { production: false });
const codeOf = (url: string, policy = strict): string => {
  const judged = judgeUrl(url, policy);
  return judged.ok ? 'ok' : judged.code;
};

describe('judgeUrl', () => {
  it.each([
    ['an ordinary URL', 'https://hooks.example.com/in?a=1'],
    ['a port that is open', 'https://hooks.example.com:8443/in'],
    ['punycode', 'https://xn--bcher-kva.example/in'],
    ['upper case in the host', 'https://HOOKS.Example.com/in'],
    ['letters outside ASCII in the path', 'https://hooks.example.com/übung'],
    ['a label of the greatest length', `https://${'a'.repeat(labelCharsMax)}.example/in`],
    ['a URL of the greatest length', `https://hooks.example.com/${'a'.repeat(urlCharsMax - 26)}`],
  ])('takes %s', (_what, url) => {
    expect(codeOf(url)).toBe('ok');
  });

  it.each([
    ['a line feed', 'https://hooks.example.com/\nx'],
    ['a tab in the host', 'https://hooks.exa\tmple.com/'],
    ['a blank before it', ' https://hooks.example.com/'],
    ['a NUL', 'https://hooks.example.com/\u0000'],
    ['a backslash', 'https://hooks.example.com\\@127.0.0.1/'],
    ['a soft hyphen', 'https://hooks.exam\u00adple.com/'],
    ['full-width digits', 'https://\uff11\uff12\uff17.0.0.1/'],
    ['circled digits', 'https://\u2460\u2461\u2466.0.0.1/'],
    ['a full stop of another script', 'https://127\u30020\u30020\u30021/'],
    ['letters outside ASCII in the host', 'https://bücher.example/'],
    ['another scheme', 'ftp://hooks.example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['gopher', 'gopher://hooks.example.com:70/_x'],
    ['no slashes', 'https:hooks.example.com'],
    ['three slashes', 'https:///hooks.example.com/'],
    ['a user', 'https://admin@hooks.example.com/'],
    ['a user and a password', 'https://a:b@hooks.example.com/'],
    ['an address as a user', 'https://93.184.216.34@127.0.0.1/'],
    ['a fragment', 'https://hooks.example.com/#x'],
    ['an empty label', 'https://hooks..example.com/'],
    ['a dot at the end', 'https://hooks.example.com./'],
    ['an address with a dot at the end', 'https://127.0.0.1./'],
    ['a label one past the greatest length', `https://${'a'.repeat(labelCharsMax + 1)}.example/in`],
    ['a host past the greatest length', `https://${'a.'.repeat(hostCharsMax / 2)}example/in`],
    ['a URL one past the greatest length', `https://hooks.example.com/${'a'.repeat(urlCharsMax - 25)}`],
    ['octal', 'https://0177.0.0.1/'],
    ['hexadecimal', 'https://0x7f000001/'],
    ['one decimal number', 'https://2130706433/'],
    ['a short form', 'https://127.1/'],
    ['percent signs in the host', 'https://%31%32%37.0.0.1/'],
    ['port 0', 'https://hooks.example.com:0/'],
    ['an empty port', 'https://hooks.example.com:/'],
    ['a port that is not open', 'https://hooks.example.com:9443/'],
    ['the port of Redis', 'https://hooks.example.com:6379/'],
    ['the port of SMTP', 'https://hooks.example.com:25/'],
    ['a zone', 'https://[fe80::1%25eth0]/'],
    ['a host with an ampersand', 'https://a&b.example.com/'],
    ['nothing', ''],
  ])('refuses %s and says why', (_what, url) => {
    expect(codeOf(url)).toBe('url_invalid');
  });

  it.each([
    ['plain http', 'http://hooks.example.com/'],
    ['localhost', 'https://localhost/'],
    ['a name below localhost', 'https://x.localhost/'],
    ['a bare name', 'https://intranet/'],
    ['a .local name', 'https://printer.local/'],
    ['a .internal name', 'https://metadata.google.internal/'],
    ['a home.arpa name', 'https://box.home.arpa/'],
    ['an onion name', 'https://abcdef.onion/'],
    ['a reverse name', 'https://1.0.0.127.in-addr.arpa/'],
    ['loopback', 'https://127.0.0.1/'],
    ['a private address', 'https://10.0.0.1/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv4-mapped loopback', 'https://[::ffff:127.0.0.1]/'],
    ['IPv4-compatible loopback', 'https://[::127.0.0.1]/'],
    ['NAT64', 'https://[64:ff9b::7f00:1]/'],
    ['6to4', 'https://[2002:7f00:1::]/'],
    ['Teredo', 'https://[2001:0:7f00:1::]/'],
    ['a public address, because literals are off', 'https://93.184.216.34/'],
  ])('blocks %s with the same words', (_what, url) => {
    expect(judgeUrl(url, strict)).toEqual({
      ok: false,
      code: 'egress_blocked',
      message: 'This address is not allowed.',
    });
  });

  it.each([
    ['plain http to an allowed address', 'http://127.0.0.1:9001/hook', 'ok'],
    ['IPv6 loopback', 'http://[::1]:9010/hook', 'ok'],
    ['localhost', 'http://localhost:9001/hook', 'ok'],
    ['a bare name on an allowed port, which its addresses still have to fit', 'http://receivers:9001/hook', 'ok'],
    ['the neighbour port', 'http://127.0.0.1:9011/hook', 'url_invalid'],
    ['the neighbour address', 'http://127.0.0.2:9001/hook', 'egress_blocked'],
    ['metadata on an allowed port', 'http://169.254.169.254:9001/', 'egress_blocked'],
    ['the allowed address on an ordinary port', 'http://127.0.0.1/', 'egress_blocked'],
  ])('with an allow entry: %s', (_what, url, code) => {
    expect(codeOf(url, development)).toBe(code);
  });

  it('takes what the deployment opens', () => {
    const open = readPolicy(
      { http: true, ip_literals: true, ports: [9443], internal_suffixes: ['corp.example'] },
      { production: true },
    );
    expect(codeOf('http://hooks.example.com/', open)).toBe('ok');
    expect(codeOf('https://93.184.216.34/', open)).toBe('ok');
    expect(codeOf('https://hooks.example.com:9443/', open)).toBe('ok');
    expect(codeOf('https://10.0.0.1/', open)).toBe('egress_blocked');
    expect(codeOf('https://wiki.corp.example/', open)).toBe('egress_blocked');
    expect(codeOf('https://notcorp.example/', open)).toBe('ok');
  });

  it('asks for punycode and tells which', () => {
    expect(judgeUrl('https://bücher.example/', strict)).toMatchObject({
      message: 'Write the host as "xn--bcher-kva.example".',
    });
  });
});

describe('judgeMailHost', () => {
  it.each([
    ['takes the submission port', 'smtp.example.com', 587, true],
    ['takes a name in upper case', 'SMTP.example.com', 465, true],
    ['refuses an odd port', 'smtp.example.com', 443, false],
    ['refuses loopback', '127.0.0.1', 25, false],
    ['refuses an octal address', '0177.0.0.1', 25, false],
    ['refuses localhost', 'localhost', 25, false],
    ['refuses a public address, because literals are off', '93.184.216.34', 25, false],
    ['refuses a host with a blank', 'smtp example.com', 25, false],
  ])('%s', (_what, host, port, isTaken) => {
    expect(judgeMailHost(host, port, strict) !== null).toBe(isTaken);
  });
});
