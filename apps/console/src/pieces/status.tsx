import { Badge } from '@mantine/core';
import { statusWords, type StatusWord } from '../words/general';
import { Icon, type IconName } from './icons';

/** Each status has a word, a drawing and a colour; the first two carry the meaning. */
const looks: Record<StatusWord, readonly [icon: IconName, color: string]> = {
  pending: ['clock', 'gray'],
  attempting: ['send', 'blue'],
  retrying: ['repeat', 'orange'],
  delivered: ['check', 'green'],
  'dead-lettered': ['deadLetters', 'red'],
  cancelled: ['cross', 'gray'],
  suppressed: ['mute', 'gray'],
  healthy: ['check', 'green'],
  failing: ['warning', 'red'],
  disabled: ['pause', 'gray'],
  accepted: ['check', 'green'],
  refused: ['cross', 'red'],
  unknown: ['question', 'orange'],
  running: ['send', 'blue'],
  paused: ['pause', 'orange'],
  done: ['check', 'green'],
  enabled: ['check', 'green'],
};

export function Status({ of, size = 'md' }: { of: string; size?: 'sm' | 'md' | 'lg' }) {
  const known = of in looks ? (of as StatusWord) : null;
  const [icon, color] = known === null ? (['question', 'gray'] as const) : looks[known];
  return (
    <Badge
      variant="light"
      color={color}
      size={size}
      tt="none"
      fw={600}
      miw="max-content"
      leftSection={<Icon name={icon} size={12} />}
    >
      {known === null ? of : statusWords[known]}
    </Badge>
  );
}
