import { ThemeIcon } from '@mantine/core';
import { Icon, type IconName } from '../pieces/icons';

const marks: Record<string, IconName> = {
  ticketing: 'ticket',
  messaging: 'message',
  universal: 'webhook',
};
const categories: Record<string, string> = {
  jira: 'ticketing',
  'jira-service-management': 'ticketing',
  servicenow: 'ticketing',
  teams: 'messaging',
  slack: 'messaging',
  pagerduty: 'messaging',
  webhook: 'universal',
  email: 'universal',
};

/** The mark of a target's category, beside its name. */
export function TargetMark({ target }: { target: string }) {
  const icon = marks[categories[target] ?? 'universal'] ?? 'webhook';
  return (
    <ThemeIcon variant="light" size="md" aria-hidden="true">
      <Icon name={icon} />
    </ThemeIcon>
  );
}
