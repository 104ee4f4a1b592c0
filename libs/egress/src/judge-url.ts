import { domainToASCII } from 'node:url';
import { isIP } from 'node:net';
import { parseAddress } from './address.js';
import type { Address } from './address.js';
import { coversPort, judgeAddress } from './policy.js';
import type { EgressPolicy } from './policy.js';

/** A URL that may be tried. Its name still has to resolve to addresses that may be dialled. */
export interface JudgedUrl {
  readonly ok: true;
  /** As WHATWG writes it; store this form and never read it with another parser. */
  readonly href: string;
  readonly origin: string;
  readonly isTls: boolean;
  readonly path: string;
  readonly host: JudgedHost;
}

export interface JudgedHost {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Set where the host is written as an address. */
  readonly address: Address | null;
  /** Only an allow entry opens it: plain http, an odd port, a bare or internal name. Every answer must then be covered by one. */
  readonly needsEntry: boolean;
}

export type UrlJudgement =
  | JudgedUrl
  /** `url_invalid` reads from the text alone and says what to write instead; `egress_blocked` says nothing. */
  | { readonly ok: false; readonly code: 'url_invalid' | 'egress_blocked'; readonly message: string };

/** RFC 7230 sets no limit; 8,000 octets is what it recommends everybody to support. */
export const urlCharsMax = 8000;
export const hostCharsMax = 253;
export const labelCharsMax = 63;

const webPorts: ReadonlySet<number> = new Set([443, 80, 8443, 8080]);
/** Ports where a service that is not HTTP listens, said by name so that nobody opens them by mistake (R4). */
const foreignPorts: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [25, 'SMTP'],
  [53, 'DNS'],
  [111, 'portmapper'],
  [2049, 'NFS'],
  [2375, 'Docker'],
  [2376, 'Docker'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [4222, 'NATS'],
  [5432, 'PostgreSQL'],
  [6222, 'NATS'],
  [6379, 'Redis'],
  [8222, 'NATS'],
  [9200, 'Elasticsearch'],
  [10_250, 'kubelet'],
  [11_211, 'memcached'],
  [27_017, 'MongoDB'],
]);
const innerSuffixes = ['localhost', 'local', 'internal', 'home.arpa', 'onion', 'in-addr.arpa', 'ip6.arpa'];

/**
 * Judges a URL by its text (R1-R4): no network is asked. The same function judges when a connector is saved and before
 * every request. What it lets through still goes through the judgement of every resolved address.
 */
export function judgeUrl(text: string, policy: EgressPolicy): UrlJudgement {
  const invalid = (message: string): UrlJudgement => ({ ok: false, code: 'url_invalid', message });
  if (text.length > urlCharsMax) return invalid(`A URL has at most ${urlCharsMax} characters.`);
  if (/[\u0000-\u0020\u007f\\\u00ad]/.test(text)) {
    return invalid('A URL holds no blank, control character, backslash or soft hyphen.');
  }
  const written = /^(https?):\/\/([^/?#]+)/i.exec(text);
  if (written === null) return invalid('A URL begins with https:// and a host.');
  const authority = written[2] ?? '';
  if (authority.includes('@')) return invalid('A URL holds no user name and no password.');
  if (text.includes('#')) return invalid('A URL holds no fragment (#).');
  if (/[^\u0021-\u007e]/.test(authority)) {
    const plain = domainToASCII(authority.replace(/:\d*$/, ''));
    return invalid(plain === '' ? 'The host cannot be read.' : `Write the host as ${JSON.stringify(plain)}.`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return invalid('The URL cannot be read.');
  const host = judgeHost(authority, url, policy);
  if ('ok' in host) return host;
  const needsEntry = host.needsEntry || (url.protocol === 'http:' && !policy.http);
  if (!isReachable({ ...host, needsEntry }, policy)) return refusedByLaw;
  return {
    ok: true,
    href: url.href,
    origin: url.origin,
    isTls: url.protocol === 'https:',
    path: url.pathname + url.search,
    host: { ...host, needsEntry },
  };
}

/** Judges host and port of a mail server; ports 25, 465, 587 and 2525 are the ordinary ones (R4). */
export function judgeMailHost(hostname: string, port: number, policy: EgressPolicy): JudgedHost | null {
  if (hostname.length > hostCharsMax || !/^[a-z0-9._:-]+$/i.test(hostname)) return null;
  const lower = hostname.toLowerCase();
  const address = parseAddress(lower);
  if (address === null && !isPlainName(lower)) return null;
  const oddPort = ![25, 465, 587, 2525].includes(port) && !policy.ports.includes(port);
  const bare = address === null ? isInnerName(lower, policy) : !policy.ipLiterals;
  const host: JudgedHost = { hostname: lower, port, address, needsEntry: oddPort || bare };
  return isReachable(host, policy) ? host : null;
}

const refusedByLaw: UrlJudgement = { ok: false, code: 'egress_blocked', message: 'This address is not allowed.' };

function judgeHost(authority: string, url: URL, policy: EgressPolicy): JudgedHost | UrlJudgement {
  const invalid = (message: string): UrlJudgement => ({ ok: false, code: 'url_invalid', message });
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const writtenPort = /:(\d*)$/.exec(authority.replace(/^\[[^\]]*\]/, ''));
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (port === 0 || writtenPort?.[1] === '') return invalid('The port cannot be used.');
  const writtenHost = writtenPort === null ? authority : authority.slice(0, -writtenPort[0].length);
  const address = parseAddress(hostname);
  // 0177.0.0.1, 0x7f.1, 2130706433 and %31 become another host on the way; nobody needs to write one so.
  if (address?.family !== 6 && writtenHost.toLowerCase() !== hostname) {
    return invalid('Write the host plainly, as a name or as four decimal numbers.');
  }
  if (address === null && isIP(hostname) !== 0) return invalid('The host cannot be read.');
  if (address === null && !isPlainName(hostname)) {
    return invalid('A host is a name of labels with letters, digits and hyphens, without a dot at the end.');
  }
  const foreign = foreignPorts.get(port);
  const oddPort = foreign !== undefined || !(webPorts.has(port) || policy.ports.includes(port));
  const isOpened = policy.allow.some((entry) => coversPort(entry, port));
  if (oddPort && !isOpened) {
    return invalid(
      foreign === undefined ? `Port ${port} is not open for requests.` : `Port ${port} belongs to ${foreign}.`,
    );
  }
  const bare = address === null ? isInnerName(hostname, policy) : !policy.ipLiterals;
  return { hostname, port, address, needsEntry: oddPort || bare };
}

/** Whether anything in the policy can open this host at all; a name is judged again by its addresses. */
function isReachable(host: JudgedHost, policy: EgressPolicy): boolean {
  if (host.address !== null) {
    const judged = judgeAddress(host.address, host.port, policy);
    return judged !== null && (judged !== 'public' || !host.needsEntry);
  }
  return !host.needsEntry || policy.allow.some((entry) => coversPort(entry, host.port));
}

function isPlainName(name: string): boolean {
  if (name.length > hostCharsMax) return false;
  // A name whose last label is a number is an address to some readers.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name)) return false;
  return name.split('.').every((label) => label.length <= labelCharsMax && /^[a-z0-9_-]+$/.test(label));
}

function isInnerName(name: string, policy: EgressPolicy): boolean {
  if (!name.includes('.')) return true;
  return [...innerSuffixes, ...policy.internalSuffixes].some(
    (suffix) => name === suffix || name.endsWith(`.${suffix}`),
  );
}
