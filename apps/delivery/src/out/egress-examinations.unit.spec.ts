import type { Connector } from '../work/connectors.js';
import { judgeAddresses, judgeEgress, judgeMailServer, namesShownMax } from './egress-examinations.js';

const policy = {
  production: true,
  allow: [],
  http: false,
  ipLiterals: false,
  ports: [],
  internalSuffixes: [],
  ownAddresses: [],
};
const connector = (name: string, url: unknown, more: Partial<Connector> = {}): Connector =>
  ({ id: name, tenant: 'default', name, state: 'enabled', config: { url }, ...more }) as unknown as Connector;
const mayGo = (url: string): boolean => url.startsWith('https://');

describe('what delivery says of its way out', () => {
  it('holds a policy that opens nothing', () => {
    expect(judgeEgress(policy, [])).toEqual({
      state: 'holds',
      says: 'In production: public addresses by https, and nothing else.',
    });
  });

  it('says what a policy opens besides, without drawing a map of the network', () => {
    const block = { family: 4, value: 0n, prefix: 32 } as never;
    const allow = [{ text: '10.9.8.7/32:443-443', block, firstPort: 443, lastPort: 443 }];
    const { state, says } = judgeEgress({ ...policy, allow, http: true }, []);
    expect(state).toBe('holds');
    expect(says).toContain('1 private ranges');
    expect(says).toContain('plain http');
    expect(says).not.toContain('10.9.8.7');
  });

  it('is wrong where something goes out that never may', () => {
    expect(judgeEgress(policy, ['http://169.254.169.254/'])).toMatchObject({ state: 'wrong' });
  });

  it.each([
    ['an address that may be sent to holds', [connector('a', 'https://h.example.com/')], 'holds'],
    ['an address that is refused is wrong', [connector('a', 'http://127.0.0.1/')], 'wrong'],
    ['an address of a disabled connector is nobody’s worry', [connector('a', 'x', { state: 'disabled' })], 'holds'],
    ['an address that is a secret is not judged', [connector('a', undefined)], 'holds'],
  ])('%s', (_, connectors, state) => expect(judgeAddresses(connectors, mayGo).state).toBe(state));

  it('names the connectors, up to the bound, and counts the rest', () => {
    const names = (count: number): string =>
      judgeAddresses(
        Array.from({ length: count }, (_, at) => connector(`c${at}`, 'x')),
        mayGo,
      ).says;
    expect(names(namesShownMax)).not.toContain('more');
    expect(names(namesShownMax + 1)).toContain('and 1 more');
  });

  it('takes a deployment without a mail server for a choice', () => {
    expect(judgeMailServer(null).state).toBe('unknown');
    expect(judgeMailServer('smtp://mail.example.com').state).toBe('holds');
  });
});
