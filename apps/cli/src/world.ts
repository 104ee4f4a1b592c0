/** What a command may touch besides its arguments; handed in, so that a test can look. */
export interface World {
  out(text: string): void;
  err(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

/** It was understood and not done: refused by the server, or not verified. Exit 1. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
}

/** The command line or its surroundings are wrong. Exit 2. */
export class Usage extends Error {
  override readonly name = 'Usage';
}

/** Answers as JSON, or as lines for people. */
export function say(world: World, json: boolean | undefined, value: unknown, lines: () => readonly string[]): void {
  world.out(
    json === true
      ? `${JSON.stringify(value, null, 2)}\n`
      : lines()
          .map((line) => `${line}\n`)
          .join(''),
  );
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [lineOf(head), ...rows.map(lineOf)];
}
