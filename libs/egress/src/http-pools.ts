import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { Pool } from 'undici';
import { dial, secure } from './dial.js';
import type { NameResolver } from './dial.js';
import { bodyIdleTimeoutMs, headBytesMax } from './exchange.js';
import type { JudgedPool, Opening } from './exchange.js';
import { EgressFault } from './fault.js';
import type { JudgedUrl } from './judge-url.js';
import type { EgressPolicy } from './policy.js';

interface Opened {
  readonly socket: Socket;
  readonly opening: Opening;
}

/** How a connection proves who we are and whom it trusts; connections are never shared between two of these. */
export interface Identity {
  /** PEM of the only authority that is trusted; empty for the well-known ones. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

export const anonymous: Identity = { caPem: '', certPem: '', keyPem: '' };

/** Idle connections are closed by then, whatever the target's `Keep-Alive` says (R5). */
export const idleMaxMs = 30_000;
/** A shorter wait than most servers', so that a request seldom meets a closing connection. */
const idleDefaultMs = 4000;
/** Busy connections are renewed by then, so that a name that moved is followed and judged again. */
export const connectionAgeMaxMs = 60_000;
export const connectionsPerOriginMax = 64;
/** An origin that was not asked for this long gives its pool back. */
const poolIdleMs = 60_000;
export const poolsMax = 2000;

/** Keeps one pool an origin and identity. Every connection of it was resolved and judged when it was opened. */
export class HttpPools {
  private readonly pools = new Map<string, JudgedPool>();
  private readonly contexts = new Map<string, SecureContext>();
  private readonly sweeper: NodeJS.Timeout;

  constructor(
    private readonly policy: EgressPolicy,
    private readonly resolver: NameResolver,
    private readonly nowMs: () => number,
  ) {
    this.sweeper = setInterval(() => this.sweep(), poolIdleMs / 2);
    this.sweeper.unref();
  }

  /** Throws `EgressFault` `tls_failed` for a certificate, key or authority that cannot be read. */
  poolFor(url: JudgedUrl, identity: Identity): JudgedPool {
    const key = identity === anonymous ? url.origin : `${url.origin}\n${identityKey(identity)}`;
    let judged = this.pools.get(key);
    if (judged !== undefined && this.nowMs() - judged.createdAtMs > connectionAgeMaxMs) {
      // What it has begun it still finishes.
      void judged.pool.close();
      judged = undefined;
    }
    if (judged === undefined) {
      judged = this.create(url, identity);
      this.pools.set(key, judged);
      if (this.pools.size > poolsMax) this.dropOldest();
    }
    judged.usedAtMs = this.nowMs();
    return judged;
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    const open = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(open.map((one) => one.pool.destroy()));
  }

  private create(url: JudgedUrl, identity: Identity): JudgedPool {
    const context = url.isTls ? this.contextFor(identity) : null;
    const judged: JudgedPool = {
      opening: null,
      entry: null,
      createdAtMs: this.nowMs(),
      usedAtMs: 0,
      // A fixed set of options (R8): what a user writes is data and never spread into it.
      pool: new Pool(url.origin, {
        connect: (_options, give) => {
          this.open(judged, url, context).then(
            ({ socket, opening }) => {
              // undici starts the waiting request inside this call, so the request finds what its connection took.
              judged.opening = opening;
              give(null, socket);
              judged.opening = null;
            },
            (error: Error) => give(error, null),
          );
        },
        connections: connectionsPerOriginMax,
        pipelining: 1,
        allowH2: false,
        headersTimeout: 0,
        bodyTimeout: bodyIdleTimeoutMs,
        maxHeaderSize: headBytesMax,
        keepAliveTimeout: idleDefaultMs,
        keepAliveMaxTimeout: idleMaxMs,
      }),
    };
    return judged;
  }

  private async open(judged: JudgedPool, url: JudgedUrl, context: SecureContext | null): Promise<Opened> {
    const dialled = await dial(url.host, this.policy, this.resolver);
    judged.entry = dialled.entry;
    const { dnsMs, connectMs } = dialled;
    if (context === null) return { socket: dialled.socket, opening: { dnsMs, connectMs, tlsMs: 0 } };
    const begun = performance.now();
    const socket = await secure(dialled.socket, url.host.hostname, context);
    return { socket, opening: { dnsMs, connectMs, tlsMs: performance.now() - begun } };
  }

  /** Reading the well-known authorities takes milliseconds, so a context is made once an identity. */
  private contextFor(identity: Identity): SecureContext {
    const key = identityKey(identity);
    const known = this.contexts.get(key);
    if (known !== undefined) return known;
    if (this.contexts.size >= poolsMax) this.contexts.clear();
    try {
      for (const pem of certificatesOf(identity.caPem)) new X509Certificate(pem);
      const context = createSecureContext({
        minVersion: 'TLSv1.2',
        ca: identity.caPem === '' ? undefined : identity.caPem,
        cert: identity.certPem === '' ? undefined : identity.certPem,
        key: identity.keyPem === '' ? undefined : identity.keyPem,
      });
      this.contexts.set(key, context);
      return context;
    } catch {
      // The cause may quote the key.
      throw new EgressFault('tls_failed', 'TLS: the certificate, key or authority cannot be read.', 'never');
    }
  }

  private sweep(): void {
    const limit = this.nowMs() - poolIdleMs;
    for (const [key, judged] of this.pools) {
      if (judged.usedAtMs > limit || judged.pool.stats.size > 0) continue;
      this.pools.delete(key);
      void judged.pool.close();
    }
  }

  private dropOldest(): void {
    let oldest: string | null = null;
    let atMs = Infinity;
    for (const [key, judged] of this.pools) {
      if (judged.usedAtMs >= atMs || judged.usedAtMs === 0) continue;
      oldest = key;
      atMs = judged.usedAtMs;
    }
    if (oldest === null) return;
    void this.pools.get(oldest)?.pool.close();
    this.pools.delete(oldest);
  }
}

const identityKey = (identity: Identity): string => `${identity.caPem}\n${identity.certPem}\n${identity.keyPem}`;

/** Node takes an authority that it cannot read for none at all, and every server is then refused without a reason. */
function certificatesOf(caPem: string): readonly string[] {
  if (caPem === '') return [];
  const found = caPem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return found.length === 0 ? [caPem] : found;
}
