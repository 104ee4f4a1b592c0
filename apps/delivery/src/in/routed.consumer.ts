import type { LogEvent } from '@waybill/contracts/log-event';
import type { AppendResult, EventLog, StreamAppend } from '@waybill/event-log/log';
import type { Engine } from '../work/engine.js';
import { advance, isCorrelated, type Job } from '../work/job.js';
import type { Leave } from '../work/leave.js';
import type { Parked } from '../work/parked.js';
import type { RestClock } from '../work/rest-clock.js';
import { AcceptPace } from './accept-pace.js';
import type { ConnectorsKnown } from './connectors-known.js';
import type { Accepted, OpenRoutingParts } from './open-routing.js';
import { deliveriesPerPart, RoutedLines, type Taken } from './routed-lines.js';

/** Events that are read ahead of what is accepted: with the batch that comes on top enough to find everybody's turn. */
const readAheadMax = 250;
/**
 * And so much of payloads: sixty-four of the largest, where two hundred and fifty would be 64 MiB. What is read ahead may stay for minutes, when
 * the fan-outs at the head of the lines are to a thousand connectors.
 */
const readAheadBytesMax = 16 * 1024 * 1024;

export interface RoutedParts extends OpenRoutingParts {
  readonly engine: OpenRoutingParts['engine'] & Pick<Engine, 'offer' | 'speedOf' | 'steps'>;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly connectorsKnown: Pick<ConnectorsKnown, 'of'>;
  readonly parked: Pick<Parked, 'park'>;
  /** Told when deliveries were accepted that wait for their turn in the due table, with the position of the last event. */
  readonly turnsTo: (position: number) => void;
  readonly leave: Leave;
  readonly clock?: RestClock;
}

export interface RoutedReading {
  /** Where the log of subscriptions has been read to; moved in the same transaction as what follows from it. */
  readonly from: number;
  readonly fence: () => { lease: string; epoch: number };
  /** Told once when an append was refused or failed: nothing more is taken, and reading begins anew at the place that is on the record. */
  readonly failed: (error: unknown) => void;
}

/**
 * Makes one delivery per (notification, subscription, connector) of every routing decision, and begins the first attempt in the same
 * append where the connector has room. Only the holder of the reader's lease makes one; the cursor in each append is the fence. A delivery
 * whose append came and whose event did not come to its end is skipped when the event comes again.
 */
export class RoutedConsumer {
  private readonly lines: RoutedLines;
  private running: Promise<void> | null = null;
  private readonly pace: AcceptPace;
  /** A part of a fan-out to connectors that are not known to be well waits for its turn, or is under way. */
  private hasPart = false;
  private fault: { readonly error: unknown } | null = null;
  private isStopped = false;
  /** Wakes whoever waits for room, for something to take, or for an append. */
  private readonly wakes = new Set<() => void>();

  constructor(
    private readonly reading: RoutedReading,
    private readonly parts: RoutedParts,
  ) {
    this.lines = new RoutedLines(reading.from);
    this.pace = new AcceptPace(parts.engine, parts.clock);
  }

  /** Takes the next events; resolves when there is room for more. */
  async take(events: LogEvent[]): Promise<void> {
    await this.parts.connectorsKnown.of(events);
    if (this.isOver) return;
    for (const event of events.splice(0)) this.lines.add(event);
    this.wake();
    this.running ??= this.run();
    while (this.isFull && !this.isOver) await this.woken();
  }

  /** Begins nothing more, and resolves when nothing is under way; what was read and not accepted is read again. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
  }

  private get isFull(): boolean {
    return this.lines.size > readAheadMax || this.lines.bytes > readAheadBytesMax;
  }

  private get isOver(): boolean {
    return this.isStopped || this.fault !== null;
  }

  /** Runs until everything is accepted, or it is over and nothing is under way. */
  private async run(): Promise<void> {
    for (;;) {
      if (!this.hasPart && !this.isOver) this.askForPart();
      const mayBegin = !this.isOver && this.pace.mayBegin(() => this.wake());
      const taken = mayBegin ? this.next((lines) => lines.take(this.pace.deliveries, this.parts)) : null;
      if (taken !== null) void this.writeBeside(taken);
      else if (this.pace.appends > 0 || this.hasPart || (this.lines.size > 0 && !this.isOver)) await this.woken();
      else break;
    }
    this.running = null;
    if (this.fault !== null && !this.isStopped) this.reading.failed(this.fault.error);
  }

  /** Such a part is one of the engine's small steps: what is done for connectors that are not known to be well holds nobody else up. */
  private askForPart(): void {
    const tenant = this.lines.unwellTenant(this.parts);
    if (tenant === null) return;
    this.hasPart = true;
    const step = async (): Promise<void> => {
      const taken = this.next((lines) => lines.takePart(tenant, this.parts));
      if (taken !== null) await this.write(taken);
    };
    const over = (): void => {
      this.hasPart = false;
      this.wake();
    };
    void this.parts.engine.steps.run(tenant, step, deliveriesPerPart).finally(over);
  }

  private next(take: (lines: RoutedLines) => Taken | null): Taken | null {
    try {
      return this.isOver ? null : take(this.lines);
    } catch (error) {
      this.fault ??= { error };
      return null;
    }
  }

  private async writeBeside(taken: Taken): Promise<void> {
    const ended = this.pace.begin(taken.accepted);
    await this.write(taken);
    ended();
    this.wake();
  }

  /** Never rejects: an append that fails ends the reading. */
  private async write(taken: Taken): Promise<void> {
    try {
      await this.accepted(taken, await this.append(taken));
    } catch (error) {
      this.fault ??= { error };
    }
  }

  private append({ accepted, closings, source, from, to }: Taken): Promise<AppendResult> {
    const deliveries = accepted.map(({ decision }): StreamAppend => ({ ...decision.append, onConflict: 'skip' }));
    return this.parts.eventLog.append({
      streams: [...deliveries, ...closings],
      cursor: { source: source.log, sourceEpoch: source.epoch, from, to },
      fence: this.reading.fence(),
    });
  }

  private async accepted(taken: Taken, result: AppendResult): Promise<void> {
    this.lines.written(taken);
    let turns = false;
    const left: Job[] = [];
    for (const [index, one] of taken.accepted.entries()) {
      // A delivery that exists was accepted before: the same routing decision came twice.
      if (result.streams[index]?.written !== true) continue;
      const waits = this.offer(one);
      if (waits === 'for its turn') turns = true;
      if (waits === 'for room') left.push(one.job);
    }
    if (turns) this.parts.turnsTo(result.headPosition);
    if (left.length > 0) await this.parts.leave(left);
  }

  /** Answers for what it waits in the due table; null where the engine has it. */
  private offer({ job, connector, decision }: Accepted): 'for its turn' | 'for room' | null {
    const { engine, parked } = this.parts;
    advance(job, decision);
    const { status } = job.state;
    if (status === 'suppressed' || status === 'dead-lettered' || connector?.state !== 'enabled') return null;
    if (!isCorrelated(job)) return engine.offer(job, connector) ? null : 'for room';
    if (job.notification !== null) parked.park(job.deliveryId, job.notification);
    return 'for its turn';
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => this.wakes.add(resolve));
  }

  private wake(): void {
    for (const wake of this.wakes) wake();
    this.wakes.clear();
  }
}
