import { setTimeout as wait } from 'node:timers/promises';
import { admit, type AdmittedEvent, type Ledger, isAdmission } from './admit.js';
import { digest, encodeEntry } from './entry.js';
import { eventIdBytes, uuidText } from './event-id.js';
import type { Lease, Leases } from './leases.js';
import { readLimitMax } from './limits.js';
import {
  AppendRejected,
  type AppendRequest,
  type AppendResult,
  type EventLog,
  type LogCursor,
  type LogHead,
} from './log.js';
import { LogUnavailable, type LogIdentity, type RecordedEvent, shredded } from './log.js';
import { Frontier, leafHash } from './merkle.js';
import { prepare } from './prepare.js';
import { recordedEvent, timeText } from './recorded.js';

/** How long a tail sleeps at most before it looks again; a wake-up normally comes first. */
const pollMs = 250;

/**
 * The log's promises without a database: for specs and for trying things out. Nothing is stored and nothing is encrypted.
 * It decides with the same `admit` as the real one and passes the same contract suite (`event-log.contract.ts`).
 */
export class MemoryLog implements EventLog {
  readonly identity: LogIdentity;
  readonly leases: MemoryLeases;
  private readonly events: RecordedEvent[] = [];
  private readonly byStream = new Map<string, RecordedEvent[]>();
  private readonly ledger: Ledger;
  private readonly frontier = Frontier.empty();
  private readonly subjects = new Map<number, string>();
  private readonly shreddedSubjects = new Set<string>();
  private readonly waiting = new Set<() => void>();
  private lastUs = 0;
  private closed = false;

  /** `clockMs` gives the recorded time and runs the leases. */
  constructor(
    log: string,
    private readonly clockMs: () => number = Date.now,
  ) {
    this.identity = { log, epoch: 1 };
    this.leases = new MemoryLeases(clockMs);
    this.ledger = {
      position: 0,
      streams: new Map(),
      categories: new Map(),
      cursors: new Map(),
      leases: this.leases.held,
    };
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const prepared = prepare(request);
    if (this.closed) throw new LogUnavailable('the log is closed');
    const answer = admit(this.ledger, prepared);
    if (!isAdmission(answer)) throw new AppendRejected(answer);
    this.lastUs = Math.max(this.lastUs, this.clockMs() * 1000);
    const events = answer.events.map((event) => this.record(event));
    for (const wake of [...this.waiting]) wake();
    return { streams: answer.streams, events, headPosition: this.ledger.position };
  }

  async readStream(
    stream: string,
    options: { fromVersion?: number; backwards?: boolean; limit?: number } = {},
  ): Promise<RecordedEvent[]> {
    const limit = options.limit ?? readLimitMax;
    const all = this.byStream.get(stream) ?? [];
    const from = options.fromVersion;
    const chosen = options.backwards
      ? all.filter((event) => event.version <= (from ?? Infinity)).reverse()
      : all.filter((event) => event.version >= (from ?? 1));
    return chosen.slice(0, limit).map((event) => this.seen(event));
  }

  async readStreams(streams: string[]): Promise<Map<string, RecordedEvent[]>> {
    const found = new Map<string, RecordedEvent[]>();
    for (const stream of streams) {
      const events = await this.readStream(stream);
      if (events.length > 0) found.set(stream, events);
    }
    return found;
  }

  async readAll(options: { after: number; limit: number; backwards?: boolean }): Promise<RecordedEvent[]> {
    const limit = Math.min(options.limit, readLimitMax);
    const chosen = options.backwards
      ? this.events.slice(Math.max(0, options.after - 1 - limit), Math.max(0, options.after - 1)).reverse()
      : this.events.slice(options.after, options.after + limit);
    return chosen.map((event) => this.seen(event));
  }

  async head(): Promise<LogHead> {
    return {
      position: this.ledger.position,
      epoch: this.identity.epoch,
      rootHash: this.frontier.root().toString('hex'),
      at: this.events.at(-1)?.at ?? null,
    };
  }

  nowMs(): number {
    return this.clockMs();
  }

