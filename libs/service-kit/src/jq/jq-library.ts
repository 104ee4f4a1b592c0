/**
 * jq carries a library written in jq and compiles all of it for every run, which takes longer than most templates. A run needs only the
 * definitions that its program can name, and what those name.
 */

interface Definition {
  readonly text: string;
  readonly names: readonly string[];
  readonly words: readonly string[];
}

export interface JqLibrary {
  readonly whole: string;
  /** Every definition that the program can reach; a word in a string or a comment counts as well. */
  readonly partFor: (program: string) => string;
}

/** Whoever lists the library sees it whole. */
const listing = 'builtins';
/** What jq's parser calls without that the program spells the name: by `|=` and its like, by `=`, by `..`. */
const unspelled = [
  { sign: '=', names: ['_modify', '_assign'] },
  { sign: '..', names: ['recurse'] },
] as const;

/** Splits the library where a line begins with `def`; definitions keep their order, because a later one hides an earlier of the same name. */
export function jqLibrary(whole: string): JqLibrary {
  const definitions = whole.split(/^(?=def )/m).map(definitionOf);
  const byName = new Map<string, number[]>();
  definitions.forEach(({ names }, index) => {
    for (const name of names) byName.set(name, [...(byName.get(name) ?? []), index]);
  });
  const reached = definitions.map(({ words }) => reach(words, definitions, byName));
  return {
    whole,
    partFor(program) {
      const words = wordsOf(program);
      if (words.has(listing)) return whole;
      const wanted = new Set<number>();
      for (const word of words) {
        for (const index of byName.get(word) ?? []) {
          wanted.add(index);
          for (const further of reached[index] as ReadonlySet<number>) wanted.add(further);
        }
      }
      return definitions
        .filter((_, index) => wanted.has(index))
        .map(({ text }) => text)
        .join('');
    },
  };
}

function definitionOf(text: string): Definition {
  return {
    text,
    names: [...text.matchAll(/\bdef (\w+)/g)].map((found) => found[1] as string),
    words: [...wordsOf(text)],
  };
}

function reach(
  words: readonly string[],
  definitions: readonly Definition[],
  byName: ReadonlyMap<string, readonly number[]>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const pending = [...words];
  for (let word = pending.pop(); word !== undefined; word = pending.pop()) {
    for (const index of byName.get(word) ?? []) {
      if (found.has(index)) continue;
      found.add(index);
      pending.push(...(definitions[index] as Definition).words);
    }
  }
  return found;
}

function wordsOf(text: string): Set<string> {
  const words = new Set(text.match(/[A-Za-z_]\w*/g));
  for (const { sign, names } of unspelled) if (text.includes(sign)) for (const name of names) words.add(name);
  return words;
}
