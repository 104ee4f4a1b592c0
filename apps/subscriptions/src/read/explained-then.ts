import { decodeCursor, encodeCursor } from '@waybill/contracts/http/lists';
import { explainedMax, type ExplainedThen, type ExplainedThenList } from '@waybill/contracts/http/why';
import { type NotificationRouted, openSealedNotification } from '@waybill/contracts/log/subscriptions';
import { parseJson } from '@waybill/contracts/payload/json-text';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import { type EventLog, type RecordedEvent, shredded } from '@waybill/event-log/log';
import type { NotificationFacts } from '@waybill/subscription/look';
import { stateOf } from '../handle-subscription.js';
import { explain, explainRules } from './explanation.js';

/** An answer between services has at most 900 KB; this leaves room for the largest single explanation. */
export const explainedCharsMax = 400_000;

/** The ids of a tenant's subscriptions, also of deleted ones, in order, behind one; as current as the log. */
export type SubscriptionIds = (tenant: string, after: string, limit: number) => Promise<string[]>;

/**
 * Why each subscription took a notification or did not, as it stood at the position that the router decided on. Every subscription is
 * folded from its stream up to there and asked again, so what was changed since has no say and the answer can be proven from the log.
 */
export class ExplainedThenPages {
  constructor(
    private readonly log: Pick<EventLog, 'readStream' | 'readStreams'>,
    private readonly idsOf: SubscriptionIds,
  ) {}

  /** Refuses `notification_unknown`, and a cursor that is none of ours. */
  async page(tenant: string, id: string, cursor: string | undefined): Promise<ExplainedThenList> {
    const [event] = await this.log.readStream(`notification-${id}`, { limit: 1 });
    if (event?.tenant !== tenant) throw new Refused('notification_unknown', 'There is no such notification.');
    const routed = event.data as unknown as NotificationRouted;
    const asked = new Asked(tenant, routed, payloadOf(event));
    const ids = await this.idsOf(tenant, cursorId(cursor), explainedMax + 1);
    const page = ids.slice(0, explainedMax);
    const histories = await this.log.readStreams(page.map((one) => `subscription-${one}`));
    const found = { items: [] as ExplainedThen[], madeLater: 0, deletedBefore: 0 };
    let chars = 0;
    let last = '';
    for (const one of page) {
      const item = asked.of(histories.get(`subscription-${one}`) ?? []);
      chars += typeof item === 'string' ? 0 : JSON.stringify(item).length;
      if (chars > explainedCharsMax && last !== '') break;
      last = one;
      if (typeof item === 'string') found[item] += 1;
      else found.items.push(item);
    }
    const isMore = last !== ids.at(-1) && last !== '';
    return {
      asOf: { log: event.log, position: routed.decidedOn },
      ...found,
      agrees: agreementOf(found.items),
      nextCursor: isMore ? encodeCursor([last]) : null,
    };
  }
}

/** One notification, asked against one subscription after the other. */
class Asked {
  private readonly facts: NotificationFacts;
  private readonly chosen: ReadonlySet<string>;
  private readonly suppressed: ReadonlySet<string>;

  constructor(
    tenant: string,
    private readonly routed: NotificationRouted,
    /** null: shredded. */
    private readonly payload: JsonTree | null,
  ) {
    const { type, id, source, time } = routed;
    this.facts = { tenant, type, id, source, time };
    this.chosen = new Set(routed.chosen.map(({ subscriptionId }) => subscriptionId));
    this.suppressed = new Set(routed.suppressed.map(({ subscriptionId }) => subscriptionId));
  }

  of(history: readonly RecordedEvent[]): ExplainedThen | 'madeLater' | 'deletedBefore' {
    const then = stateOf(history.filter(({ position }) => position <= this.routed.decidedOn));
    const { state, version, position } = then;
    if (state.status === 'none') return 'madeLater';
    if (state.status === 'deleted') return 'deletedBefore';
    const explained =
      this.payload === null ? explainRules(state, this.facts) : explain(state, this.facts, this.payload);
    return { ...explained, version, position, recorded: this.recordedOf(state.subscription.id) };
  }

  private recordedOf(id: string): ExplainedThen['recorded'] {
    if (this.chosen.has(id)) return 'chosen';
    return this.suppressed.has(id) ? 'suppressed' : 'passed-by';
  }
}

function payloadOf({ sealed }: RecordedEvent): JsonTree | null {
  if (sealed === null || sealed === shredded) return null;
  return parseJson(openSealedNotification(sealed).payloadText);
}

/** The record and the fold say the same of every one; null where the fold cannot say. */
function agreementOf(items: readonly ExplainedThen[]): boolean | null {
  if (items.some(({ matches, recorded }) => matches !== null && matches !== (recorded !== 'passed-by'))) return false;
  return items.some(({ matches }) => matches === null) ? null : true;
}

function cursorId(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const id = decodeCursor(cursor)?.[0];
  if (typeof id !== 'string') throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
  return id;
}
