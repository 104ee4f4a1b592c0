import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { NameResolver } from './dial.js';
import type { JudgedPool } from './exchange.js';
import { EgressFault } from './fault.js';
import type { JudgedUrl } from './judge-url.js';
import { OriginPool } from './origin-pool.js';
import type { EgressPolicy } from './policy.js';

/** How a connection proves who we are and whom it trusts; connections are never shared between two of these. */
export interface Identity {
  /** PEM of the only authority that is trusted; empty for the well-known ones. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

export const anonymous: Identity = { caPem: '', certPem: '', keyPem: '' };

/** Busy connections are renewed by then, so that a name that moved is followed and judged again. */
export const connectionAgeMaxMs = 60_000;
/** An origin that was not asked for this long gives its pool back. */
const poolIdleMs = 60_000;
export const poolsMax = 2000;

/** Keeps one pool an origin and identity. Every connection of it was resolved and judged when it was opened. */
export class HttpPools {
  private readonly pools = new Map<string, OriginPool>();
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

  /** Throws `EgressFault` `tls_certificate_invalid` for a certificate, key or authority that cannot be read. */
  poolFor(url: JudgedUrl, identity: Identity): JudgedPool {
    const key = identity === anonymous ? url.origin : `${url.origin}\n${identityKey(identity)}`;
    let judged = this.pools.get(key);
    if (judged !== undefined && this.nowMs() - judged.createdAtMs > connectionAgeMaxMs) {
      judged.close();
      judged = undefined;
    }
    if (judged === undefined) {
      const context = url.isTls ? this.contextFor(identity) : null;
      judged = new OriginPool(url, context, this.policy, this.resolver, this.nowMs());
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
    await Promise.all(open.map((one) => one.destroy()));
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
      throw new EgressFault(
        'tls_certificate_invalid',
        'TLS: the certificate, key or authority cannot be read.',
        'never',
      );
    }
  }

  private sweep(): void {
    const limit = this.nowMs() - poolIdleMs;
    for (const [key, judged] of this.pools) {
      if (judged.usedAtMs > limit || judged.isBusy) continue;
      this.pools.delete(key);
      judged.close();
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
    this.pools.get(oldest)?.close();
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
