import { ActionIcon, Button, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { general } from '../words/general';
import { Icon } from './icons';

/** A text to take along, with its button. */
export function CopyText({ text, shown = text }: { text: string; shown?: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex" style={{ maxWidth: '100%' }}>
      <Code style={{ overflowWrap: 'anywhere' }}>{shown}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? general.copied : general.copy}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={`${general.copy} ${shown.slice(0, 60)}`}
            >
              <Icon name={copied ? 'check' : 'copy'} size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

/** A button that takes a text along which is too long to show. */
export function CopyAs({ text, label }: { text: () => string; label: string }) {
  return (
    <CopyButton value={text()}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size="xs"
          onClick={copy}
          leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
        >
          {copied ? general.copied : label}
        </Button>
      )}
    </CopyButton>
  );
}
