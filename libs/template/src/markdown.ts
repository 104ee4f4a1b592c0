import MarkdownIt from 'markdown-it';
import { escapeHtml } from './escape.js';
import { sanitizeHtml } from './html.js';
import { reservedCharacter } from './template.js';

/** UTF-16 units; longer text, and text whose blocks lie too deep in each other to be read, is shown as it was written. */
export const markdownLengthMax = 64 * 1024;

export interface MarkdownParts {
  /** A fragment for the body of an HTML mail: a fixed list of tags, links to http, https and mailto only, no images. */
  readonly html: string;
  /** The same for people without HTML: lists with hyphens or numbers, links behind their text. */
  readonly text: string;
}

/**
 * Makes the two parts of a mail from Markdown in which HTML may stand, as in an incident's description and recommendations.
 * Refuses nothing: what may not stay is dropped, what cannot be read stays as plain text. Nothing in it can look like a secret's placeholder.
 */
export function renderMarkdown(markdown: string): MarkdownParts {
  const { html, text } = toParts(markdown);
  return { html: html.replaceAll(reservedCharacter, '&#x27e6;'), text: text.replaceAll(reservedCharacter, '[') };
}

/** markdown-it, because its time grows with the length of the text; marked 18 took 5 s for 60 KB of `_a_` and of `a.a.`. */
const reader = new MarkdownIt({ html: true });

/** The reader drops what lies deeper than 100 in each other; so many marks on one line are no text for people, and nothing may get lost. */
const nestedBlocks = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){20}/m;

function toParts(markdown: string): MarkdownParts {
  if (markdown.length > markdownLengthMax || nestedBlocks.test(markdown)) {
    return { html: `<pre>${escapeHtml(markdown)}</pre>`, text: markdown };
  }
  return sanitizeHtml(reader.render(markdown));
}
