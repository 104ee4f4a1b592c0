import { setTimeout as delay } from 'node:timers/promises';
import {
  AuthorizationError,
  connect,
  type ConnectionOptions,
  type NatsConnection,
  type TlsOptions,
} from '@nats-io/transport-node';

const reconnectDelayMs = 500;
/**
 * A connection on which a broker says nothing is given up after two to three of these: a network that was cut, or a broker that stands still, ends
 * no connection. The client's own figure is two minutes, which is four to six of a service that takes nothing and knows of nothing.
 */
const pingIntervalMs = 5_000;
const pingsUnansweredMax = 2;
/** One that does not answer at once is tried again: whatever was sent to it while it stood still is old when it goes on. */
const connectTimeoutMs = 5_000;

/**
 * Opens the one NATS connection of a process and keeps it for ever: a broker that is away is waited for, at start too,
 * because a service must come up with everything else down.
 * `NATS_URL` carries user and password (`nats://user:password@host:4222`). With `tls://` nothing goes in clear: rejects at once when the broker
 * has no TLS, or when its certificate is not for this host or leads to none of the roots in `caPem` (the public ones when absent).
 */
export async function connectBus(natsUrl: string, name: string, caPem?: string): Promise<NatsConnection> {
  const url = new URL(natsUrl);
  const isTls = url.protocol === 'tls:';
  if (caPem !== undefined && !isTls) throw new Error('NATS_CA says whom to trust, and NATS_URL is not tls://');
  const options: ConnectionOptions = {
    servers: `${url.hostname}:${url.port || '4222'}`,
    name,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }),
    ...(isTls ? { tls: tlsOf(url, caPem) } : {}),
    timeout: connectTimeoutMs,
    pingInterval: pingIntervalMs,
    maxPingOut: pingsUnansweredMax,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectDelayMs,
    // The client would end for ever with the second refusal of its life. A broker that stood still refuses whoever came meanwhile ("authentication
    // timeout"), and one whose passwords are being changed does for a while.
    ignoreAuthErrorAbort: true,
    // Replies of one service must not be readable by another: each user may subscribe to its own inbox only.
    inboxPrefix: `_INBOX_${url.username === '' ? 'anonymous' : decodeURIComponent(url.username)}`,
    noAsyncTraces: true,
  };
  const nc = await waitFor(options);
  inboxPrefixes.set(nc, options.inboxPrefix);
  void watch(nc);
  return nc;
}

/** `host` is what Node compares the certificate with where the broker is named by its address: the client leaves that out, and `localhost` would do. */
function tlsOf(url: URL, caPem: string | undefined): TlsOptions & { readonly host: string } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), ...(caPem === undefined ? {} : { ca: caPem }) };
}

/** Instead of the client's own waiting, which would not tell a password or a certificate that is wrong from a broker that is away. */
async function waitFor(options: ConnectionOptions): Promise<NatsConnection> {
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      if (saysNo(error)) throw error;
      await delay(reconnectDelayMs);
    }
  }
}

/** The password, a broker without TLS, OpenSSL's verdict on a certificate, Node's on its names. Anything else is the network's and passes. */
function saysNo(error: unknown): boolean {
  if (error instanceof AuthorizationError) return !/timeout/i.test(error.message);
  const { code = '', message } = error as Error & { code?: string };
  return message.includes("does not support 'tls'") || /CERT|SELF_SIGNED|UNABLE_TO|^INVALID_|^ERR_SSL/.test(code);
}

const inboxPrefixes = new WeakMap<NatsConnection, string | undefined>();

/** Below which the user of a connection may hear answers; undefined where that is the client's own choice. */
export const inboxPrefixOf = (nc: NatsConnection): string | undefined => inboxPrefixes.get(nc);

const away = new WeakSet<NatsConnection>();

/** Whether the broker is known to be away: what is asked now would be sent when it is back, after everybody has stopped waiting. */
export const isAway = (nc: NatsConnection): boolean => away.has(nc);

async function watch(nc: NatsConnection): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') away.add(nc);
    if (type === 'reconnect') away.delete(nc);
  }
}
