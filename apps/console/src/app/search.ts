import { useNavigate, useSearch } from '@tanstack/react-router';

/** What stands behind the question mark of a page: texts by name, so that every state of a page is a link. */
export type Search = Record<string, string | undefined>;

const valueLengthMax = 400;

/** Addresses as people write them: `?tab=test`, not `?tab=%22test%22`. Every value is a text. */
export function parseAddress(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeAddress(search: Record<string, unknown>): string {
  const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

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

/** The tab in the address; one that there is not, as in an old link, is the first. */
export function tabOf<Tabs extends object>(
  { tab }: Search,
  tabs: Tabs,
  first: keyof Tabs & string,
): keyof Tabs & string {
  return tab !== undefined && tab in tabs ? (tab as keyof Tabs & string) : first;
}
