import { Button, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { Icon } from '../pieces/icons';
import { Answer } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { doctorWords as words } from '../words/keys';

const looks = {
  holds: { color: 'green', icon: 'check', word: words.fine },
  wrong: { color: 'red', icon: 'cross', word: words.wrong },
  unknown: { color: 'gray', icon: 'question', word: words.unknown },
} as const;

export function Doctor() {
  const checks = useQuery({
    queryKey: ['doctor'],
    queryFn: ({ signal }) => api('GET /v1/doctor', { signal }),
    refetchInterval: 15_000,
  });
  return (
    <>
      <PageHead
        title={words.title}
        lead={words.lead}
        actions={
          <Button variant="default" onClick={() => void checks.refetch()} loading={checks.isFetching}>
            {words.again}
          </Button>
        }
      />
      <Answer of={checks}>
        {({ items }) => (
          <Stack component="ul" gap="sm" p={0} style={{ listStyle: 'none' }}>
            {items.map(({ id, title, state, says, fix }) => (
              <Group key={id} component="li" align="flex-start" wrap="nowrap">
                <ThemeIcon variant="light" color={looks[state].color}>
                  <Icon name={looks[state].icon} />
                </ThemeIcon>
                <div>
                  <Text fw={600}>
                    {title}{' '}
                    <Text span size="sm" c="dimmed">
                      ({looks[state].word})
                    </Text>
                  </Text>
                  <Text size="sm">{says}</Text>
                  {fix !== null && (
                    <Text size="sm">
                      <strong>{words.fix}:</strong> {fix}
                    </Text>
                  )}
                </div>
              </Group>
            ))}
          </Stack>
        )}
      </Answer>
    </>
  );
}
