import { isBare, logEventHead } from '@waybill/contracts/log-event';
import { storableJson } from '@waybill/contracts/text/storable';
import type { WireEvent } from './log-reader.js';
import { type LogIdentity, type RecordedEvent, shredded } from './log.js';
import type { HashText } from './merkle.js';
import type { PreparedEvent } from './prepare.js';
import type { FoldedEvent } from './read-model.js';
import { envelopeOf } from './recorded.js';

/** What a recent event is known by: everything of it but its data, and what the relay and the ring need besides. */
export interface RecentFacts extends Omit<RecordedEvent, 'log' | 'epoch' | 'data' | 'sealed'> {
  readonly identity: LogIdentity;
  /** `at` in microseconds since 1970. */
  readonly atUs: number;
  readonly leaf: HashText;
  /** Whose key seals the sealed part; null without one. */
  readonly subject: string | null;
  /** The subject's key was deleted before: the sealed part can be read by nobody, and stands in no wire form. */
  readonly isGone: boolean;
}

/**
 * An event of this process as it goes on the wire, so that nobody has to ask PostgreSQL or decrypt for it. It is kept as bytes beside the
 * heap: thousands of these wait for the relay and the read model at any moment, and as texts and objects the garbage collector copied
 * each of them twice (measured: a third of delivery's time under load).
 */
export class RecentEvent {
  constructor(
    readonly facts: RecentFacts,
    private readonly wire: Buffer,
    /** Where the clear part begins, and where in it the first sealed member stands. */
    private readonly dataAt: number,
    private readonly sealedAt: number | null,
  ) {}

  get position(): number {
    return this.facts.position;
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return 400 + this.wire.length;
  }

  /** As a reader gets it; the sealed part becomes a text when somebody asks for it. */
  recorded(): RecordedEvent {
    const { wire, sealedAt } = this;
    const event = this.withData(this.clearText());
    if (this.facts.isGone) return { ...event, sealed: shredded };
    return {
      ...event,
      get sealed() {
        return sealedAt === null ? null : `{${wire.toString('utf8', sealedAt, wire.length - 1)}`;
      },
    };
  }

  /** As a fold gets it. */
  folded(): FoldedEvent {
    return this.withData(storableJson(this.clearText()));
  }

  private withData(dataText: string): FoldedEvent {
    const { identity, position, eventId, stream, version, type, schemaVersion, tenant, at, meta } = this.facts;
    const data = JSON.parse(dataText) as Record<string, unknown>;
    const { log, epoch } = identity;
    return { log, epoch, position, eventId, stream, version, type, schemaVersion, tenant, at, meta, data };
  }

  /** As the relay publishes it. */
  wireEvent(): WireEvent {
    const { position, tenant, type, atUs, leaf } = this.facts;
    const leafHex = Buffer.from(leaf, 'latin1').toString('hex');
    return { bytes: this.wire, sealedAt: this.sealedAt, position, tenant, type, atUs, leafHex };
  }

  private clearText(): string {
    if (this.sealedAt === null) return this.wire.toString('utf8', this.dataAt, this.wire.length - 1);
    const members = this.wire.toString('utf8', this.dataAt, this.sealedAt);
    return `${members.endsWith(',') ? members.slice(0, -1) : members}}`;
  }
}

/** Writes the wire form of the events of one group, one behind the other, into one piece of memory. */
export function recentEvents(
  events: readonly { readonly facts: RecentFacts; readonly event: PreparedEvent }[],
): RecentEvent[] {
  const heads = events.map(({ facts }) => logEventHead(envelopeOf(facts.identity, facts), facts.isGone));
  let size = 0;
  for (const [index, { event }] of events.entries()) {
    size += Buffer.byteLength(heads[index] as string) + event.dataBytes + (event.sealed?.bytes ?? 0) + 1;
  }
  const page = Buffer.allocUnsafeSlow(size);
  let at = 0;
  return events.map(({ facts, event }, index) => {
    const begin = at;
    at += page.write(heads[index] as string, at);
    const dataAt = at - begin;
    at += page.write(event.dataText, at);
    let sealedAt: number | null = null;
    if (event.sealed !== null && !facts.isGone) {
      // The closing brace of the clear part gives way to the members of the sealed one.
      at -= 1;
      if (!isBare(event.dataText.slice(0, -1))) at = page.writeUInt8(comma, at);
      sealedAt = at - begin;
      at += page.write(event.sealed.text.slice(1), at);
    }
    at = page.writeUInt8(closingBrace, at);
    return new RecentEvent(facts, page.subarray(begin, at), dataAt, sealedAt);
  });
}

const comma = ','.charCodeAt(0);
const closingBrace = '}'.charCodeAt(0);
