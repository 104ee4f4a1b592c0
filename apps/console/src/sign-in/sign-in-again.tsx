import { Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { signInWords as words } from '../words/sign-in';
import { SignInForm } from './sign-in';

let hasEnded = false;
const hearers = new Set<() => void>();

/** Says that the session has ended, or that there is one again. */
export function sessionEnded(ended: boolean): void {
  hasEnded = ended;
  for (const hear of hearers) hear();
}

function hearSession(hear: () => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/** Over the page as it stands: whoever was in the middle of an edit goes on with it, and loses nothing that was entered. */
export function SignInAgain() {
  const isOpen = useSyncExternalStore(hearSession, () => hasEnded);
  const queries = useQueryClient();
  const goOn = (): void => {
    sessionEnded(false);
    // What was asked for without a session has no answer.
    void queries.invalidateQueries();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={() => undefined}
      title={words.ended}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Text size="sm">{words.endedLead}</Text>
        <SignInForm onSignedIn={goOn} />
      </Stack>
    </Modal>
  );
}
