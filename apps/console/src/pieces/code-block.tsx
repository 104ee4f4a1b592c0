import { Box, Group, Text } from '@mantine/core';
import { CopyAs } from './copy-text';
import { general } from '../words/general';

/** A text as it is: it scrolls by itself, also by keyboard, and can be copied. */
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
        {text}
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
