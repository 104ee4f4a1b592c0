import { type Decider, Refused } from '@waybill/decider/decider';
import type { RedeliveryMode } from './delivery.js';

/**
 * Many redeliveries asked for at once, over the deliveries that a filter found when the job was made, oldest first.
 *
 *   (none) -> running <-> paused
 *               |  '-------'-> cancelled
 *               '-> done
 *
 * Its progress stands in the same append as the redeliveries it counts, so a crash neither repeats nor loses one.
 */
export type JobState = { readonly status: 'none' } | { readonly status: 'running' | 'paused' | 'done' | 'cancelled' };

export interface JobCreated {
  readonly jobId: string;
  /** As it was given; deliveries that were over at the moment `before`. What moves after it is no longer the job's. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly mode: RedeliveryMode;
  readonly before: string;
  readonly total: number;
  readonly ratePerSecond: number;
}

/** What one step has done: asked for, could not be asked for (shredded), left out (somebody had it sent again meanwhile). */
export interface JobStep {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** The last delivery that was looked at: the next step goes on behind it. */
  readonly cursor: string;
}

export type JobEvent =
  | { readonly type: 'RedeliveryJobCreated'; readonly data: JobCreated }
  | { readonly type: 'RedeliveryJobProgressed'; readonly data: JobStep }
  | {
      readonly type:
        'RedeliveryJobPaused' | 'RedeliveryJobResumed' | 'RedeliveryJobCancelled' | 'RedeliveryJobCompleted';
      readonly data: { readonly at: string };
    };

export type JobCommand =
  | { readonly type: 'CreateJob'; readonly job: JobCreated }
  | { readonly type: 'StepJob'; readonly step: JobStep }
  /** There is no further one. `vanished`: how many of the total were not found, because they moved since; `cursor`: of the last step. */
  | { readonly type: 'CompleteJob'; readonly vanished: number; readonly cursor: string; readonly now: string }
  | { readonly type: 'PauseJob' | 'ResumeJob' | 'CancelJob'; readonly now: string };

/** Redeliveries of a job each second: they go behind live traffic, and leave it most of what the log can take. */
export const redeliveriesPerSecond = 50;

export const jobDecider: Decider<JobState, JobCommand, JobEvent> = { initialState: { status: 'none' }, decide, evolve };

/** What follows from a command; refuses `job_unknown`, and `job_over` for a job that has ended. Pausing twice is no second fact. */
function decide(command: JobCommand, state: JobState): JobEvent[] {
  if (command.type === 'CreateJob') return [{ type: 'RedeliveryJobCreated', data: command.job }];
  if (state.status === 'none') throw new Refused('job_unknown', 'There is no such job.');
  if (state.status === 'done' || state.status === 'cancelled')
    throw new Refused('job_over', `The job is ${state.status}.`);
  switch (command.type) {
    case 'StepJob':
      if (state.status === 'paused') throw new Refused('job_paused', 'The job is paused.');
      return [{ type: 'RedeliveryJobProgressed', data: command.step }];
    case 'PauseJob':
      return state.status === 'paused' ? [] : [{ type: 'RedeliveryJobPaused', data: { at: command.now } }];
    case 'ResumeJob':
      return state.status === 'running' ? [] : [{ type: 'RedeliveryJobResumed', data: { at: command.now } }];
    case 'CancelJob':
      return [{ type: 'RedeliveryJobCancelled', data: { at: command.now } }];
    case 'CompleteJob':
      if (state.status === 'paused') throw new Refused('job_paused', 'The job is paused.');
      return [
        ...leftOut(command.vanished, command.cursor),
        { type: 'RedeliveryJobCompleted', data: { at: command.now } },
      ];
  }
}

/** What vanished is told as skipped, so that the counts of a job that is done add up to its total. */
function leftOut(vanished: number, cursor: string): JobEvent[] {
  if (vanished === 0) return [];
  return [{ type: 'RedeliveryJobProgressed', data: { done: 0, failed: 0, skipped: vanished, cursor } }];
}

function evolve(state: JobState, event: JobEvent): JobState {
  switch (event.type) {
    case 'RedeliveryJobCreated':
    case 'RedeliveryJobResumed':
      return { status: 'running' };
    case 'RedeliveryJobProgressed':
      return state;
    case 'RedeliveryJobPaused':
      return { status: 'paused' };
    case 'RedeliveryJobCancelled':
      return { status: 'cancelled' };
    case 'RedeliveryJobCompleted':
      return { status: 'done' };
  }
}
