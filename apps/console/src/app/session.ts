import { useQuery } from '@tanstack/react-query';
import type { Scope } from '../api/shapes';
import { sessionQuery } from '../api/queries';

/** Whether the key of this session allows something; `admin` allows all. What is not allowed is not shown. */
export function useMay(): (scope: Scope) => boolean {
  const scopes = useQuery(sessionQuery).data?.scopes ?? [];
  return (scope) => scopes.includes(scope) || scopes.includes('admin');
}
