import { Button, Card, Center, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { api, rememberCsrfToken } from '../api/client';
import { sessionQuery } from '../api/queries';
import { ProblemNotice } from '../pieces/notice';
import { general } from '../words/general';
import { signInWords as words } from '../words/sign-in';

/** The page of those who have no session. */
export function SignIn() {
  const router = useRouter();
  const { from } = useSearch({ from: '/sign-in' });
  useEffect(() => {
    document.title = `${words.title} · ${general.product}`;
  }, []);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Card withBorder padding="xl" w={460} maw="100%">
        <Stack>
          <Group gap="sm" wrap="nowrap">
            <img src="/waybill.svg" alt="" width={36} height={36} />
            <Title order={1} size="h3">
              {words.title}
            </Title>
          </Group>
          <Text size="sm" c="dimmed">
            {words.lead}
          </Text>
          <SignInForm onSignedIn={() => router.history.push(from ?? '/')} />
        </Stack>
      </Card>
    </Center>
  );
}

/** Turns a key into a session. The key leaves this component only in the one request that signs in. */
export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const [key, setKey] = useState('');
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: (typed: string) => api('POST /v1/session', { key: typed }),
    onSuccess: (session) => {
      rememberCsrfToken(session.csrfToken);
      queries.setQueryData(sessionQuery.queryKey, session);
      onSignedIn();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate(key.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label={words.key}
          description={words.keyHelp}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="current-password"
          required
          autoFocus
          data-autofocus
          error={key !== '' && !/^\s*wb_\S*\s*$/.test(key) ? words.wrong : undefined}
          visibilityToggleButtonProps={{ 'aria-label': general.show(words.key) }}
        />
        {signIn.isError && <ProblemNotice error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending}>
          {words.act}
        </Button>
      </Stack>
    </form>
  );
}
