import { Refused } from '@waybill/decider/decider';
import { addressCharactersMax, isAddress, localPartCharactersMax } from './check-address.js';
import { checkHeaders, headersMax, headerValueCharactersMax } from './check-header.js';
import { checkBaseUrl, checkUrl, urlCharactersMax } from './check-url.js';

const codeOf = (act: () => unknown): string | null => {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

describe('an e-mail address', () => {
  const rows: [string, string, boolean][] = [
    ['a plain one is taken', 'soc@example.com', true],
    ['a plus and dots are taken', 'first.last+tag@mail.example.com', true],
    ['a host without a dot is taken', 'root@localhost', true],
    ['CR and LF are refused (IN-17)', 'a@b.c\r\nRCPT TO:<x@evil>', false],
    ['a LF at the end is refused', 'a@b.c\n', false],
    ['a quoted local part is refused (IN-18)', '"someone@outside.example x"@internal.domain', false],
    ['a display name is refused', 'SOC <soc@example.com>', false],
    ['a comment is refused', 'soc(comment)@example.com', false],
    ['an address literal is refused', 'soc@[127.0.0.1]', false],
    ['a list is refused', 'a@example.com,b@example.com', false],
    ['no at sign is refused', 'soc.example.com', false],
    ['an empty local part is refused', '@example.com', false],
    ['two dots are refused', 'a..b@example.com', false],
    ['a dot at the end of the host is refused', 'a@example.com.', false],
    ['a hyphen at the beginning of a label is refused', 'a@-example.com', false],
    ['letters outside ASCII are refused', 'jürgen@example.com', false],
    ['an empty text is refused', '', false],
    ['a local part at its bound is taken', `${'a'.repeat(localPartCharactersMax)}@example.com`, true],
    ['a local part one past its bound is refused', `${'a'.repeat(localPartCharactersMax + 1)}@example.com`, false],
    ['5,000 nested groups are refused (IN-19)', 'g:'.repeat(5000) + 'a@b.c;', false],
  ];
  it.each(rows)('%s', (_title, text, expected) => {
    expect(isAddress(text)).toBe(expected);
  });

  it('is bounded as a whole', () => {
    const label = (length: number) => 'b'.repeat(length);
    const at = `${'a'.repeat(61)}@${label(63)}.${label(63)}.${label(addressCharactersMax - 62 - 128)}`;
    expect(at).toHaveLength(addressCharactersMax);
    expect(isAddress(at)).toBe(false);
    const shorter = `${'a'.repeat(64)}@${label(63)}.${label(63)}.${label(addressCharactersMax - 65 - 128)}`;
    expect(shorter).toHaveLength(addressCharactersMax);
    expect(isAddress(shorter)).toBe(true);
    expect(isAddress(`${shorter}b`)).toBe(false);
  });
});

describe('headers', () => {
  const rows: [string, unknown, string | null][] = [
    ['ordinary ones are taken', { Accept: 'application/json', 'X-Team': 'soc' }, null],
    ['absent ones are taken', undefined, null],
    ['CR and LF in a value are refused (IN-13)', { 'X-A': 'a\r\nX-Evil: 1' }, 'header_invalid'],
    ['a LF in a value is refused', { 'X-A': 'a\nb' }, 'header_invalid'],
    ['a tab in a value is refused, as egress refuses it', { 'X-A': 'a\tb' }, 'header_invalid'],
    ['NUL in a value is refused', { 'X-A': 'a\0b' }, 'header_invalid'],
    ['a letter that Latin-1 cuts to LF is refused (IN-14)', { 'X-A': 'a\u010ab' }, 'header_invalid'],
    ['a name with a blank is refused', { 'X A': 'a' }, 'header_invalid'],
    ['an empty name is refused', { '': 'a' }, 'header_invalid'],
    ['Host is refused (IN-15)', { Host: 'a' }, 'header_forbidden'],
    ['Content-Length is refused', { 'content-length': '1' }, 'header_forbidden'],
    ['Transfer-Encoding is refused', { 'Transfer-Encoding': 'chunked' }, 'header_forbidden'],
    ['Connection is refused', { CONNECTION: 'close' }, 'header_forbidden'],
    ['Expect is refused', { Expect: '100-continue' }, 'header_forbidden'],
    ['Upgrade is refused', { Upgrade: 'h2c' }, 'header_forbidden'],
    ['Proxy headers are refused', { 'Proxy-Authorization': 'x' }, 'header_forbidden'],
    ['the headers of the signature are refused', { 'webhook-id': 'x' }, 'header_forbidden'],
    ["Waybill's own headers are refused, as egress refuses them", { 'Waybill-Hop': '1' }, 'header_forbidden'],
    ['a pretended origin is refused', { 'X-Forwarded-For': '127.0.0.1' }, 'header_forbidden'],
    ['a cookie is refused', { Cookie: 'a=b' }, 'header_forbidden'],
    ['a credential in clear text is refused', { Authorization: 'Basic x' }, 'header_forbidden'],
    ['two spellings of one name are refused (IN-16)', { 'X-A': '1', 'x-a': '2' }, 'header_invalid'],
    ['a list instead of names is refused', ['a'], 'header_invalid'],
    ['a value at its bound is taken', { 'X-A': 'a'.repeat(headerValueCharactersMax) }, null],
    ['a value one past its bound is refused', { 'X-A': 'a'.repeat(headerValueCharactersMax + 1) }, 'header_invalid'],
  ];
  it.each(rows)('%s', (_title, headers, expected) => {
    expect(codeOf(() => checkHeaders(headers, '/config/headers'))).toBe(expected);
  });

  it('are bounded in number', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`X-${at}`, 'a']));
    expect(codeOf(() => checkHeaders(many(headersMax), ''))).toBeNull();
    expect(codeOf(() => checkHeaders(many(headersMax + 1), ''))).toBe('header_invalid');
  });

  it('are pointed at by name', () => {
    expect(() => checkHeaders({ 'X-A/B': 'a' }, '/config/headers')).toThrow(
      expect.objectContaining({ pointer: '/config/headers/X-A~1B' }),
    );
  });
});

