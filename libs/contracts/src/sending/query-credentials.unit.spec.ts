import fc from 'fast-check';
import {
  credentialsIn,
  isCredentialName,
  isMask,
  queryPairs,
  queryValueAt,
  queryValueName,
  replaceCredentials,
  urlWithMasks,
} from './query-credentials.js';

describe('the name of a query parameter', () => {
  it.each([
    ...['key', 'KEY', 'apikey', 'apiKey', 'api_key', 'api-key', 'x-api-key', 'X-Functions-Key', 'hapikey'],
    ...['token', 'access_token', 'auth_token', 'X-Amz-Security-Token', 'auth', 'authorization', 'jwt', 'bearer'],
    ...['secret', 'client_secret', 'sig', 'signature', 'X-Amz-Signature', 'X-Amz-Credential', 'sas', 'hmac'],
    ...['password', 'passwd', 'pwd', 'pass', 'code', 'subscription-key', 'Ocp-Apim-Subscription-Key', 'sessionid'],
    ...['%6bey', 'api%5Fkey', 'api+key', '%E0%A4key'],
  ])('%s is that of a credential', (name) => {
    expect(isCredentialName(name)).toBe(true);
  });

  it.each([
    ...['room', 'api-version', 'sp', 'sv', 'se', 'user', 'username', 'tenant', 'projectKey', 'issue_key', 'sort-key'],
    ...['keyboard', 'tokenize', 'codec', 'country_code', 'author', 'design', 'passenger', '', '%', 'id', 'format'],
  ])('%s is that of no credential', (name) => {
    expect(isCredentialName(name)).toBe(false);
  });
});

describe('credentials in a URL', () => {
  it.each([
    [
      'are masked where they stand, and nothing else changes its place or spelling',
      'https://h.example/in?b=%7e&key=abc123&room=7&a=B%2fc',
      'https://h.example/in?b=%7e&key=****&room=7&a=B%2fc',
    ],
    ['are several, also of one name', 'https://h.example/?key=a&sig=b&key=c', 'https://h.example/?key=****&sig=****&key=****'], // prettier-ignore
    ['have names in any spelling', 'https://h.example/?Api%2DKey=a%26b', 'https://h.example/?Api%2DKey=****'],
    ['end at the next parameter alone', 'https://h.example/?sig=a=b;c?d==&x=1', 'https://h.example/?sig=****&x=1'],
    ['stand behind a semicolon or a second question mark too', 'https://h.example/?a=1;key=b', 'https://h.example/?a=1;key=****'], // prettier-ignore
    ['stand in the query of a URL in the query', 'https://h.example/?to=http://x/?key=b', 'https://h.example/?to=http://x/?key=****'], // prettier-ignore
    ['are none where the value is empty', 'https://h.example/?key=&token&sig=', 'https://h.example/?key=&token&sig='],
    ['are none in a path', 'https://h.example/key=abc', 'https://h.example/key=abc'],
    ['stay masked', 'https://h.example/?key=****', 'https://h.example/?key=****'],
  ])('%s', (_sentence, url, masked) => {
    expect(urlWithMasks(url)).toBe(masked);
  });

  it('come back where they stood, whatever they are', () => {
    const value = fc.stringMatching(/^[\x21\x24\x27-\x3b=?-~]{1,20}$/);
    const name = fc.constantFrom('key', 'room', 'sig', 'KEY', 'q', '%6bey', 'access_token');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (parameters) => {
        const url = `https://h.example/in?${parameters.map((pair) => pair.join('=')).join('&')}`;
        const values = credentialsIn(url).map((one) => one.value);
        const masked = urlWithMasks(url);
        expect(credentialsIn(masked).map((one) => one.value)).toEqual(values.map(() => '****'));
        expect(replaceCredentials(masked, (_one, at) => values[at] ?? '')).toBe(url);
      }),
    );
  });

  it('are found in no more time than a URL takes to read', () => {
    // A pattern that goes back over the text for each sign would not end before the test is given up.
    const found = ['?', '&', ';', '?a', '&=', 'a=', '&key=a', '?key', 'key=?'].map(
      (text) => credentialsIn(`https://h.example/?${text.repeat(100_000)}`).length,
    );
    expect(found).toEqual([0, 0, 0, 0, 0, 0, 100_000, 0, 1]);
  });
});

describe('what holds the values', () => {
  it('is read as it was written', () => {
    expect(queryPairs('key=a=b&%6bey=%2F&x')).toEqual([
      { name: 'key', value: 'a=b' },
      { name: '%6bey', value: '%2F' },
      { name: 'x', value: '' },
    ]);
    expect(queryPairs('')).toEqual([]);
  });

  it('has a placeholder for each, which no other secret has', () => {
    expect([0, 7].map(queryValueName).map(queryValueAt)).toEqual([0, 7]);
    expect(['urlQuery', 'urlQuery.', 'urlQuery.0', 'urlQuery.x', 'url', 'token'].map(queryValueAt)).toEqual(
      Array(6).fill(null),
    );
  });

  it('is meant by four stars, however a writer of URLs spells them', () => {
    expect(['****', '%2A%2a**'].map(isMask)).toEqual([true, true]);
    expect(['***', '*****', 'a****', ''].map(isMask)).toEqual([false, false, false, false]);
  });
});
