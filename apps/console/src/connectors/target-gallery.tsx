import { Card, Group, SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import type { Target } from '../api/shapes';
import { connectorWords as words } from '../words/connectors';
import { TargetMark } from './target-mark';

/** What can be connected, by category. */
export function TargetGallery({ targets, onChoose }: { targets: Target[]; onChoose: (id: string) => void }) {
  return (
    <Stack>
      <Title order={2} size="h4">
        {words.wizard.choose}
      </Title>
      {Object.entries(words.categories).map(([category, label]) => (
        <section key={category} aria-label={label}>
          <Text fw={600} mb="xs">
            {label}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {targets
              .filter((target) => target.category === category)
              .map(({ id, name, description }) => (
                <UnstyledButton key={id} onClick={() => onChoose(id)}>
                  <Card withBorder h="100%">
                    <Group wrap="nowrap" align="flex-start">
                      <TargetMark target={id} />
                      <div>
                        <Text fw={600}>{name}</Text>
                        <Text size="sm" c="dimmed">
                          {description}
                        </Text>
                      </div>
                    </Group>
                  </Card>
                </UnstyledButton>
              ))}
          </SimpleGrid>
        </section>
      ))}
    </Stack>
  );
}
