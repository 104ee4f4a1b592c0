import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { dial, type NameResolver, secure } from './dial.js';
import { type Asker, bodyIdleTimeoutMs, headBytesMax, type JudgedPool, type Opening } from './exchange.js';
import { EgressFault } from './fault.js';
import type { JudgedUrl } from './judge-url.js';
import type { EgressPolicy } from './policy.js';

/** Idle connections are closed by then, whatever the target's `Keep-Alive` says (R5). */
export const idleMaxMs = 30_000;
/** A shorter wait than most servers', so that a request seldom meets a closing connection. */
const idleDefaultMs = 4000;
/**
 * More than are ever under way at once: whoever waits for a connection waits behind all others of the origin, also those of other connectors
 * and tenants whose requests are slow, and its time runs. Who may send is decided before, connector by connector, with fair shares.
 */
export const connectionsPerOriginMax = 4_096;

interface Opened {
  readonly socket: Socket;
  readonly opening: Opening;
}

interface Waiting {
  readonly options: Dispatcher.DispatchOptions;
  readonly asker: Asker;
  /** The connection that is being opened on its behalf; null while there are enough of these. */
  dial: Promise<Opened> | null;
}

/**
 * The connections to one origin with one identity; each was resolved and judged when it was opened. Nothing of undici is made before the
 * first of them stands: a pool takes 20 KB, which for a thousand dead hosts was most of what the garbage collector had to go through.
 */
export class OriginPool implements JudgedPool {
  opening: Opening | null = null;
  entry: string | null = null;
  usedAtMs = 0;
  private pool: Pool | null = null;
  /** What was asked before there was a pool, in its order. */
  private readonly waiting = new Set<Waiting>();
  /** Connections that were begun before there was a pool, for it to take first. */
  private begun: Promise<Opened>[] = [];
  private ended: 'closed' | 'destroyed' | null = null;

  constructor(
    private readonly url: JudgedUrl,
    /** Null for plain HTTP. */
    private readonly context: SecureContext | null,
    private readonly policy: EgressPolicy,
    private readonly resolver: NameResolver,
    readonly createdAtMs: number,
  ) {}

  /** Whether a request is under way or waits. */
  get isBusy(): boolean {
    return this.waiting.size > 0 || (this.pool?.stats.size ?? 0) > 0;
  }

  dispatch(options: Dispatcher.DispatchOptions, asker: Asker): void {
    if (this.pool !== null) return void this.pool.dispatch(options, asker);
    this.waiting.add({ options, asker, dial: null });
    this.dialOnce();
  }

  /** Nothing new comes; what has begun is finished. */
  close(): void {
    this.ended ??= 'closed';
    this.closeWhenNobodyWaits();
  }

  /** Ends everything at once; who waits is told. */
  async destroy(): Promise<void> {
    this.ended = 'destroyed';
    const gone = new EgressFault('reset', 'The connection ended.', 'later');
    for (const { asker } of this.waiting) asker.onResponseError(null, gone);
    this.waiting.clear();
    await this.pool?.destroy();
  }

  /** Opens a connection for the first that waits without one. */
  private dialOnce(): void {
    // Those before it have one that is being opened.
    const waiting = [...this.waiting];
    const at = waiting.findIndex(({ dial }) => dial === null);
    const one = waiting[at];
    if (one === undefined || at >= connectionsPerOriginMax) return;
    one.dial = this.open();
    one.dial.then(
      ({ socket }) => {
        if (this.ended === 'destroyed') socket.destroy();
        else if (this.waiting.has(one)) this.stands(one.dial as Promise<Opened>);
      },
      (error: Error) => {
        // Once there is a pool it is told itself.
        if (!this.waiting.delete(one)) return;
        one.asker.onResponseError(null, error);
        this.dialOnce();
        this.closeWhenNobodyWaits();
      },
    );
  }

  /** The first connection stands: from now on the pool has what waits and what is being opened, and opens what more it needs. */
  private stands(first: Promise<Opened>): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    this.begun = [first, ...waiting.flatMap(({ dial }) => (dial === null || dial === first ? [] : [dial]))];
    this.pool = this.create();
    for (const { options, asker } of waiting) this.pool.dispatch(options, asker);
    this.closeWhenNobodyWaits();
  }

  private create(): Pool {
    // A fixed set of options (R8): what a user writes is data and never spread into it.
    return new Pool(this.url.origin, {
      connect: (_options, give) => {
        (this.begun.shift() ?? this.open()).then(
          ({ socket, opening }) => {
            // undici starts the waiting request inside this call, so the request finds what its connection took.
            this.opening = opening;
            give(null, socket);
            this.opening = null;
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
    });
  }

  private closeWhenNobodyWaits(): void {
    if (this.ended === 'closed' && this.waiting.size === 0) void this.pool?.close();
  }

  private async open(): Promise<Opened> {
    const dialled = await dial(this.url.host, this.policy, this.resolver);
    this.entry = dialled.entry;
    const { dnsMs, connectMs } = dialled;
    if (this.context === null) return { socket: dialled.socket, opening: { dnsMs, connectMs, tlsMs: 0 } };
    const begun = performance.now();
    const socket = await secure(dialled.socket, this.url.host.hostname, this.context);
    return { socket, opening: { dnsMs, connectMs, tlsMs: performance.now() - begun } };
  }
}
