import type { HealthEvent } from '@waybill/delivery/connector-health';
import type { EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { Carried } from '../out/carry-out.js';
import { attemptPlan } from './attempt-plan.js';
import type { ConnectorHealths } from './connector-healths.js';
import type { Connector } from './connectors.js';
import { type Decision, decideFor, type Job } from './job.js';
import { endCommand, giveBackCommand, healthAppend, outcomeCommand, type UnsentReason } from './outcome-commands.js';
import { Recorder } from './recorder.js';
import type { SmallSteps } from './small-steps.js';

export interface WritingParts {
  readonly eventLog: EventLog;
  readonly log: Log;
  readonly actor: string;
}

/** What the engine puts on the record. What becomes of attempts whose target is well is written at once, of the others a few at a time. */
export class Writing {
  private readonly recorder: Recorder;

  constructor(
    private readonly parts: WritingParts,
    private readonly healths: ConnectorHealths,
    private readonly steps: SmallSteps,
  ) {
    this.recorder = new Recorder(parts.eventLog, parts.log);
  }

  /** False when another worker was faster. */
  begin(job: Job, connector: Connector): Promise<boolean> {
    const plan = attemptPlan(connector, this.parts.eventLog.nowMs());
    return this.write(job, () => decideFor(job, { type: 'BeginAttempt', plan }, this.parts.actor));
  }

  async outcome(job: Job, connector: Connector, carried: Carried): Promise<void> {
    const { state } = job;
    if (state.status !== 'attempting') return;
    const command = outcomeCommand(
      state.attempt.attemptId,
      connector,
      carried,
      this.parts.eventLog.nowMs(),
      Math.random(),
    );
    await this.write(job, () => decideFor(job, command, this.parts.actor, carried.sealedText), true);
  }

  /** Of an attempt that has begun and did not leave. */
  async giveBack(job: Job, reason: UnsentReason, afterMs: number): Promise<void> {
    const { state } = job;
    if (state.status !== 'attempting') return;
    const command = giveBackCommand(state.attempt.attemptId, reason, afterMs, this.parts.eventLog.nowMs());
    await this.write(job, () => decideFor(job, command, this.parts.actor));
  }

  /** Ends a delivery that waits, with the reason; at once, for it asks nothing of a target: who ends many does so some at a time. */
  async end(job: Job, reason: string): Promise<void> {
    const { actor, eventLog } = this.parts;
    await this.recorder.write(job, () => decideFor(job, endCommand(reason, eventLog.nowMs()), actor), false);
  }

  /** How a connector is doing is told all copies and whoever watches by the log. */
  async tell({ connectorId, tenant }: Job, news: readonly HealthEvent[]): Promise<void> {
    const append = healthAppend(connectorId, tenant, news, this.parts.actor);
    await this.steps.run(tenant, () => this.recorder.append(append, false, { connectorId }));
  }

  private write(job: Job, decide: () => Decision | null, mayWait = false): Promise<boolean> {
    const step = (): Promise<boolean> => this.recorder.write(job, decide, mayWait);
    return this.healths.isWell(job.connectorId) ? step() : this.steps.run(job.tenant, step);
  }
}