describe('a URL', () => {
  const rows: [string, unknown, string | null][] = [
    ['https is taken', 'https://hooks.example.com/in?token=a', null],
    ['http is taken, egress decides where to', 'http://127.0.0.1:8090/webhook/a', null],
    ['another scheme is refused', 'ftp://example.com/', 'url_invalid'],
    ['a file is refused', 'file:///etc/passwd', 'url_invalid'],
    ['a relative one is refused', '/in', 'url_invalid'],
    ['a password is refused', 'https://user:password@example.com/', 'url_invalid'],
    ['a user is refused', 'https://user@example.com/', 'url_invalid'],
    ['a fragment is refused', 'https://example.com/#a', 'url_invalid'],
    ['a LF is refused', 'https://example.com/\n', 'url_invalid'],
    ['a blank is refused', 'https://example.com/a b', 'url_invalid'],
    ['nothing is refused', undefined, 'url_invalid'],
    ['one at its bound is taken', `https://example.com/${'a'.repeat(urlCharactersMax - 20)}`, null],
    ['one past its bound is refused', `https://example.com/${'a'.repeat(urlCharactersMax - 19)}`, 'url_invalid'],
  ];
  it.each(rows)('%s', (_title, text, expected) => {
    expect(codeOf(() => checkUrl(text, '/config/url'))).toBe(expected);
  });

  it('has no query where paths are put behind it', () => {
    expect(codeOf(() => checkBaseUrl('https://example.com/jira', ''))).toBeNull();
    expect(codeOf(() => checkBaseUrl('https://example.com/?a=b', ''))).toBe('url_invalid');
  });
});
