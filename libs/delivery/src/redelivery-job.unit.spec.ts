import { specificationFor } from '@waybill/decider/specification';
import { jobDecider, type JobEvent } from './redelivery-job.js';

const given = specificationFor(jobDecider);
const now = '2026-11-24T10:00:00.000Z';
const job = {
  jobId: 'job_1',
  filter: { status: 'dead-lettered' },
  mode: 'same-bytes',
  before: now,
  total: 3,
  ratePerSecond: 50,
} as const;
const step = { done: 2, failed: 1, skipped: 0, cursor: 'dlv_3' };
const complete = { type: 'CompleteJob', vanished: 0, cursor: 'dlv_3', now } as const;
const created: JobEvent = { type: 'RedeliveryJobCreated', data: job };
const paused: JobEvent = { type: 'RedeliveryJobPaused', data: { at: now } };
const cancelled: JobEvent = { type: 'RedeliveryJobCancelled', data: { at: now } };

describe('a redelivery job', () => {
  it('runs from the moment it is made and counts its steps', () => {
    given().when({ type: 'CreateJob', job }).then(created);
    given(created).when({ type: 'StepJob', step }).then({ type: 'RedeliveryJobProgressed', data: step });
  });

  it('makes no step while it is paused, and goes on when it is resumed', () => {
    given(created).when({ type: 'PauseJob', now }).then(paused);
    given(created, paused).when({ type: 'StepJob', step }).thenRefused('job_paused');
    given(created, paused).when(complete).thenRefused('job_paused');
    given(created, paused)
      .when({ type: 'ResumeJob', now })
      .then({ type: 'RedeliveryJobResumed', data: { at: now } });
  });

  it('takes a second pause or resume for none', () => {
    given(created, paused).when({ type: 'PauseJob', now }).then();
    given(created).when({ type: 'ResumeJob', now }).then();
  });

  it('is cancelled from any state but its end', () => {
    given(created).when({ type: 'CancelJob', now }).then(cancelled);
    given(created, paused).when({ type: 'CancelJob', now }).then(cancelled);
    given(created, cancelled).when({ type: 'CancelJob', now }).thenRefused('job_over');
    given(created, cancelled).when({ type: 'StepJob', step }).thenRefused('job_over');
  });

  it('is done when nothing is left', () => {
    const completed: JobEvent = { type: 'RedeliveryJobCompleted', data: { at: now } };
    given(created).when(complete).then(completed);
    given(created, completed).when({ type: 'ResumeJob', now }).thenRefused('job_over');
  });

  it('tells what vanished meanwhile as skipped before it is done', () => {
    const skipped: JobEvent = { type: 'RedeliveryJobProgressed', data: { done: 0, failed: 0, skipped: 2, cursor: 'dlv_3' } }; // prettier-ignore
    given(created)
      .when({ ...complete, vanished: 2 })
      .then(skipped, { type: 'RedeliveryJobCompleted', data: { at: now } });
  });

  it('is unknown before it was made', () => {
    given().when({ type: 'PauseJob', now }).thenRefused('job_unknown');
  });
});
