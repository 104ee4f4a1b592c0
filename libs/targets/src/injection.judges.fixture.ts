import type { HttpTargetRequest, MailTargetRequest, TargetRequest } from './target.js';
import { textsOf } from './injection.fixture.js';

/**
 * What a target would make of a request beyond showing it, read as the target reads it and not as we escape: one sentence a finding.
 * A template's own markup is not found: the default templates have links to the web, bold words, headings and code blocks, and those
 * are what may stay.
 */
export const judges: Readonly<Record<string, (request: TargetRequest) => readonly string[]>> = {
  slack: (request) => jsonTexts(request).flatMap(([, text]) => slackTokens(text)),
  teams: (request) => [
    ...jsonTexts(request)
      .filter(([key]) => key === 'text' || key === 'value')
      .flatMap(([, text]) => cardMarkup(text)),
    ...jsonTexts(request)
      .filter(([key, text]) => key === 'url' && !/^https?:\/\//.test(text))
      .map(([, text]) => `a button leads to ${text}`),
    ...(bodyOf(request).includes('"entities"') ? ['a mention is declared'] : []),
  ],
  pagerduty: (request) => {
    const event = JSON.parse(bodyOf(request)) as { dedup_key: string; payload: { severity: string } };
    return [
      ...jsonTexts(request)
        .filter(([key, text]) => (key === 'href' || key === 'src') && !/^https?:\/\//.test(text))
        .map(([, text]) => `a link leads to ${text}`),
      ...([...event.dedup_key].length > 255 ? ['the dedup_key is too long'] : []),
      ...(/^(?:critical|error|warning|info)$/.test(event.payload.severity) ? [] : ['an unknown severity']),
    ];
  },
  jira: (request) => {
    const { fields } = JSON.parse(bodyOf(request)) as { fields: Record<string, unknown> };
    const description = fields['description'];
    return [
      ...(typeof description === 'string' ? wikiMarkup(description) : documentFaults(description)),
      ...lineFaults('summary', String(fields['summary'])),
      ...(fields['labels'] as string[]).filter((label) => !/^[\w-]+$/.test(label)).map((label) => `label ${label}`),
    ];
  },
  'jira-service-management': (request) => {
    const { requestFieldValues: values } = JSON.parse(bodyOf(request)) as {
      requestFieldValues: Record<string, string>;
    };
    return [...wikiMarkup(values['description'] ?? ''), ...lineFaults('summary', values['summary'] ?? '')];
  },
  servicenow: (request) => {
    const record = JSON.parse(bodyOf(request)) as Record<string, string>;
    return [
      ...lineFaults('short_description', record['short_description'] ?? ''),
      ...(/^(?!javascript:|null$)[\w.:-]{1,100}$/i.test(record['correlation_id'] ?? '') ? [] : ['correlation_id']),
      ...['impact', 'urgency', 'severity'].filter((key) => !/^[123]?$/.test(record[key] ?? '')),
      ...['comments', 'work_notes'].filter((key) => /\[\/?code\]/i.test(record[key] ?? '')),
    ];
  },
  email: (request) => mailFaults(request as MailTargetRequest),
};

const bodyOf = (request: TargetRequest): string => (request as HttpTargetRequest).body;
const jsonTexts = (request: TargetRequest) => textsOf(JSON.parse(bodyOf(request)));

/** Slack acts on what stands between angle brackets. */
function slackTokens(text: string): string[] {
  const tokens = [...text.matchAll(/<([^<>]*)>/g)].map(([, token = '']) => token);
  return tokens.filter(
    (token) => /^\s*[!@#]|^\s*(?:javascript|data|vbscript):/i.test(token) || token.split('|').length > 2,
  );
}

/** What is left when every escaped sign is taken away: no link, no image, no mention, no function. */
function cardMarkup(text: string): string[] {
  const bare = text.replace(/\\[\\*_[\]()#~`<>{}+.-]/g, '');
  return [/\[|\]\(/, /<\/?\w/, /`/, /_/]
    .filter((sign) => sign.test(bare))
    .map((sign) => `${String(sign)} in ${bare}`)
    .concat(/\{\{\s*(?:DATE|TIME)/i.test(text) ? [`a function in ${text}`] : []);
}

/** Macros and headings of the templates are `{code}` alone on its line and `h3.` at the beginning of one. */
function wikiMarkup(text: string): string[] {
  const bare = text
    .replace(/^\{code\}\n[\s\S]*?\n\{code\}$/gm, (block) => (/\{code/i.test(block.slice(6, -6)) ? block : ''))
    .replace(/\\[{}[\]!|*_^~+?@#-]/g, 'x')
    .replace(/^h3\. /gm, '')
    .replace(/\[[^[\]|]*\|https?:\/\/[^\s|\]]+\]/g, '');
  return [/[{}[\]!|*_^~+?@]/, /^\s*(?:h[1-6]|bq)\./m, /^\s*#/m, /\\/]
    .filter((sign) => sign.test(bare))
    .map((sign) => `${String(sign)} in ${bare}`);
}

const nodes: ReadonlySet<string> = new Set(['doc', 'paragraph', 'heading', 'text', 'hardBreak', 'codeBlock', 'link']);

function documentFaults(document: unknown): string[] {
  const all = textsOf(document);
  return [
    ...all.filter(([key, type]) => key === 'type' && !nodes.has(type)).map(([, type]) => `a node ${type}`),
    ...all
      .filter(([key, text]) => key === 'href' && !/^https?:\/\//i.test(text))
      .map(([, text]) => `a link to ${text}`),
    ...all.filter(([key, text]) => key === 'text' && text === '').map(() => 'an empty text, which Jira refuses'),
  ];
}

function lineFaults(what: string, text: string): string[] {
  return [
    ...(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text) ? [`${what} has control characters`] : []),
    ...(/[\u202a-\u202e\u2066-\u2069]/.test(text) ? [`${what} turns`] : []),
    ...(text.trim() === '' ? [`${what} is empty`] : []),
  ];
}

const tags =
  /^(?:p|div|h[1-6]|ul|ol|li|blockquote|pre|code|table|thead|tbody|tr|th|td|br|hr|a|b|strong|i|em|u|s|del|sub|sup|span)$/;

function mailFaults({ subject, html, headers, to, cc, messageId, from, replyTo }: MailTargetRequest): string[] {
  const found = [...html.matchAll(/<\/?([^\s>/]*)([^>]*)>/g)];
  return [
    ...lineFaults('subject', `x${subject}`),
    ...found.filter(([, name = '']) => !tags.test(name)).map(([whole]) => whole),
    ...found
      .filter(([, , rest = '']) => !/^(?: href="(?:https?:\/\/|mailto:)[^"]*")?$/i.test(rest))
      .map(([whole]) => whole),
    ...[...Object.values(headers), ...to, ...cc, messageId, from ?? '', replyTo ?? ''].filter((text) =>
      /[\r\n]/.test(text),
    ),
  ];
}
