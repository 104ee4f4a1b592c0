import { Stage } from './stage.js';
import { stories } from './stories.js';
import type { Promised } from './story.js';

/**
 * Begins and ends on a data folder of its own. `audit` does to the databases what nobody should: it must neither find the thousands of
 * events of the stories before it, within whose checkpoints it would wait, nor leave its ruins to those after it.
 */
const onItsOwn: ReadonlySet<string> = new Set(['audit']);

/**
 * `npm run journeys [-- [--short | --long] <story>[:<words>] …]`: starts a stack of its own, tells the stories, prints one line a promise with
 * its figures. With words only those promises of the story are told whose sentence holds them: one figure on a quiet machine.
 * Exit 0 when all promises are kept, 1 when one is broken, 2 for a story that does not exist.
 */
async function main(): Promise<number> {
  const short = process.argv.includes('--short');
  const asked = process.argv
    .slice(2)
    .filter((one) => one !== '--short' && one !== '--long')
    .map(askedFor);
  const unknown = asked.filter(({ name }) => !stories.some((story) => story.name === name)).map(({ name }) => name);
  if (unknown.length > 0) {
    console.error(`no such story: ${unknown.join(', ')}; there are ${stories.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const stage = new Stage(!short);
  // 130 is what a shell reports of a program that Ctrl-C ended; the story that was interrupted holds the process open otherwise.
  const stop = (): void => void stage.end().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const count = { passed: 0, failed: 0 };
  try {
    await stage.begin();
    for (const story of stories) {
      const wanted = asked.filter(({ name }) => name === story.name);
      if (asked.length > 0 && wanted.length === 0) continue;
      const told = story
        .tell(stage)
        .filter(({ says }) => wanted.length === 0 || wanted.some(({ words }) => says.includes(words)));
      if (onItsOwn.has(story.name)) await stage.beginAnew();
      console.log(`\n${story.name}: ${story.about}`);
      for (const group of groupsOf(told, short)) {
        for (const isKept of group.map(keep)) count[(await isKept()) ? 'passed' : 'failed'] += 1;
      }
      await stage.tidy().catch(async (error: unknown) => {
        // What a story broke for good is its fault, not the next one's.
        count.failed += 1;
        console.log(`  BROKEN  everything runs again after the story\n          ${String(error)}`);
        await stage.halt();
        await stage.begin();
      });
      if (onItsOwn.has(story.name)) await stage.beginAnew();
    }
  } finally {
    await stage.end();
  }
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 && count.passed > 0 ? 0 : 1;
}

interface Asked {
  readonly name: string;
  /** Empty for all of the story. */
  readonly words: string;
}

function askedFor(text: string): Asked {
  const [name = '', ...words] = text.split(':');
  return { name, words: words.join(':') };
}

/** Neighbours that may be told at the same time, where time matters. */
function groupsOf(told: readonly Promised[], isShort: boolean): Promised[][] {
  const groups: Promised[][] = [];
  for (const promised of told) {
    const before = groups.at(-1);
    if (isShort && promised.besideOthers && before?.at(-1)?.besideOthers) before.push(promised);
    else groups.push([promised]);
  }
  return groups;
}

/** Begins at once; the answer waits for the end and says it, so that the lines stand in the order of the promises. */
function keep({ says, holds }: Promised): () => Promise<boolean> {
  const begun = performance.now();
  const lineOf = (verdict: string, words: string): string =>
    `  ${verdict.padEnd(6)}  ${says} (${((performance.now() - begun) / 1_000).toFixed(1)} s)\n          ${words}`;
  const told = Promise.resolve()
    .then(holds)
    .then(
      (figures) => ({ isKept: true, line: lineOf('kept', figures) }),
      (error: unknown) => ({
        isKept: false,
        line: lineOf('BROKEN', error instanceof Error ? error.message : String(error)),
      }),
    );
  return async () => {
    const { isKept, line } = await told;
    console.log(line);
    return isKept;
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
// The stack is down; a promise that was broken may have left a connection or a timer, and a run must end.
process.exit();
