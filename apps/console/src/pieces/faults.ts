import { ProblemError } from '../api/problem';

/** The faults that the API named, by JSON pointer, for the fields of a form. */
export function faultsIn(error: unknown, without = ''): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const named = (error.problem.errors ?? []).map(
    ({ pointer, message }) => [pointer.replace(without, ''), message] as const,
  );
  return Object.fromEntries(named);
}
