import { z } from 'zod';

/** Objects in a filter, operators and sources counted. */
export const filterNodesMax = 500;
export const filterDepthMax = 16;
export const filterListMax = 1_000;
export const filterTextLengthMax = 1_000;
export const sourceLengthMax = 200;

/** A dotted path into the payload, or `notification.type|id|source|time`, or `tenant`. */
export const filterSourceSchema = z.strictObject({
  source: z
    .string()
    .max(sourceLengthMax)
    .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be a dotted path'),
});
export type FilterSource = z.infer<typeof filterSourceSchema>;

const scalar = z.union([z.string().max(filterTextLengthMax), z.number(), z.boolean(), z.null()]);
export type FilterScalar = z.infer<typeof scalar>;
export type FilterOperand = FilterSource | FilterScalar | FilterScalar[];

const operand = z.union([filterSourceSchema, scalar, z.array(scalar).max(filterListMax)]);
const listOperand = z.union([filterSourceSchema, z.array(scalar).max(filterListMax)]);
const comparable = z.union([filterSourceSchema, z.string().max(filterTextLengthMax), z.number()]);
const network = z.string().regex(/^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/, 'must be a network such as 10.0.0.0/8');
const networks = z.union([filterSourceSchema, network, z.array(network).max(filterListMax)]);

/** Operators that compare: two operands in an array. */
const comparisons = {
  '=': z.tuple([operand, operand]),
  '!=': z.tuple([operand, operand]),
  in: z.tuple([operand, listOperand]),
  '<': z.tuple([comparable, comparable]),
  '<=': z.tuple([comparable, comparable]),
  '>': z.tuple([comparable, comparable]),
  '>=': z.tuple([comparable, comparable]),
  contains: z.tuple([operand, operand]),
  contains_any: z.tuple([operand, listOperand]),
  contains_all: z.tuple([operand, listOperand]),
  starts_with: z.tuple([operand, operand]),
  cidr_match: z.tuple([operand, networks]),
} as const;
export type FilterComparison = keyof typeof comparisons;

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
    ...Object.entries(comparisons).map(([operator, operands]) => z.strictObject({ [operator]: operands })),
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
    if (typeof at.value !== 'object' || at.value === null) continue;
    nodes += Array.isArray(at.value) ? 0 : 1;
    if (nodes > filterNodesMax) return `a filter holds at most ${filterNodesMax} objects`;
    if (at.depth > filterDepthMax) return `a filter is at most ${filterDepthMax} nodes deep`;
    const depth = Array.isArray(at.value) ? at.depth : at.depth + 1;
    for (const child of Object.values(at.value)) {
      if (typeof child === 'object' && child !== null && !isSource(child)) open.push({ value: child, depth });
      else if (isSource(child)) nodes += 1;
    }
  }
  return nodes > filterNodesMax ? `a filter holds at most ${filterNodesMax} objects` : null;
}

function isSource(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'source' in value;
}

function nodeFaults(value: unknown, path: (string | number)[]): Fault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path, message: 'must be a filter node' }];
  const [operator, ...others] = Object.keys(value);
  if (operator === undefined || others.length > 0) return [{ path, message: 'must hold exactly one operator' }];
  const operands = (value as Record<string, unknown>)[operator];
  const below = [...path, operator];
  if (operator === 'and' || operator === 'or') return groupFaults(operands, below);
  if (operator === 'not') return Array.isArray(operands) ? loneFaults(operands, below) : nodeFaults(operands, below);
  if (operator === 'exists')
    return schemaFaults(
      filterSourceSchema,
      Array.isArray(operands) && operands.length === 1 ? operands[0] : operands,
      below,
    );
  if (!Object.hasOwn(comparisons, operator)) return [{ path: below, message: `${operator} is not an operator` }];
  return schemaFaults(comparisons[operator as FilterComparison], operands, below);
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
