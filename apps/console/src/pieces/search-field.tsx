import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from './icons';

interface SearchFieldProps {
  label: string;
  /** As it stands in the address. */
  value: string | undefined;
  onChange: (value: string) => void;
}

/** Typing goes on at once, the address follows when it pauses: each change of the address asks the server. */
const pauseMs = 250;

/** The search of a page; the key `/` comes here. */
export function SearchField({ label, value = '', onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  // Also from elsewhere: the filters were cleared, or the reader went back.
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed), pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextInput
      label={label}
      data-search=""
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      leftSection={<Icon name="search" />}
    />
  );
}
