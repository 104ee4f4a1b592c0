/** A stretch of text as the target's people see it. */
export interface Run {
  readonly text: string;
  readonly strong?: true;
  readonly link?: true;
}

type Rule = readonly [pattern: RegExp, run: (match: RegExpExecArray) => Run];

/** Slack: bold between single asterisks at the edge of a word; two asterisks stay what they are. Links and the three escapes. */
const slack: readonly Rule[] = [
  [/(?<![*\w])\*(?![\s*])([^*\n]+?)(?<!\s)\*(?![*\w])/, ([, text = '']) => ({ text, strong: true })],
  [/<(?:[^>|\s]+)\|([^>]+)>/, ([, text = '']) => ({ text, link: true })],
  [/<(https?:[^>|\s]+)>/, ([, text = '']) => ({ text, link: true })],
  [/&(amp|lt|gt);/, ([, name = '']) => ({ text: { amp: '&', lt: '<', gt: '>' }[name] ?? '' })],
];

/** The part of Markdown that Teams shows in a card. */
const markdown: readonly Rule[] = [
  [/\\([\\`*_{}[\]()#+\-.!|<>~])/, ([, text = '']) => ({ text })],
  [/\*\*(?!\s)((?:\\.|[^*\\])+?)\*\*/, ([, text = '']) => ({ text: text.replace(/\\(.)/g, '$1'), strong: true })],
  [/\[((?:\\.|[^\]\\])+)\]\([^)\s]+\)/, ([, text = '']) => ({ text: text.replace(/\\(.)/g, '$1'), link: true })],
];

/** The part of Jira's wiki text that our templates write. */
const wiki: readonly Rule[] = [
  [/\\([\\*_{}[\]|\-+^~?!#])/, ([, text = '']) => ({ text })],
  [/^h[1-6]\. (.+)$/m, ([, text = '']) => ({ text, strong: true })],
  [/(?<![*\w\\])\*(?![\s*])([^*\n]+?)(?<![\s\\])\*(?![*\w])/, ([, text = '']) => ({ text, strong: true })],
  [/\[([^|\]\n]+)\|[^\]\s]+\]/, ([, text = '']) => ({ text, link: true })],
];

const languages = { slack, markdown, wiki } as const;

/** Cuts a text of a target into runs; what no rule knows stands as it is, so that nothing is lost from the picture. */
export function runsOf(text: string, language: keyof typeof languages): Run[] {
  const runs: Run[] = [];
  let rest = text;
  while (rest !== '') {
    const found = firstOf(rest, languages[language]);
    if (found === null) return joined(runs, { text: rest });
    const { match, run } = found;
    if (match.index > 0) joined(runs, { text: rest.slice(0, match.index) });
    joined(runs, run(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return runs;
}

function firstOf(text: string, rules: readonly Rule[]): { match: RegExpExecArray; run: Rule[1] } | null {
  let first: { match: RegExpExecArray; run: Rule[1] } | null = null;
  for (const [pattern, run] of rules) {
    const match = pattern.exec(text);
    if (match !== null && (first === null || match.index < first.match.index)) first = { match, run };
  }
  return first;
}

/** Plain runs beside each other are one. */
function joined(runs: Run[], run: Run): Run[] {
  const last = runs.at(-1);
  const isPlain = (one: Run | undefined): boolean => one !== undefined && !one.strong && !one.link;
  if (isPlain(last) && isPlain(run)) runs[runs.length - 1] = { text: `${last?.text ?? ''}${run.text}` };
  else runs.push(run);
  return runs;
}
