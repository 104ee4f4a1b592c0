import { plainText, type Issue } from './store.js';

export interface Clause {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
}

const clausePattern = /\s*([a-z]+)\s*(>=|!=|=|~)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))\s*/iy;
const searchable = [
  'project',
  'labels',
  'key',
  'issue',
  'issuekey',
  'status',
  'statuscategory',
  'summary',
  'text',
  'created',
];

/** Clauses joined by AND, whatever ORDER BY says behind them; or what is wrong, in words. */
export function clausesOf(jql: string): readonly Clause[] | string {
  if (jql.trim() === '') return 'The jql parameter is missing or has no restriction.';
  const clauses: Clause[] = [];
  let at = 0;
  while (at < jql.length) {
    const rest = jql.slice(at);
    if (clauses.length > 0 && /^order\s+by\s/i.test(rest)) break;
    const and = clauses.length === 0 ? '' : /^and\s+/i.exec(rest)?.[0];
    clausePattern.lastIndex = at + (and ?? '').length;
    const match = and === undefined ? null : clausePattern.exec(jql);
    if (match === null) return `Error in the JQL Query: '${rest}' is not understood.`;
    const field = (match[1] ?? '').toLowerCase();
    if (!searchable.includes(field)) return `Field '${field}' does not exist or you do not have permission to view it.`;
    const value = (match[3] ?? match[4] ?? match[5] ?? '').replace(/\\(.)/g, '$1');
    clauses.push({ field, operator: match[2] ?? '=', value });
    at = clausePattern.lastIndex;
  }
  return clauses;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `~` finds words, wherever they stand; `=` is the whole value, case ignored; `created >= "-1d"` is a time before now. */
export function holds(issue: Issue, { field, operator, value }: Clause, nowMs: number): boolean {
  if (field === 'created') {
    const [, count, unit = ''] = /^-(\d+)([mhdw])$/.exec(value) ?? [];
    return operator === '>=' && issue.createdAtMs >= nowMs - Number(count) * (units[unit] ?? NaN);
  }
  const values = valuesOf(issue, field);
  if (operator === '~') {
    const words = new Set(values.flatMap(wordsOf));
    return wordsOf(value).every((word) => words.has(word));
  }
  const found = values.some((one) => one.toLowerCase() === value.toLowerCase());
  return operator === '!=' ? !found : found;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function valuesOf(issue: Issue, field: string): readonly string[] {
  const labels = issue.fields['labels'];
  const summary = plainText(issue.fields['summary']);
  switch (field) {
    case 'project':
      return [issue.project];
    case 'labels':
      return Array.isArray(labels) ? labels.map(String) : [];
    // The names of our statuses are those of their categories.
    case 'status':
    case 'statuscategory':
      return [issue.status];
    case 'summary':
      return [summary];
    case 'text':
      return [summary, plainText(issue.fields['description'])];
    default:
      return [issue.key, issue.id];
  }
}