  async cursor(source: string): Promise<LogCursor | null> {
    return this.ledger.cursors.get(source) ?? null;
  }

  async *tail(options: { after: number; batchMax: number; signal: AbortSignal }): AsyncIterable<RecordedEvent[]> {
    let { after } = options;
    while (!options.signal.aborted && !this.closed) {
      const batch = await this.readAll({ after, limit: options.batchMax });
      const last = batch.at(-1);
      if (last === undefined) {
        await this.nextAppend(options.signal);
        continue;
      }
      after = last.position;
      yield batch;
    }
  }

  /** Makes everything sealed for this subject unreadable, for ever. */
  async shredSubject(subject: string): Promise<void> {
    this.shreddedSubjects.add(subject);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const wake of [...this.waiting]) wake();
  }

  private record(admitted: AdmittedEvent): RecordedEvent {
    const { event, stream, version, position } = admitted;
    const eventId = eventIdBytes(this.identity.log, stream, version);
    const isGone = event.sealed !== null && this.shreddedSubjects.has(event.sealed.subject);
    const recorded = recordedEvent(this.identity, admitted, uuidText(eventId), timeText(this.lastUs), isGone);
    const entry = encodeEntry({
      log: this.identity.log,
      position,
      atUs: this.lastUs,
      eventId,
      stream,
      version,
      type: event.type,
      schemaVersion: event.schemaVersion,
      tenant: admitted.tenant,
      metaDigest: digest(event.metaText),
      dataDigest: digest(event.dataText),
      sealedDigest: event.sealed === null ? null : digest(event.sealed.text),
    });
    this.frontier.append(leafHash(entry));
    this.events.push(recorded);
    if (event.sealed !== null) this.subjects.set(position, event.sealed.subject);
    const before = this.byStream.get(stream);
    if (before === undefined) this.byStream.set(stream, [recorded]);
    else before.push(recorded);
    return recorded;
  }

  private seen(event: RecordedEvent): RecordedEvent {
    const subject = this.subjects.get(event.position);
    return subject !== undefined && this.shreddedSubjects.has(subject) ? { ...event, sealed: shredded } : event;
  }

  private async nextAppend(signal: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.waiting.add(wake);
    const stop = new AbortController();
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([woken, wait(pollMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)]);
    stop.abort();
    signal.removeEventListener('abort', onAbort);
    this.waiting.delete(wake);
  }
}

/** Leases by the clock that the log was given. */
export class MemoryLeases implements Leases {
  readonly held = new Map<string, { owner: string; epoch: number; untilMs: number; live: boolean }>();

  constructor(private readonly nowMs: () => number) {}

  async acquire(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    const now = this.nowMs();
    const before = this.held.get(name);
    if (before && before.untilMs > now) return null;
    return this.hold({ name, owner, epoch: (before?.epoch ?? 0) + 1, untilMs: now + ttlMs });
  }

  async renew(lease: Lease, ttlMs: number): Promise<Lease | null> {
    const now = this.nowMs();
    const before = this.held.get(lease.name);
    if (!before || before.epoch !== lease.epoch || before.untilMs <= now) return null;
    return this.hold({ ...lease, untilMs: now + ttlMs });
  }

  async renewAll(leases: readonly Lease[], ttlMs: number): Promise<ReadonlyMap<string, Lease>> {
    const renewed = await Promise.all(leases.map((lease) => this.renew(lease, ttlMs)));
    return new Map(renewed.flatMap((lease) => (lease === null ? [] : [[lease.name, lease] as const])));
  }

  async release(lease: Lease): Promise<void> {
    if (this.held.get(lease.name)?.epoch === lease.epoch) this.hold({ ...lease, untilMs: this.nowMs() });
  }

  private hold(lease: Lease): Lease {
    const { nowMs } = this;
    const { owner, epoch, untilMs } = lease;
    this.held.set(lease.name, {
      owner,
      epoch,
      untilMs,
      get live() {
        return untilMs > nowMs();
      },
    });
    return lease;
  }
}
