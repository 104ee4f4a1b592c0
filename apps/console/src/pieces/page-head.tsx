import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { general } from '../words/general';

interface PageHeadProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Where the page hangs: its list. */
  above?: { to: string; label: string };
}

/** The head of a page: its one heading, what the page is for, and its main acts. Names the tab too. */
export function PageHead({ title, lead, actions, above }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${general.product}`;
  }, [title]);
  return (
    <Stack gap={4} mb="lg">
      {above !== undefined && (
        <Breadcrumbs>
          <Anchor component={Link} to={above.to} size="sm">
            {above.label}
          </Anchor>
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start">
        <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {lead !== undefined && (
        <Text c="dimmed" component="div" maw="80ch">
          {lead}
        </Text>
      )}
    </Stack>
  );
}
