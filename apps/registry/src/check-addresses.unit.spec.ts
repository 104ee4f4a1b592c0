import { readPolicy } from '@waybill/egress/policy';
import type { Addressed } from '@waybill/targets/addresses';
import { addressChecker } from './check-addresses.js';

const check = addressChecker(readPolicy({ allow: ['127.0.0.1/32:8090-8090'] }, { production: false }));
const of = (config: Addressed['config'], secrets: Addressed['secrets'] = {}): Addressed => ({ config, secrets });

describe('the addresses of a connector', () => {
  const rows: [string, Addressed, [pointer: string, code: string][]][] = [
    ['a public name passes', of({ url: 'https://hooks.example.com/in' }), []],
    ['what an allow entry opens passes', of({ baseUrl: 'http://127.0.0.1:8090/jira' }), []],
    [
      'loopback beside the entry does not',
      of({ url: 'http://127.0.0.1:8080/in' }),
      [['/config/url', 'egress_blocked']],
    ],
    ['metadata does not', of({ url: 'http://169.254.169.254/latest' }), [['/config/url', 'egress_blocked']]],
    [
      'plain http to the outside does not',
      of({ url: 'http://hooks.example.com/' }),
      [['/config/url', 'egress_blocked']],
    ],
    [
      'an address in another spelling does not',
      of({ baseUrl: 'https://0177.0.0.1/' }),
      [['/config/baseUrl', 'url_invalid']],
    ],
    [
      'a token endpoint is judged as well',
      of({ url: 'https://a.example.com/', auth: { tokenUrl: 'https://10.0.0.1/token' } }),
      [['/config/auth/tokenUrl', 'egress_blocked']],
    ],
    ['so is a URL that is a secret', of({}, { url: 'https://[::1]/hook' }), [['/secrets/url', 'egress_blocked']]],
    [
      'so are a mail server and its token endpoint',
      of({ smtpUrl: 'smtp://10.0.0.1:587', oauth2: { tokenUrl: 'https://localhost/token' } }),
      [
        ['/config/smtpUrl', 'egress_blocked'],
        ['/config/oauth2/tokenUrl', 'egress_blocked'],
      ],
    ],
    ['a mail server with a public name passes', of({ smtpUrl: 'smtps://u@smtp.example.com:465' }), []],
    [
      'a port that belongs to another service does not',
      of({ url: 'https://a.example.com:22/' }),
      [['/config/url', 'url_invalid']],
    ],
  ];
  it.each(rows)('%s', (_what, draft, faults) => {
    expect(check(draft).map(({ pointer, code }) => [pointer, code])).toEqual(faults);
  });

  it('that are refused all read the same', () => {
    const messages = ['http://127.0.0.1:8080/', 'https://10.1.2.3/', 'https://printer.local/'].map(
      (url) => check(of({ url }))[0]?.message,
    );
    expect(new Set(messages).size).toBe(1);
  });

  it('are left alone where they are stored already', () => {
    const stored = of({ url: 'https://10.1.2.3/' });
    expect(check(stored, stored)).toEqual([]);
    expect(check(of({ url: 'https://10.1.2.4/' }), stored)).toHaveLength(1);
  });
});
