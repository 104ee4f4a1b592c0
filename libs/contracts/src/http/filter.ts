import { z } from 'zod';

/** Operators in a filter: it is for people to read, more than this is a program. */
export const filterNodesMax = 200;
export const filterDepthMax = 16;
export const filterListMax = 1_000;
export const filterTextLengthMax = 1_000;
export const sourceLengthMax = 200;

/** A dotted path into the payload, or `notification.type|id|source|time`, or `tenant`. */
export const filterSourceSchema = z.strictObject({
  source: z.string().min(1).max(sourceLengthMax),
});
export type FilterSource = z.infer<typeof filterSourceSchema>;

const scalar = z.union([z.string().max(filterTextLengthMax), z.number(), z.boolean(), z.null()]);
export type FilterScalar = z.infer<typeof scalar>;
export type FilterOperand = FilterSource | FilterScalar | FilterScalar[];

const operand = z.union([filterSourceSchema, scalar, z.array(scalar).max(filterListMax)]);
/** An operand whose type does not fit its operator makes the node false (contract.md section 4); it is no fault of the filter. */
const operands = z.tuple([operand, operand]);

/** Operators that compare: two operands in an array. */
export const filterComparisons = [
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
] as const;
export type FilterComparison = (typeof filterComparisons)[number];

/**
 * One operator a node. `not` takes one node and `exists` one source, bare or in an array of one:
 * both spellings occur in filters that people bring along, and both mean the same.
 */
export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter | [Filter] }
  | { exists: FilterSource | [FilterSource] }
  | { [O in FilterComparison]: { [K in O]: [FilterOperand, FilterOperand] } }[FilterComparison];

const sourceOfExists = z.union([filterSourceSchema, z.tuple([filterSourceSchema])]);

/** The grammar as one schema, for the contract documents; `filterSchema` checks the same tables and says where the fault is. */
export const filterNodeSchema: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ and: z.array(filterNodeSchema).min(1).max(filterNodesMax) }),
    z.strictObject({ or: z.array(filterNodeSchema).min(1).max(filterNodesMax) }),
    z.strictObject({ not: z.union([filterNodeSchema, z.tuple([filterNodeSchema])]) }),
    z.strictObject({ exists: sourceOfExists }),
    ...filterComparisons.map((operator) => z.strictObject({ [operator]: operands })),
  ]),
);

/** A filter as it is written: the grammar of contract.md section 4 within the bounds above; every fault has its path. */
export const filterSchema = z
  .custom<Filter>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a filter node',
  )
  .superRefine((value, context) => {
    for (const fault of filterFaults(value))
      context.addIssue({ code: 'custom', path: fault.path, message: fault.message });
  });

interface Fault {
  path: (string | number)[];
  message: string;
}

function filterFaults(value: unknown): Fault[] {
  const tooBig = sizeFault(value);
  return tooBig === null ? nodeFaults(value, []) : [{ path: [], message: tooBig }];
}

// Before the grammar is looked at, so that a hostile tree costs one walk and no stack.
function sizeFault(value: unknown): string | null {
  let nodes = 0;
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  while (open.length > 0) {
    const at = open.pop()!;
    const isNode = !Array.isArray(at.value);
    if (isNode) nodes += 1;
    if (nodes > filterNodesMax) return `a filter has at most ${filterNodesMax} operators`;
    if (at.depth > filterDepthMax) return `a filter is at most ${filterDepthMax} operators deep`;
    for (const child of Object.values((at.value ?? {}) as Record<string, unknown>)) {
      if (typeof child === 'object' && child !== null && !isSource(child)) {
        open.push({ value: child, depth: at.depth + (Array.isArray(child) ? 0 : 1) });
      }
    }
  }
  return null;
}

function isSource(value: object): boolean {
  return !Array.isArray(value) && Object.keys(value).join() === 'source';
}

function nodeFaults(value: unknown, path: (string | number)[]): Fault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path, message: 'must be a filter node' }];
  const [operator, ...others] = Object.keys(value);
  if (operator === undefined || others.length > 0) return [{ path, message: 'must hold exactly one operator' }];
  const body = (value as Record<string, unknown>)[operator];
  const below = [...path, operator];
  if (operator === 'and' || operator === 'or') return groupFaults(body, below);
  if (operator === 'not') return Array.isArray(body) ? loneFaults(body, below) : nodeFaults(body, below);
  if (operator === 'exists') return schemaFaults(sourceOfExists, body, below);
  if (!isComparison(operator)) return [{ path: below, message: `${operator} is not an operator` }];
  return schemaFaults(operands, body, below);
}

function isComparison(operator: string): operator is FilterComparison {
  return (filterComparisons as readonly string[]).includes(operator);
}

function groupFaults(operands: unknown, path: (string | number)[]): Fault[] {
  if (!Array.isArray(operands) || operands.length === 0)
    return [{ path, message: 'must be an array of at least one node' }];
  return operands.flatMap((child, at) => nodeFaults(child, [...path, at]));
}

function loneFaults(operands: unknown[], path: (string | number)[]): Fault[] {
  return operands.length === 1 ? nodeFaults(operands[0], [...path, 0]) : [{ path, message: 'must be one node' }];
}

function schemaFaults(schema: z.ZodType, value: unknown, path: (string | number)[]): Fault[] {
  const read = schema.safeParse(value);
  if (read.success) return [];
  return read.error.issues.map((issue) => ({
    path: [...path, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))],
    message: issue.message,
  }));
}
