import type { Filter, FilterComparison, FilterOperand } from '@waybill/contracts/http/filter';

/** A comparison as the builder shows it: a field, an operator, a value. */
export interface Condition {
  operator: FilterComparison | 'exists';
  source: string;
  value: FilterOperand;
}

export const comparisons = [
  '=',
  '!=',
  'in',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'contains_any',
  'contains_all',
  'starts_with',
  'cidr_match',
] as const satisfies readonly FilterComparison[];

const listOperators: readonly string[] = ['in', 'contains_any', 'contains_all'];

export const takesList = (operator: string): boolean => listOperators.includes(operator);

export const emptyCondition: Filter = { '=': [{ source: 'incident.threatRating' }, 'Critical'] };
export const emptyFilter: Filter = { and: [emptyCondition] };

/** A node as a condition; null for groups, `not`, and what the builder cannot show (two fields, a value first). */
export function conditionOf(node: Filter): Condition | null {
  const [operator, body] = Object.entries(node)[0] as [string, unknown];
  if (operator === 'exists') {
    const source = Array.isArray(body) ? (body[0] as { source: string }) : (body as { source: string });
    return { operator, source: source.source, value: null };
  }
  if (!(comparisons as readonly string[]).includes(operator)) return null;
  const [left, right] = body as [FilterOperand, FilterOperand];
  // A list where a value belongs, or the other way round, is right (and false); only the text can show it.
  if (!isSource(left) || isSource(right) || takesList(operator) !== Array.isArray(right)) return null;
  return { operator: operator as FilterComparison, source: left.source, value: right };
}

export function nodeOf({ operator, source, value }: Condition): Filter {
  if (operator === 'exists') return { exists: { source } };
  return { [operator]: [{ source }, value] } as unknown as Filter;
}

/** The same condition with another operator: a list becomes its first value, a value a list of one, where the operator wants it. */
export function withOperator(condition: Condition, operator: Condition['operator']): Condition {
  const { value } = condition;
  if (operator === 'exists') return { ...condition, operator, value: null };
  if (takesList(operator))
    return { ...condition, operator, value: Array.isArray(value) ? value : value === null ? [] : [value as string] };
  return { ...condition, operator, value: Array.isArray(value) ? (value[0] ?? '') : (value ?? '') };
}

/** What a person types as a value: true, false and numbers are meant as such, a text in quotes stays a text. */
export function readScalar(text: string): string | number | boolean | null {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (isNumber(text)) return Number(text);
  const quoted = /^"(.*)"$/s.exec(text);
  return quoted === null ? text : (quoted[1] ?? '');
}

/** A number as JSON writes it, and no longer than a double can keep: more digits stay a text. */
function isNumber(text: string): boolean {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return false;
  return Number.isFinite(Number(text)) && (text.replace(/\D/g, '').length <= 15 || String(Number(text)) === text);
}

/** The other way round; a text that would be read as something else stands in quotes. */
export function writeScalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return readScalar(value) === value ? value : `"${value}"`;
}

/** The filter in a text; null for what is none. Only the shape: the API judges the rest and names the place. */
export function filterIn(text: string): Filter | null {
  try {
    const value: unknown = JSON.parse(text);
    return isNode(value, 0) ? (value as Filter) : null;
  } catch {
    return null;
  }
}

/** As contracts' filterDepthMax; the API says where a deeper one is too deep. */
const depthMax = 16;

function isNode(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > depthMax) return false;
  const [operator, ...others] = Object.keys(value);
  if (operator === undefined || others.length > 0) return false;
  const body = (value as Record<string, unknown>)[operator];
  if (operator === 'and' || operator === 'or')
    return Array.isArray(body) && body.length > 0 && body.every((child) => isNode(child, depth + 1));
  if (operator === 'not')
    return Array.isArray(body) ? body.length === 1 && isNode(body[0], depth + 1) : isNode(body, depth + 1);
  if (operator === 'exists') return Array.isArray(body) ? body.length === 1 && isSource(body[0]) : isSource(body);
  return (comparisons as readonly string[]).includes(operator) && Array.isArray(body) && body.length === 2;
}

function isSource(value: unknown): value is { source: string } {
  return typeof value === 'object' && value !== null && typeof (value as { source?: unknown }).source === 'string';
}
