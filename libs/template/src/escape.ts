import { ownMember } from '@waybill/contracts/own-member';

/**
 * Escapes of text for where it lands. What a publisher wrote must show as it was written: it may not mention people, make links or change
 * the layout around it. Only values are escaped, never the template's own text. The rules are of reference/targets.md.
 */
export type Escape = (text: string, before?: string) => string;

/** `before` of an escape is what was written just before the value: in Slack a value right behind `<` says what the link is. */
export type EscapeName =
  'none' | 'slack-mrkdwn' | 'teams-markdown' | 'jira-wiki' | 'servicenow-journal' | 'html' | 'line';

/** One escape for all values, or one by the nearest key above the tag (`{"url":"{{link}}"}` lands at `url`) with one for all other keys. */
export type EscapeRule =
  EscapeName | { readonly otherwise: EscapeName; readonly keys: Readonly<Record<string, EscapeName>> };

/** The escape for a value that lands below this key. */
export function escapeFor(rule: EscapeRule, landing: string): Escape {
  if (typeof rule === 'string') return escapes[rule];
  return escapes[ownMember(rule.keys, landing) ?? rule.otherwise];
}

/** Slack reads entities in these three characters only; escaping more shows literally. `<!channel>` and `<@U…>` would ping people. */
function escapeSlackMrkdwn(text: string, before = ''): string {
  const safe = /[&<>]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text;
  return /(?:<|\\u003c)$/i.test(before) ? asSlackAddress(safe) : safe;
}

/**
 * A value that the template puts behind its own `<` is an address. `!channel`, `@U1` and `#C1` would be mentions there, and a bar would
 * begin the text of the link: those signs are written as an address spells them. A scheme that runs code loses its colon.
 */
function asSlackAddress(text: string): string {
  return text
    .trimStart()
    .replace(/^[!@#]/, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    .replace(/^(javascript|vbscript|data):/i, '$1%3a')
    .replaceAll('|', '%7c');
}

/**
 * The Markdown subset of an Adaptive Card's TextBlock. Marks that count only at the start of a line are escaped only there. Two braces
 * begin a function of the card: `{{DATE(…)}}` would show another text than the one that was written.
 */
function escapeTeamsMarkdown(text: string): string {
  return text
    .replace(/[\\*_[\]()#~`<>]|(?<=\{)\{/g, '\\$&')
    .replace(/^([ \t]*)([-+])(?=\s)/gm, '$1\\$2')
    .replace(/^([ \t]*\d+)([.)])(?=\s)/gm, '$1\\$2');
}

/** `\\` would be a line break in Jira, so a backslash becomes an entity; the rest takes a backslash. A hyphen inside a word means nothing. */
function escapeJiraWiki(text: string): string {
  return text
    .replaceAll('\\', '&#92;')
    .replace(/[{}[\]!|*_^~+?@]|(?<!\w)-|-(?!\w)|^[ \t]*#/gm, (mark) =>
      mark.endsWith('#') ? mark.replace('#', '\\#') : `\\${mark}`,
    )
    .replace(/^([ \t]*)(h[1-6]|bq)\./gm, '$1$2&#46;');
}

/** In a journal field `[code]` opens HTML, and a notification writes none. */
export function escapeServicenowJournal(text: string): string {
  return text.replace(/\[(\/?code)\]/gi, '[ $1 ]');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attribute values in double or single quotes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] as string) : text;
}

/** One line for a header, a subject or a key: control and separator characters become one blank; marks that turn the direction of text go. */
export function escapeLine(text: string): string {
  return text
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

const escapes: Readonly<Record<EscapeName, Escape>> = {
  none: (text) => text,
  'slack-mrkdwn': escapeSlackMrkdwn,
  'teams-markdown': escapeTeamsMarkdown,
  'jira-wiki': escapeJiraWiki,
  'servicenow-journal': escapeServicenowJournal,
  html: escapeHtml,
  line: escapeLine,
};
