import { Box, Group, Text } from '@mantine/core';
import { visible } from '@waybill/contracts/text/visible';
import { CopyAs } from './copy-text';
import { general } from '../words/general';

/**
 * A text that scrolls by itself, also by keyboard, and can be copied as it is. Shown are also the characters that a screen would obey, as
 * `\u202e`: a target's answer must not look like other words than it holds.
 */
export function CodeBlock({ text, label, maxHeight = 420 }: { text: string; label: string; maxHeight?: number }) {
  return (
    <Box>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <CopyAs text={() => text} label={general.copy} />
      </Group>
      <Box component="pre" className="code-block" tabIndex={0} role="region" aria-label={label} style={{ maxHeight }}>
        {visible(text)}
      </Box>
    </Box>
  );
}

/** JSON with breaks and indents where the text is JSON; else the text itself. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
