import { useQuery } from '@tanstack/react-query';
import { apiKeysQuery } from '../api/queries';
import { useMay } from '../app/session';

/** Who did it: the name of a key for those who may know the keys, else the end of its id; a service as it calls itself. */
export function Actor({ of }: { of: string | null | undefined }) {
  const may = useMay();
  const key = /^key:(key_[0-9a-z]+)$/.exec(of ?? '')?.[1];
  const keys = useQuery({ ...apiKeysQuery, enabled: key !== undefined && may('admin') }).data?.items;
  if (key === undefined) return <>{of ?? ''}</>;
  const name = keys?.find(({ id }) => id === key)?.name;
  return <span title={key}>{name ?? `key …${key.slice(-6)}`}</span>;
}
