import { Typography } from '@mantine/core';
import MarkdownIt from 'markdown-it';

// Without HTML in the source, what comes out holds only what this renderer writes.
const markdown = new MarkdownIt({ html: false, linkify: false });

/** A help text of a target's room. Headings begin below those of the page. */
export function Markdown({ text }: { text: string }) {
  return (
    <Typography fz="sm" className="help">
      <div dangerouslySetInnerHTML={{ __html: markdown.render(text) }} />
    </Typography>
  );
}
