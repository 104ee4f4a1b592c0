import { metadataAddresses, parseAddress } from './address.js';
import { judgeAddress, PolicyFault, readPolicy } from './policy.js';
import type { EgressPolicy } from './policy.js';

const development = { production: false };
const faultsOf = (egress: unknown, environment = development): readonly string[] => {
  try {
    readPolicy(egress, environment);
    return [];
  } catch (error) {
    if (error instanceof PolicyFault) return error.faults;
    throw error;
  }
};
const judge = (text: string, port: number, policy: EgressPolicy): string | null => {
  const address = parseAddress(text);
  const judged = address === null ? null : judgeAddress(address, port, policy);
  return judged === null || judged === 'public' ? judged : judged.text;
};

describe('readPolicy', () => {
  it('lets nothing special out where the deployment says nothing', () => {
    const policy = readPolicy(undefined, { production: true });
    expect(policy).toMatchObject({ allow: [], http: false, ipLiterals: false, ports: [], internalSuffixes: [] });
  });

  it.each([
    ['no port range', '127.0.0.1/32'],
    ['one port instead of a range', '127.0.0.1/32:8090'],
    ['no prefix', '127.0.0.1:8090-8090'],
    ['every address', '0.0.0.0/0:8090-8090'],
    ['every IPv6 address', '::/0:8090-8090'],
    ['a star for the port', '127.0.0.1/32:*'],
    ['every port', '127.0.0.1/32:1-65535'],
    ['port 0', '127.0.0.1/32:0-80'],
    ['a port past the last', '127.0.0.1/32:80-65536'],
    ['a range that goes backwards', '127.0.0.1/32:90-80'],
    ['a name', 'localhost:80-80'],
    ['bits after the prefix', '127.0.0.1/8:80-80'],
    ['a block that holds a metadata address', '169.254.0.0/16:80-80'],
    ['a block that holds the IPv6 metadata address', 'fd00::/8:80-80'],
    ...metadataAddresses.map((text) => ['a metadata address', `${text}/${text.includes(':') ? 128 : 32}:80-80`]),
  ])('refuses an entry with %s (%s)', (_what, entry) => {
    expect(faultsOf({ allow: [entry] })).toHaveLength(1);
  });

  it('tells all faults at once, unknown members too', () => {
    expect(faultsOf({ allow: ['x', 'y'], ports: [0], http: 'yes', open: true })).toHaveLength(5);
  });

  it('wants a second word for an entry in production', () => {
    const allow = ['10.1.2.3/32:25-25'];
    expect(faultsOf({ allow }, { production: true })).toHaveLength(1);
    expect(faultsOf({ allow, allow_in_production: true }, { production: true })).toEqual([]);
  });
});

describe('judgeAddress', () => {
  const policy = readPolicy({ allow: ['127.0.0.1/32:9001-9010', '[fd12::]/64:25-25'] }, development);

  it.each([
    ['opens the first port of an entry', '127.0.0.1', 9001, '127.0.0.1/32:9001-9010'],
    ['opens the last port of an entry', '127.0.0.1', 9010, '127.0.0.1/32:9001-9010'],
    ['opens the mapped spelling of the same address', '::ffff:127.0.0.1', 9001, '127.0.0.1/32:9001-9010'],
    ['opens an IPv6 block', 'fd12::7', 25, '[fd12::]/64:25-25'],
    ['refuses one port before', '127.0.0.1', 9000, null],
    ['refuses one port past', '127.0.0.1', 9011, null],
    ['refuses the neighbour address', '127.0.0.2', 9001, null],
    ['lets a public address out', '93.184.216.34', 443, 'public'],
    ['refuses metadata', '169.254.169.254', 80, null],
  ])('%s', (_what, text, port, judged) => {
    expect(judge(text, port, policy)).toBe(judged);
  });

  it('refuses metadata whatever a policy says', () => {
    const entry = {
      text: 'forged',
      block: { family: 4 as const, first: 0n, last: 0xffff_ffffn, prefix: 0 },
      firstPort: 1,
      lastPort: 65_535,
    };
    const open = { ...policy, allow: [entry] };
    for (const text of metadataAddresses) expect(judge(text, 80, open)).toBeNull();
    expect(judge('10.0.0.1', 80, open)).toBe('forged');
  });

  it("refuses the deployment's own public address", () => {
    const own = readPolicy({ own_addresses: ['93.184.216.34'] }, development);
    expect(judge('93.184.216.34', 443, own)).toBeNull();
    expect(judge('::ffff:93.184.216.34', 443, own)).toBeNull();
    expect(judge('93.184.216.35', 443, own)).toBe('public');
  });
});
