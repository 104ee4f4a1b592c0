export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** Longer texts are shown whole on both sides instead of compared: the table below grows with the product of both. */
const linesMax = 600;

/** The lines of two values as indented JSON, by the longest common subsequence: what stayed, what went, what came. */
export function diffOf(before: unknown, after: unknown): DiffLine[] {
  const from = linesOf(before);
  const to = linesOf(after);
  if (from.length > linesMax || to.length > linesMax)
    return [
      ...from.map((text) => ({ kind: 'gone', text }) as const),
      ...to.map((text) => ({ kind: 'new', text }) as const),
    ];
  const common = lengths(from, to);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      lines.push({ kind: 'same', text: to[j] ?? '' });
      i += 1;
      j += 1;
    } else if (j >= to.length || (i < from.length && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      lines.push({ kind: 'gone', text: from[i] ?? '' });
      i += 1;
    } else {
      lines.push({ kind: 'new', text: to[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** `[i][j]`: how many lines the rests from i and from j have in common. */
function lengths(from: readonly string[], to: readonly string[]): number[][] {
  const table = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i -= 1) {
    const row = table[i] as number[];
    for (let j = to.length - 1; j >= 0; j -= 1) {
      row[j] = from[i] === to[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

// A comma at the end of a line says nothing about the line.
function linesOf(value: unknown): string[] {
  return JSON.stringify(value ?? null, null, 2)
    .split('\n')
    .map((line) => line.replace(/,$/, ''));
}
