import { cidrMatch } from './cidr.js';

describe('an address and a range', () => {
  it.each([
    ['the first address of a range lies in it', '192.168.4.0', '192.168.4.0/22', true],
    ['the last address of a range lies in it', '192.168.7.255', '192.168.4.0/22', true],
    ['the next one does not', '192.168.8.0', '192.168.4.0/22', false],
    ['a range of length 0 holds everything of its family', '8.8.8.8', '0.0.0.0/0', true],
    ['a range without a length is one address', '10.0.0.1', '10.0.0.1', true],
    ['a v6 address lies in its network', '2001:db8::1', '2001:db8::/32', true],
    ['a v6 address outside does not', '2001:db9::1', '2001:db8::/32', false],
    ['a mapped v4 address is the v4 address', '::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['a leading zero is no address', '010.0.0.1', '8.0.0.0/8', false],
    ['a length past 32 is no range', '10.0.0.1', '10.0.0.0/33', false],
    ['a text is no address', 'localhost', '127.0.0.0/8', false],
    ['two gaps are no address', '1::2::3', '::/0', false],
  ])('%s', (_sentence, address, range, expected) => {
    expect(cidrMatch(address, range)).toBe(expected);
  });
});
