import { useNavigate, useSearch } from '@tanstack/react-router';

/** What stands behind the question mark of a page: texts by name, so that every state of a page is a link. */
export type Search = Record<string, string | undefined>;

const valueLengthMax = 400;

/** Keeps what is text (or became a number or boolean on the way); anything else is no state of ours. */
export function readSearch(search: Record<string, unknown>): Search {
  const entries = Object.entries(search)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => [name, String(value).slice(0, valueLengthMax)] as const)
    .filter(([, value]) => value !== '');
  return Object.fromEntries(entries);
}

/** The state of this page and a way to change parts of it; undefined removes one. */
export function usePageState(): [Search, (changes: Search) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changes: Search): void => {
    const next = Object.fromEntries(
      Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined && value !== ''),
    );
    void navigate({ to: '.', search: next as never, replace: true });
  };
  return [search, change];
}
