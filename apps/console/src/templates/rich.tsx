import { Text } from '@mantine/core';
import { runsOf } from './rich-text';

interface RichProps {
  text: string;
  /** Plain where the target shows no markup. */
  language?: Parameters<typeof runsOf>[1];
  isStrong?: boolean;
}

/** A text with the markup that its target knows. Links are underlined and lead nowhere: this is a picture. */
export function Rich({ text, language, isStrong = false }: RichProps) {
  const runs = language === undefined ? [{ text }] : runsOf(text, language);
  return (
    <Text
      size="sm"
      component="div"
      fw={isStrong ? 700 : 400}
      style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
    >
      {runs.map((run, at) => {
        if ('strong' in run) return <strong key={at}>{run.text}</strong>;
        return 'link' in run ? <u key={at}>{run.text}</u> : run.text;
      })}
    </Text>
  );
}
