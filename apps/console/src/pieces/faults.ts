import { ProblemError } from '../api/problem';

/** What is wrong, by JSON pointer. */
export type Faults = Readonly<Record<string, string>>;

/** The faults that the API named, for the fields of a form. */
export function faultsIn(error: unknown, without = ''): Faults {
  if (!(error instanceof ProblemError)) return {};
  const named = (error.problem.errors ?? []).map(
    ({ pointer, message }) => [pointer.replace(without, ''), message] as const,
  );
  return Object.fromEntries(named);
}

/** Those of a part of the form, by their pointers within it. */
export function faultsBelow(faults: Faults, pointer: string): Faults {
  const found = Object.entries(faults).filter(([at]) => at.startsWith(`${pointer}/`));
  return Object.fromEntries(found.map(([at, says]) => [at.slice(pointer.length), says]));
}

/** What a field says that stands for a whole list or object: its own fault, or which of its members is wrong and why. */
export function faultAt(faults: Faults, pointer: string, value: unknown): string | undefined {
  const [at, says] = Object.entries(faultsBelow(faults, pointer)).at(0) ?? [];
  if (faults[pointer] !== undefined || at === undefined) return faults[pointer];
  const member = at.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const shown: unknown = Array.isArray(value) ? value[Number(member)] : member;
  return `${typeof shown === 'string' || typeof shown === 'number' ? shown : member}: ${says}`;
}
