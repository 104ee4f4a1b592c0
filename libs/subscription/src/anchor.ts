import { compilePath, type JsonPath } from '@waybill/contracts/payload/json-tree';
import { exactOf } from './exact-number.js';
import type { FilterScalar } from './filter.js';

/**
 * What a filter cannot be true without: one of a few values at one path. Subscriptions are found by it, so that ten thousand filters that
 * ask for other values cost a notification nothing.
 */
export interface Anchor {
  readonly path: JsonPath;
  /** `is`: the value is one of them. `holds`: it is a list with one of them, or a text, which one may be a part of. */
  readonly kind: 'is' | 'holds';
  readonly values: readonly FilterScalar[];
}

/** Each value is an entry in memory; a longer list is not worth it. */
const valuesMax = 64;

/** Answers the anchor of a filter that compiles, null where it has none: what it asks for is no value that could be looked up. */
export function anchorOf(filter: unknown): Anchor | null {
  const [operator, body] = Object.entries(filter as Record<string, unknown>)[0] as [string, unknown[]];
  switch (operator) {
    case 'and':
      return narrowest(body.map(anchorOf));
    case 'or':
      return unionOf(body.map(anchorOf));
    case '=':
      return anchor('is', body[0], [body[1]]) ?? anchor('is', body[1], [body[0]]);
    case 'in':
      return anchor('is', body[0], body[1]) ?? anchor('holds', body[1], [body[0]]);
    case 'contains':
      return anchor('holds', body[0], [body[1]]);
    case 'contains_any':
      return anchor('holds', body[0], body[1]);
    case 'contains_all':
      return Array.isArray(body[1]) && body[1].length > 0 ? anchor('holds', body[0], [body[1][0]]) : null;
    default:
      return null;
  }
}

function anchor(kind: Anchor['kind'], operand: unknown, literals: unknown): Anchor | null {
  if (!isSource(operand) || !Array.isArray(literals) || literals.length > valuesMax) return null;
  const values = (literals as unknown[]).map((value) => (typeof value === 'number' ? exactOf(value) : value));
  return values.every(isScalar) ? { kind, path: compilePath(operand.source), values } : null;
}

function isSource(operand: unknown): operand is { readonly source: string } {
  return typeof operand === 'object' && operand !== null && !Array.isArray(operand);
}

function isScalar(value: unknown): value is FilterScalar {
  return value === null || typeof value !== 'object';
}

/** Each of them has to hold, so any one does; a text at the path makes all that `holds` asks for possible. */
function narrowest(anchors: readonly (Anchor | null)[]): Anchor | null {
  const breadthOf = ({ kind, values }: Anchor): number => values.length + (kind === 'holds' ? valuesMax : 0);
  const known = anchors.filter((one) => one !== null).toSorted((a, b) => breadthOf(a) - breadthOf(b));
  return known[0] ?? null;
}

/** One of them has to hold: together they are one only where all ask for the same kind of value at the same path. */
function unionOf(anchors: readonly (Anchor | null)[]): Anchor | null {
  const [first] = anchors;
  if (!first || !anchors.every((one) => one?.kind === first.kind && one.path.text === first.path.text)) return null;
  const values = anchors.flatMap((one) => one?.values ?? []);
  return values.length > valuesMax ? null : { ...first, values };
}
