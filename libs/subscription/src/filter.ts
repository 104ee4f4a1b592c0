import { ownMember } from '@waybill/contracts/own-member';
import { compilePath, type JsonPath } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import { cidrMatch } from './cidr.js';
import { exactOf } from './exact-number.js';

/**
 * The filter of a subscription: a tree with one operator a node (contract.md section 4).
 * `{"and":[{"in":[{"source":"incident.threatRating"},["Critical","High"]]},{"=":[{"source":"incident.escalated"},true]}]}`
 * A missing operand, or one whose type does not fit the operator, makes the node false; it never throws.
 */
export interface Filter {
  matches(look: Look): boolean;
  /** Every leaf that was decided, in the order of the filter, with what it saw: "why did this match?" */
  explain(look: Look): Clause[];
}

/** Answers the value at a dotted path of the notification, undefined where there is none. */
export type Look = (path: JsonPath) => FilterValue | undefined;

/** Plain JSON values; objects can only be tested with `exists`. Integers beyond 2^53 are bigints, for which no number is equal. */
export type FilterValue =
  string | number | bigint | boolean | null | readonly FilterValue[] | { readonly [key: string]: unknown };

export interface Clause {
  /** RFC 6901 pointer into the filter. */
  readonly pointer: string;
  readonly operator: string;
  readonly result: boolean;
  /** What it has to be to help the filter to be true: false behind an odd number of `not`. */
  readonly wanted: boolean;
  /**
   * It keeps the filter from being true: it is not what is wanted, and nothing beside it makes up for that. As long as these stay as they
   * are the filter is false, whatever the others become; were they all turned round, it would be true. None where the filter is true.
   */
  readonly prevents: boolean;
  /** What the operands were for this notification, as JSON can say it: a bigint as its digits; a missing one is null and named in `missing`. */
  readonly operands: readonly unknown[];
  readonly missing: readonly string[];
}

export type FilterScalar = string | number | bigint | boolean | null;

/** A filter is for people to read; more than this is a program. */
export const filterNodesMax = 200;
export const filterDepthMax = 16;

/** Compiles a filter; refuses (`filter_invalid`, with the pointer) what is none. */
export function compileFilter(source: unknown, pointer = '/filter'): Filter {
  const count = { nodes: 0 };
  const root = compileNode(source, pointer, 1, count);
  return {
    matches: root.test,
    explain: (look) => {
      const clauses: Clause[] = [];
      explainAll([root], look, { wanted: true, isMissed: true }, clauses);
      return clauses;
    },
  };
}

/** The filter of a subscription that has none: all of its types. */
export const everything: Filter = { matches: () => true, explain: () => [] };

interface Node {
  test(look: Look): boolean;
  explain(look: Look, asked: Asked, into: Clause[]): void;
}

/** What those above want of a node. */
interface Asked {
  readonly wanted: boolean;
  /** Neither this node nor any above is what is wanted of it; below one that is, nothing prevents anything. */
  readonly isMissed: boolean;
}

interface Operand {
  read(look: Look): FilterValue | undefined;
  /** The path, for an operand that is read from the notification. */
  readonly path: JsonPath | null;
}

