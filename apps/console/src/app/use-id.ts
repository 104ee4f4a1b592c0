import { useParams } from '@tanstack/react-router';

/** The id in the address of a page of one thing. */
export function useId(): string {
  const params: { id?: string } = useParams({ strict: false });
  return params.id ?? '';
}
