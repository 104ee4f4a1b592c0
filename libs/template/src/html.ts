import { ownMember } from '@waybill/contracts/own-member';
import { escapeHtml } from './escape.js';

/**
 * Keeps of HTML what a mail needs and makes plain text beside it. Safe by construction: every tag of the result is written here, from a list,
 * with at most one attribute, and closed; everything else between angle brackets is dropped or becomes text.
 */
export function sanitizeHtml(html: string): { html: string; text: string } {
  const writer = new Writer();
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    writer.text(html.slice(at, open < 0 ? html.length : open));
    if (open < 0) break;
    at = readMarkup(html, open, writer);
  }
  return writer.finish();
}

const tag = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/]+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)[\s/]*>/y;

/** Answers the offset behind what began at `open`. */
function readMarkup(html: string, open: number, writer: Writer): number {
  if (html.startsWith('<!', open) || html.startsWith('<?', open)) {
    const comment = html.startsWith('<!--', open);
    const end = html.indexOf(comment ? '-->' : '>', open);
    return end < 0 ? html.length : end + (comment ? 3 : 1);
  }
  tag.lastIndex = open;
  const found = tag.exec(html);
  if (found === null) {
    writer.text('<');
    return open + 1;
  }
  const name = (found[2] as string).toLowerCase();
  const end = tag.lastIndex;
  if (found[1] === '/') writer.close(name);
  else if (silent.has(name)) return afterSilent(html, name, end);
  else writer.open(name, found[3] as string);
  return end;
}

/** Elements whose content is not text for people. */
const silent: ReadonlySet<string> = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'template',
  'iframe',
  'object',
  'svg',
  'math',
  'noscript',
  'select',
  'xmp',
]);

function afterSilent(html: string, name: string, from: number): number {
  const close = new RegExp(`</${name}\\s*>`, 'ig');
  close.lastIndex = from;
  return close.exec(html) === null ? html.length : close.lastIndex;
}

const voids: ReadonlySet<string> = new Set(['br', 'hr']);
const blocks: ReadonlySet<string> = new Set([
  'p',
  'div',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'blockquote',
  'pre',
  'table',
]);
const lines: ReadonlySet<string> = new Set(['li', 'tr']);
const inline: ReadonlySet<string> = new Set([
  'a',
  'b',
  'strong',
  'i',
  'em',
  'u',
  's',
  'del',
  'code',
  'sub',
  'sup',
  'span',
  'thead',
  'tbody',
  'th',
  'td',
]);

/** Elements inside each other; deeper ones are left out, their text stays. */
const elementDepthMax = 64;

interface OpenElement {
  readonly name: string;
  /** Of a link: where it leads. */
  readonly href: string;
  /** Of a numbered list: the number of the next item. */
  next: number;
}

class Writer {
  private html = '';
  private readonly openElements: OpenElement[] = [];
  /** Pieces of the plain text. What it ends in is kept apart: reading the end of a long text that still grows would cost its whole length. */
  private readonly plain: string[] = [];
  private ends: 'nothing' | 'item' | 'blank' | 'text' | number = 'nothing';
  /** The plain text of the innermost link. */
  private linkText = '';

  text(source: string): void {
    if (source === '') return;
    this.html += source
      .replace(/&(?!(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)/g, '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;');
    const decoded = decodeEntities(source);
    if (this.openElements.some(({ name }) => name === 'pre')) return this.append(decoded);
    const collapsed = decoded.replace(/\s+/g, ' ');
    this.append(this.ends === 'text' ? collapsed : collapsed.trimStart());
  }

  open(name: string, attributes: string): void {
    if (voids.has(name)) {
      this.html += `<${name}>`;
      this.append(name === 'br' ? '\n' : '\n---\n');
      return;
    }
    if (!blocks.has(name) && !lines.has(name) && !inline.has(name)) return;
    if (this.openElements.length >= elementDepthMax) return;
    const href = name === 'a' ? safeLink(attributes) : '';
    if (name === 'a' && href === '') return;
    this.html += href === '' ? `<${name}>` : `<a href="${escapeHtml(href)}">`;
    if (blocks.has(name)) this.breakLine(2);
    if (lines.has(name)) this.beginLine(name);
    if (name === 'a') this.linkText = '';
    this.openElements.push({ name, href, next: 1 });
  }

  /** Closes what is open inside, too; a closing tag that fits nothing is dropped. */
  close(name: string): void {
    if (!this.openElements.some((element) => element.name === name)) return;
    for (;;) {
      const element = this.openElements.pop();
      if (element === undefined) return;
      this.html += `</${element.name}>`;
      this.endPlain(element);
      if (element.name === name) return;
    }
  }

  finish(): { html: string; text: string } {
    while (this.openElements.length > 0) this.close((this.openElements.at(-1) as OpenElement).name);
    const lines = this.plain
      .join('')
      .split('\n')
      .map((line) => line.trimEnd());
    return {
      html: this.html,
      text: lines
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim(),
    };
  }

  private append(text: string): void {
    if (text === '') return;
    this.plain.push(text);
    this.linkText += text;
    if (text.endsWith('\n')) this.ends = text.endsWith('\n\n') ? 2 : 1;
    else this.ends = /\s/.test(text.charAt(text.length - 1)) ? 'blank' : 'text';
  }

  private beginLine(name: string): void {
    this.breakLine(1);
    if (name !== 'li') return;
    const list = this.openElements.findLast((element) => element.name === 'ol' || element.name === 'ul');
    this.append(list?.name === 'ol' ? `${list.next++}. ` : '- ');
    this.ends = 'item';
  }

  private endPlain({ name, href }: OpenElement): void {
    if (blocks.has(name)) this.breakLine(2);
    else if (lines.has(name)) this.breakLine(1);
    else if (name === 'td' || name === 'th') this.append(' | ');
    else if (name === 'a' && this.linkText.trim() !== href.replace(/^mailto:/, '')) this.append(` (${href})`);
  }

  /** The first paragraph of a list item stands on the line of its mark. */
  private breakLine(count: number): void {
    if (this.ends === 'nothing' || this.ends === 'item') return;
    const ends = typeof this.ends === 'number' ? this.ends : 0;
    if (ends < count) {
      this.plain.push('\n'.repeat(count - ends));
      this.ends = count;
    }
  }
}

/** The target of a link when it leads to the web or to a mailbox; empty for `javascript:`, `data:` and everything else. */
function safeLink(attributes: string): string {
  const found = /(?:^|[\s/])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/i.exec(attributes);
  const target = decodeEntities(found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replace(
    /[\u0000-\u0020\u007f-\u00a0]+/g,
    '',
  );
  return /^(?:https?:\/\/|mailto:)[^\s]/i.test(target) ? target : '';
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  colon: ':',
  tab: '\t',
  newline: '\n',
  sol: '/',
};

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,8}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ownMember(named, name.toLowerCase()) ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
        ? String.fromCodePoint(point)
        : '\ufffd';
    },
  );
}