function compileNode(source: unknown, pointer: string, depth: number, count: { nodes: number }): Node {
  count.nodes += 1;
  if (count.nodes > filterNodesMax) refuse(pointer, `a filter has at most ${filterNodesMax} nodes`);
  if (depth > filterDepthMax) refuse(pointer, `a filter is at most ${filterDepthMax} levels deep`);
  const [operator, body] = operatorOf(source, pointer);
  const below = `${pointer}/${operator.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (operator === 'and' || operator === 'or') {
    if (!Array.isArray(body) || body.length === 0) refuse(below, `"${operator}" takes an array of one or more nodes`);
    const nodes = (body as unknown[]).map((node, index) => compileNode(node, `${below}/${index}`, depth + 1, count));
    return operator === 'and' ? allOf(nodes) : anyOf(nodes);
  }
  if (operator === 'not') return notOf(compileNode(only(body), below, depth + 1, count));
  if (operator === 'exists') return existsOf(compileOperand(only(body), below), pointer, below);
  const test = ownMember(binaryOperators, operator);
  if (test === undefined) refuse(pointer, `"${operator}" is no operator; there are ${operatorNames.join(', ')}`);
  if (!Array.isArray(body) || body.length !== 2) refuse(below, `"${operator}" takes an array of two operands`);
  const [left, right] = (body as unknown[]).map((operand, index) => compileOperand(operand, `${below}/${index}`));
  return leaf(operator, pointer, [left as Operand, right as Operand], test);
}

function operatorOf(source: unknown, pointer: string): [string, unknown] {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    refuse(pointer, 'a node is an object with one operator');
  const entries = Object.entries(source);
  if (entries.length !== 1) refuse(pointer, `a node has exactly one operator, this one has ${entries.length}`);
  return entries[0] as [string, unknown];
}

/** `not` and `exists` take one node, bare or in an array of one: both spellings occur in filters that people bring along. */
function only(body: unknown): unknown {
  return Array.isArray(body) && body.length === 1 ? (body[0] as unknown) : body;
}

function compileOperand(source: unknown, pointer: string): Operand {
  if (isPlainObject(source)) {
    const path = source['source'];
    if (typeof path !== 'string' || path === '' || Object.keys(source).length !== 1) {
      refuse(pointer, 'an operand is a literal or {"source":"dotted.path"}');
    }
    const compiled = compilePath(path);
    return { path: compiled, read: (look) => look(compiled) };
  }
  const literal = checkLiteral(source, pointer);
  return { path: null, read: () => literal };
}

function checkLiteral(source: unknown, pointer: string): FilterValue {
  if (Array.isArray(source)) {
    if (source.length > 1_000) refuse(pointer, 'a list has at most 1,000 members');
    return source.map((item, index) => checkLiteral(item, `${pointer}/${index}`));
  }
  if (source === null || typeof source === 'string' || typeof source === 'boolean') return source;
  if (typeof source === 'number' && Number.isFinite(source)) return exactOf(source);
  return refuse(pointer, 'a literal is a string, number, boolean, null or a list of these');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function allOf(nodes: Node[]): Node {
  return {
    test: (look) => nodes.every((node) => node.test(look)),
    explain: (look, asked, into) => explainAll(nodes, look, asked, into),
  };
}

function anyOf(nodes: Node[]): Node {
  return {
    test: (look) => nodes.some((node) => node.test(look)),
    explain: (look, asked, into) => explainAll(nodes, look, asked, into),
  };
}

/** All members are explained, also after the first that decides: a person wants to see the whole picture. */
function explainAll(nodes: readonly Node[], look: Look, { wanted, isMissed }: Asked, into: Clause[]): void {
  for (const node of nodes) node.explain(look, { wanted, isMissed: isMissed && node.test(look) !== wanted }, into);
}

function notOf(node: Node): Node {
  return {
    test: (look) => !node.test(look),
    explain: (look, { wanted, isMissed }, into) => node.explain(look, { wanted: !wanted, isMissed }, into),
  };
}

function existsOf(operand: Operand, pointer: string, below: string): Node {
  if (operand.path === null) refuse(below, '"exists" takes {"source":"dotted.path"}');
  return leaf('exists', pointer, [operand], (value) => value !== undefined);
}

type BinaryTest = (left: FilterValue, right: FilterValue) => boolean;

function leaf(operator: string, pointer: string, operands: readonly Operand[], test: BinaryTest): Node {
  const [left, right] = operands;
  // Every notification asks this of every subscription that may match: nothing is made here that has to be collected.
  const decide = (look: Look): boolean => {
    const leftValue = left?.read(look);
    const rightValue = right === undefined ? null : right.read(look);
    return leftValue !== undefined && rightValue !== undefined && test(leftValue, rightValue);
  };
  return {
    test: decide,
    explain: (look, { wanted, isMissed }, into) => {
      const result = decide(look);
      const values = operands.map((operand) => operand.read(look));
      const prevents = isMissed && result !== wanted;
      const missing = operands
        .filter((_, index) => values[index] === undefined)
        .map((operand) => operand.path?.text ?? '');
      const shown = values.map((value) => shownOf(value ?? null));
      into.push({ pointer, operator, result, wanted, prevents, operands: shown, missing });
    },
  };
}

const binaryOperators: Readonly<Record<string, BinaryTest>> = {
  '=': (left, right) => isScalar(left) && left === right,
  '!=': (left, right) => isScalar(left) && isScalar(right) && left !== right,
  in: (left, right) => isScalar(left) && isList(right) && right.includes(left),
  '<': (left, right) => order(left, right) < 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>': (left, right) => order(left, right) > 0,
  '>=': (left, right) => order(left, right) >= 0,
  contains: (left, right) => holds(left, right),
  contains_any: (left, right) => isList(right) && right.some((item) => holds(left, item)),
  contains_all: (left, right) => isList(right) && right.every((item) => holds(left, item)),
  starts_with: (left, right) => typeof left === 'string' && typeof right === 'string' && left.startsWith(right),
  cidr_match: (left, right) =>
    typeof left === 'string' &&
    (isList(right) ? right : [right]).some((range) => typeof range === 'string' && cidrMatch(left, range)),
};

const operatorNames = ['and', 'or', 'not', 'exists', ...Object.keys(binaryOperators)];

function shownOf(value: FilterValue): unknown {
  if (typeof value === 'bigint') return String(value);
  return isList(value) ? value.map(shownOf) : value;
}

function isScalar(value: FilterValue): value is FilterScalar {
  return value === null || typeof value !== 'object';
}

function isList(value: FilterValue): value is readonly FilterValue[] {
  return Array.isArray(value);
}

/** Negative, zero or positive; NaN, which no comparison satisfies, for anything but two numbers or two texts. */
function order(left: FilterValue, right: FilterValue): number {
  const isOrdered = (isNumber(left) && isNumber(right)) || (typeof left === 'string' && typeof right === 'string');
  if (!isOrdered) return NaN;
  return left < right ? -1 : Number(left > right);
}

function isNumber(value: FilterValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function holds(whole: FilterValue, part: FilterValue): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  return isList(whole) && isScalar(part) && whole.includes(part);
}

function refuse(pointer: string, message: string): never {
  throw new Refused('filter_invalid', message, pointer);
}
