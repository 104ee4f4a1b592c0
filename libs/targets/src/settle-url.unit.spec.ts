import { settledBefore, settleUrl, shownConfig } from './settle-url.js';

const at = 'https://h.example/in';
const settle = (url: string, urlQuery: string | undefined, storedFor: string | null) => {
  const secrets: Record<string, string> = urlQuery === undefined ? { token: 't' } : { token: 't', urlQuery };
  const settled = settleUrl('webhook', { config: { url, method: 'PUT' }, secrets }, storedFor);
  return [settled.config['url'], settled.secrets['urlQuery']];
};

describe('a URL that is saved (SEC-08)', () => {
  it('loses its credentials to the secret, and keeps everything else', () => {
    const given = { config: { url: `${at}?key=abc123&room=7`, method: 'PUT' }, secrets: { token: 't' } };
    expect(settleUrl('webhook', given, null)).toEqual({
      config: { url: `${at}?key=****&room=7`, method: 'PUT' },
      secrets: { token: 't', urlQuery: 'key=abc123' },
    });
  });

  it.each<[string, string, string | undefined, string | null, string, string | undefined]>([
    ['keeps the value that a mask stands for', `${at}?key=****`, 'key=a', `${at}?key=****`, `${at}?key=****`, 'key=a'],
    ['takes a new value', `${at}?key=b`, 'key=a', `${at}?key=****`, `${at}?key=****`, 'key=b'],
    ['forgets the value of a parameter that is gone', `${at}?room=7`, 'key=a', `${at}?key=****`, `${at}?room=7`, undefined], // prettier-ignore
    ['forgets a value that is empty now', `${at}?key=`, 'key=a', `${at}?key=****`, `${at}?key=`, undefined],
    ['takes one new value and keeps the other', `${at}?sig=****&key=b`, 'key=a&sig=s', `${at}?key=****&sig=****`, `${at}?sig=****&key=****`, 'sig=s&key=b'], // prettier-ignore
    ['tells two of one name by their order', `${at}?key=b&key=****`, 'key=a&key=c', `${at}?key=****&key=****`, `${at}?key=****&key=****`, 'key=b&key=c'], // prettier-ignore
    ['knows a name in another spelling', `${at}?%6bey=****`, 'key=a', `${at}?key=****`, `${at}?%6bey=****`, '%6bey=a'],
    ['keeps the spelling of a value', `${at}?sig=a%2Fb+c==`, undefined, null, `${at}?sig=****`, 'sig=a%2Fb+c=='],
    ['keeps a value under another path', 'https://h.example/out?key=****', 'key=a', `${at}?key=****`, 'https://h.example/out?key=****', 'key=a'], // prettier-ignore
    ['keeps a value where the port is only said', 'https://H.example:443/in?key=****', 'key=a', `${at}?key=****`, 'https://H.example:443/in?key=****', 'key=a'], // prettier-ignore
    ['takes the value from the secret where that is given now', 'https://other.example/?key=****', 'key=b', null, 'https://other.example/?key=****', 'key=b'], // prettier-ignore
    ['takes a value that looks like a template as it is', `${at}?key={{token}}`, undefined, null, `${at}?key=****`, 'key={{token}}'], // prettier-ignore
    ['has no secret where it has no credential', `${at}?room=7`, undefined, null, `${at}?room=7`, undefined],
    ['leaves stars that stand for no credential', `${at}?room=****`, undefined, null, `${at}?room=****`, undefined],
  ])('%s', (_sentence, url, urlQuery, storedFor, wanted, kept) => {
    expect(settle(url, urlQuery, storedFor)).toEqual([wanted, kept]);
  });

  it.each<[string, string, string | undefined, string | null, string, string]>([
    ['a mask without a value', `${at}?key=****`, undefined, null, 'secret_missing', '/config/url'],
    ['a mask of another name', `${at}?token=****`, 'key=a', `${at}?key=****`, 'secret_missing', '/config/url'],
    ['one mask more than there are values', `${at}?key=****&key=****`, 'key=a', `${at}?key=****`, 'secret_missing', '/config/url'], // prettier-ignore
    ['a mask that goes to another host', 'https://evil.example/in?key=****', 'key=a', `${at}?key=****`, 'secret_missing', '/config/url'], // prettier-ignore
    ['a mask that goes to another port', 'https://h.example:8443/in?key=****', 'key=a', `${at}?key=****`, 'secret_missing', '/config/url'], // prettier-ignore
    ['a mask that goes over plain http', 'http://h.example/in?key=****', 'key=a', `${at}?key=****`, 'secret_missing', '/config/url'], // prettier-ignore
    ['an empty value given now', `${at}?key=****`, 'key=', null, 'secret_missing', '/config/url'],
    ['a value given now that no mask stands for', `${at}?room=7`, 'key=a', null, 'secret_invalid', '/secrets/urlQuery'],
    ['a value given twice', `${at}?key=b`, 'key=a', null, 'secret_invalid', '/secrets/urlQuery'],
  ])('refuses %s', (_sentence, url, urlQuery, storedFor, code, pointer) => {
    expect(() => settle(url, urlQuery, storedFor)).toThrow(expect.objectContaining({ code, pointer }));
  });

  it('says no value in a refusal', () => {
    expect(() => settle('https://evil.example/?key=****&sig=hunter2', 'key=hunter3', `${at}?key=****`)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/hunter/) as string }),
    );
  });

  it.each([
    ['is no URL', 'nonsense?key=a'],
    ['is too long', `${at}?key=${'a'.repeat(4_096)}`],
  ])('leaves a text that %s to the check of the target', (_what, url) => {
    expect(settle(url, undefined, null)).toEqual([url, undefined]);
  });

  it('leaves the settings of a target that has no such secret', () => {
    const settings = { config: { url: `${at}?key=a`, baseUrl: `${at}?key=a` }, secrets: {} };
    for (const target of ['jira', 'slack', 'unknown']) expect(settleUrl(target, settings, null)).toEqual(settings);
  });
});

describe('a connector that was saved with a credential in clear', () => {
  const stored = { config: { url: `${at}?key=a&room=7&sig=****` }, secrets: { urlQuery: 'sig=s' } };

  it('has it as a secret when it is changed', () => {
    expect(settledBefore('webhook', stored)).toEqual({
      config: { url: `${at}?key=****&room=7&sig=****` },
      secrets: { urlQuery: 'key=a&sig=s' },
    });
  });

  it('can be mended where a value is missing', () => {
    expect(settledBefore('webhook', { config: { url: `${at}?key=****` }, secrets: {} })).toEqual({
      config: { url: `${at}?key=****` },
      secrets: {},
    });
  });

  it('is shown with masks', () => {
    expect(shownConfig('webhook', stored.config)).toEqual({ url: `${at}?key=****&room=7&sig=****` });
    expect(shownConfig('jira', { baseUrl: at })).toEqual({ baseUrl: at });
  });
});
