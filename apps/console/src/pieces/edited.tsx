import { Alert, Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { general } from '../words/general';
import { Icon } from './icons';

/**
 * What an edit began from. A newer version takes its place while nothing is entered; after that it waits, so that neither what was entered
 * nor what somebody else has changed since is lost unseen: the edit is sent with the version that it began from, and refused.
 */
export function useEdited<T extends { readonly version: number }>(
  latest: T,
  isDirty: (from: T) => boolean,
  begin: (from: T) => void,
): { from: T; isStale: boolean; restart: (from?: T) => void } {
  const [from, setFrom] = useState(latest);
  const restart = (next: T = latest): void => {
    setFrom(next);
    begin(next);
  };
  const isNewer = latest.version > from.version;
  const dirty = isDirty(from);
  useEffect(() => {
    if (isNewer && !dirty) restart();
  }, [isNewer, dirty]);
  return { from, isStale: isNewer && dirty, restart };
}

/** Says that there is a newer version than the one that is being edited, and offers it. */
export function NewerVersion({ onLoad }: { onLoad: () => void }) {
  return (
    <Alert variant="light" color="yellow" role="status" icon={<Icon name="warning" size={18} />} title={general.newer}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{general.newerLead}</Text>
        <Button size="xs" variant="default" onClick={onLoad}>
          {general.newerLoad}
        </Button>
      </Stack>
    </Alert>
  );
}
