import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from '../api/problem';

/** What may come by itself is asked for again: a service that restarts is back in seconds. A refusal stays a refusal. */
const retriesMax = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    // Also where the browser believes to be offline: a wait without a word is no answer, and the gateway may be on this machine.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) =>
        failures < retriesMax &&
        error instanceof ProblemError &&
        (error.problem.status === 0 || error.problem.status === 504),
      refetchInterval: ({ state }) =>
        state.error instanceof ProblemError && mayComeBack(state.error) ? 10_000 : false,
    },
  },
});

/** A service that is away, or the gateway itself: whoever looks at the page need not ask again. */
export function mayComeBack(error: unknown): boolean {
  return error instanceof ProblemError && (error.isAway || error.problem.status === 0);
}
