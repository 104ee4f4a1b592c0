import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Resolver } from 'node:dns/promises';
import { connect as connectTls } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import { parseAddress } from './address.js';
import { blocked, EgressFault, tlsFault } from './fault.js';
import type { JudgedHost } from './judge-url.js';
import { judgeAddress } from './policy.js';
import type { EgressPolicy } from './policy.js';

/** Asks for addresses of a name. Not `getaddrinfo`: that reads /etc/hosts and takes 0177.0.0.1 for an address. */
export interface NameResolver {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

export interface Dialled {
  readonly socket: Socket;
  readonly dnsMs: number;
  readonly connectMs: number;
  /** The allow entry of the deployment file that opened this address; null for a public one. */
  readonly entry: string | null;
}

/** More answers than this are not dialled (R5); all of them are judged. */
export const answersMax = 16;
export const dnsTimeoutMs = 2000;
export const connectTimeoutMs = 5000;
export const tlsTimeoutMs = 5000;

export const createResolver = (): NameResolver => new Resolver({ timeout: dnsTimeoutMs, tries: 2 });

/**
 * Resolves, judges every answer, dials a judged address and looks at the peer once more (R5). One forbidden answer
 * refuses the name: a name that points inside and outside is an attack or a mistake. Throws `EgressFault`.
 */
export async function dial(host: JudgedHost, policy: EgressPolicy, resolver: NameResolver): Promise<Dialled> {
  const begun = performance.now();
  const addresses = host.address === null ? await resolve(host, policy, resolver) : [host.hostname];
  let entry: string | null = null;
  for (const text of addresses) {
    const judged = judgeText(text, host, policy);
    if (judged === null) throw blocked();
    if (judged !== 'public') entry = judged.text;
  }
  const resolved = performance.now();
  const socket = await open(addresses.slice(0, answersMax), host);
  const peer = socket.remoteAddress ?? '';
  if (judgeText(peer, host, policy) === null || !isAmong(peer, addresses)) {
    socket.destroy();
    throw blocked();
  }
  return { socket, dnsMs: resolved - begun, connectMs: performance.now() - resolved, entry };
}

/** TLS over a dialled socket: the certificate must belong to the name that was asked for. There is no switch to skip that. */
export function secure(socket: Socket, hostname: string, context: SecureContext): Promise<TLSSocket> {
  return new Promise((done, fail) => {
    const wrapped = connectTls({
      socket,
      host: hostname,
      // SNI carries names only (RFC 6066); for an address the certificate is still checked against `host`.
      servername: parseAddress(hostname) === null ? hostname : '',
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    });
    const refuse = (message: string, cause?: unknown): void => {
      clearTimeout(timer);
      wrapped.on('error', () => undefined);
      wrapped.destroy();
      fail(tlsFault(codeOf(cause) ?? '', message, cause));
    };
    const timer = setTimeout(() => refuse('TLS: no handshake in time.'), tlsTimeoutMs);
    const onError = (error: NodeJS.ErrnoException): void => refuse(tlsReason(error), error);
    const onClose = (): void => refuse('TLS: the connection was closed during the handshake.');
    wrapped.once('error', onError);
    wrapped.once('close', onClose);
    wrapped.once('secureConnect', () => {
      clearTimeout(timer);
      wrapped.off('error', onError);
      wrapped.off('close', onClose);
      done(wrapped);
    });
  });
}

async function resolve(host: JudgedHost, policy: EgressPolicy, resolver: NameResolver): Promise<readonly string[]> {
  if (host.hostname === 'localhost' || host.hostname.endsWith('.localhost')) {
    // RFC 6761: always the loopback, without asking anybody; only what an allow entry opens is tried.
    const open = ['127.0.0.1', '::1'].filter((text) => judgeText(text, host, policy) !== null);
    if (open.length === 0) throw blocked();
    return open;
  }
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host.hostname), resolver.resolve6(host.hostname)]);
  const addresses = [v4, v6].flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (addresses.length > 0) return addresses;
  const reason: unknown = v4.status === 'rejected' ? v4.reason : v6.status === 'rejected' ? v6.reason : null;
  throw new EgressFault('dns_failed', `The host name was not resolved (${codeOf(reason) ?? 'no address'}).`, 'later', {
    cause: reason,
  });
}

function judgeText(text: string, host: JudgedHost, policy: EgressPolicy): ReturnType<typeof judgeAddress> {
  const address = parseAddress(text);
  const judged = address === null ? null : judgeAddress(address, host.port, policy);
  return judged === 'public' && host.needsEntry ? null : judged;
}

function isAmong(peer: string, addresses: readonly string[]): boolean {
  const found = parseAddress(peer);
  return addresses.some((text) => {
    const one = parseAddress(text);
    return one !== null && found !== null && one.family === found.family && one.value === found.value;
  });
}

function open(addresses: readonly string[], host: JudgedHost): Promise<Socket> {
  return new Promise((done, fail) => {
    const judged = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    // The name goes no further than this: what is dialled comes from `judged`, whoever asks.
    const socket = connect({
      host: judged.length === 1 ? (addresses[0] ?? '') : host.hostname,
      port: host.port,
      autoSelectFamily: judged.length > 1,
      autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(connectTimeoutMs / judged.length)),
      lookup: (_name, options, answer) => {
        if (options.all === true) answer(null, judged);
        else answer(null, judged[0]?.address ?? '', judged[0]?.family);
      },
      noDelay: true,
      keepAlive: true,
    });
    const refuse = (message: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.on('error', () => undefined);
      socket.destroy();
      fail(new EgressFault('connect_failed', message, 'later', { cause }));
    };
    const timer = setTimeout(() => refuse('No connection in time.'), connectTimeoutMs);
    const onError = (error: NodeJS.ErrnoException): void =>
      refuse(`No connection (${codeOf(error) ?? 'refused'}).`, error);
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      done(socket);
    });
  });
}

/** Only the code: Node's own messages carry the address. */
function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : null;
}

/** Why TLS failed, in OpenSSL's words, without addresses. */
export function tlsReason(error: NodeJS.ErrnoException): string {
  const code = codeOf(error);
  // Node's advice to whoever started the process; a user gives the authority with the connector.
  const text =
    error.message
      .split('\n')[0]
      ?.replace(/; if the root CA is installed.*$/, '')
      .slice(0, 300) ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `TLS: the certificate is for another name (${code}).`;
  // OpenSSL's line ends in file names of its source, and Node's names the addresses of a socket.
  if (code === 'ECONNRESET') return 'TLS: the connection was closed during the handshake.';
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  return code === null ? `TLS: ${reason}.` : `TLS: ${reason} (${code}).`;
}
