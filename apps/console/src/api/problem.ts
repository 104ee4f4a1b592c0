import type { Problem } from './shapes';
import { general } from '../words/general';

/** What the API said no with, or what kept us from hearing it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }

  /** A service that answers this call is away, or not there yet: the rest of the page still holds. */
  get isAway(): boolean {
    return this.problem.status === 503 || this.problem.status === 504;
  }
}

/** Any error as a problem, so that every failure is shown the same way. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return {
    type: 'about:blank',
    title: general.consoleFault,
    status: 0,
    detail,
    code: 'console_fault',
    requestId: '',
  };
}

export function unreachable(): ProblemError {
  return new ProblemError({
    type: 'about:blank',
    title: general.unreachable,
    status: 0,
    detail: general.unreachableHow,
    code: 'unreachable',
    requestId: '',
  });
}
