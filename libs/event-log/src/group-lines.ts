import { groupBytesMax, groupEventsMax } from './limits.js';
import type { AppendResult } from './log.js';
import type { PreparedRequest } from './prepare.js';

/** A request that waits for its group, with its caller. */
export interface Waiting {
  readonly prepared: PreparedRequest;
  /** Milliseconds of a clock that never goes back (`performance.now()`). */
  readonly sinceMs: number;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** A tenant with no more events than this waiting asks for little. */
export const lightLineEventsMax = 64;
/** While somebody waits who asks for little, a group holds no more than this, so that the next one comes in a quarter of the time. */
export const shortGroupEventsMax = 128;

interface Line {
  readonly requests: Waiting[];
  events: number;
}

/**
 * What waits for its group, in one line a tenant. Groups take from the lines turn by turn: a tenant whose thousand attempts fail in the
 * same moment fills the groups with them only as far as nobody else has something to write. Within a tenant the order stays.
 */
export class GroupLines {
  /** By tenant; the order of insertion is the order of the turns. A line that is empty is not here. */
  private readonly lines = new Map<string, Line>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(waiting: Waiting): void {
    const tenant = tenantOf(waiting);
    const line = this.lines.get(tenant) ?? { requests: [], events: 0 };
    line.requests.push(waiting);
    line.events += waiting.prepared.eventCount;
    this.lines.set(tenant, line);
    this.count += 1;
  }

  /**
   * Takes out the next group: at least one request, and more as long as they fit. Turns are of one event: who has had a request of many waits
   * until the others have had as many, and what does not fit leaves its room to what does.
   */
  takeGroup(): Waiting[] {
    const most = this.eventsMax();
    const group: Waiting[] = [];
    let events = 0;
    let bytes = 0;
    let taking = [...this.lines].map(([tenant, line]) => ({ tenant, line, taken: 0, turns: 0 }));
    const all = taking;
    for (let turn = 1; taking.length > 0; turn += 1) {
      taking = taking.filter((one) => {
        if (one.turns >= turn) return true;
        const next = one.line.requests[one.taken];
        if (next === undefined) return false;
        const { prepared } = next;
        if (group.length > 0 && (events + prepared.eventCount > most || bytes + prepared.bytes > groupBytesMax))
          return false;
        group.push(next);
        events += prepared.eventCount;
        bytes += prepared.bytes;
        one.taken += 1;
        one.turns += Math.max(1, prepared.eventCount);
        one.line.events -= prepared.eventCount;
        return true;
      });
    }
    for (const { tenant, line, taken } of all) if (taken > 0) this.took(tenant, line, taken);
    return group;
  }

  /** Takes out what has waited since before this moment. */
  takeBefore(beforeMs: number): Waiting[] {
    const all = [...this.lines.values()].flatMap(({ requests }) => requests);
    const late = all.filter((waiting) => waiting.sinceMs < beforeMs);
    if (late.length === 0) return [];
    this.lines.clear();
    this.count = 0;
    for (const waiting of all) if (waiting.sinceMs >= beforeMs) this.add(waiting);
    return late;
  }

  private eventsMax(): number {
    // Who reads for all tenants has little now and much soon, and never much at once: short groups for it would only make it slower.
    const tenants = [...this.lines].filter(([tenant]) => tenant !== '');
    if (tenants.length < 2) return groupEventsMax;
    if (tenants.some(([, { events }]) => events <= lightLineEventsMax)) return shortGroupEventsMax;
    return groupEventsMax;
  }

  /** Who was in a group goes to the end. */
  private took(tenant: string, line: Line, taken: number): void {
    line.requests.splice(0, taken);
    this.count -= taken;
    this.lines.delete(tenant);
    if (line.requests.length > 0) this.lines.set(tenant, line);
  }
}

/** Whose a request is; what reads another log for all tenants stands in a line of its own, and so does what is of several. */
function tenantOf({ prepared }: Waiting): string {
  const { streams, cursor } = prepared.request;
  if (cursor) return '';
  const first = streams[0]?.tenant ?? '';
  return streams.every(({ tenant }) => tenant === first) ? first : '';
}
