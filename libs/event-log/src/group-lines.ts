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
  /** How many of them have been taken out. */
  taken: number;
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
    const line = this.lines.get(tenant) ?? { requests: [], taken: 0, events: 0 };
    line.requests.push(waiting);
    line.events += waiting.prepared.eventCount;
    this.lines.set(tenant, line);
    this.count += 1;
  }

  /** Takes out the next group: at least one request, and more as long as they fit. */
  takeGroup(): Waiting[] {
    const most = this.eventsMax();
    const group: Waiting[] = [];
    const touched = new Set<Line>();
    let events = 0;
    let bytes = 0;
    for (let turn = this.turn(); turn !== null; turn = this.turn()) {
      const { tenant, line, next } = turn;
      events += next.prepared.eventCount;
      bytes += next.prepared.bytes;
      if (group.length > 0 && (events > most || bytes > groupBytesMax)) break;
      group.push(next);
      touched.add(line);
      this.took(tenant, line, next);
    }
    // Once a group: cutting off one by one would move all others each time.
    for (const line of touched) {
      line.requests.splice(0, line.taken);
      line.taken = 0;
    }
    return group;
  }

  /** Takes out what has waited since before this moment. */
  takeBefore(beforeMs: number): Waiting[] {
    const all = [...this.lines.values()].flatMap(({ requests, taken }) => requests.slice(taken));
    const late = all.filter((waiting) => waiting.sinceMs < beforeMs);
    if (late.length === 0) return [];
    this.lines.clear();
    this.count = 0;
    for (const waiting of all) if (waiting.sinceMs >= beforeMs) this.add(waiting);
    return late;
  }

  private eventsMax(): number {
    if (this.lines.size < 2) return groupEventsMax;
    // Who reads for all tenants has little now and much soon: short groups would only make it slower.
    for (const [tenant, { events }] of this.lines)
      if (tenant !== '' && events <= lightLineEventsMax) return shortGroupEventsMax;
    return groupEventsMax;
  }

  private turn(): { tenant: string; line: Line; next: Waiting } | null {
    for (const [tenant, line] of this.lines) return { tenant, line, next: line.requests[line.taken] as Waiting };
    return null;
  }

  /** Who had a turn goes to the end. */
  private took(tenant: string, line: Line, { prepared }: Waiting): void {
    line.events -= prepared.eventCount;
    line.taken += 1;
    this.count -= 1;
    const isOver = line.taken === line.requests.length;
    if (!isOver && this.lines.size === 1) return;
    this.lines.delete(tenant);
    if (!isOver) this.lines.set(tenant, line);
  }
}

/** Whose a request is; what reads another log for all tenants stands in a line of its own, and so does what is of several. */
function tenantOf({ prepared }: Waiting): string {
  const { streams, cursor } = prepared.request;
  if (cursor) return '';
  const first = streams[0]?.tenant ?? '';
  return streams.every(({ tenant }) => tenant === first) ? first : '';
}
