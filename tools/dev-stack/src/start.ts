import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openControl } from './control.js';
import { openKeeper } from './keeper.js';
import { openSecrets } from './secrets.js';
import { seedExample } from './seed.js';
import { dataDirOf, readSettings, rememberPorts, type Settings } from './settings.js';
import { Stack } from './stack.js';
import { takeLock } from './stack-lock.js';

/** `npm start`: runs until SIGINT or SIGTERM; a second one kills what still runs. Exit 0 after a stop that was asked for, 1 when it could not start. */
const root = process.cwd();
const parent = process.ppid;
const began = performance.now();
const say = (line: string): void => console.log(line);
const sameSignalMs = 700;

async function main(): Promise<number> {
  // First of all: what a killed stack left running holds the ports that this one wants.
  const dataDir = dataDirOf(process.env);
  const lock = await takeLock(dataDir, say);
  const secrets = openSecrets(dataDir);
  const keeper = openKeeper();
  try {
    const settings = await readSettings(process.env);
    for (const line of settings.moved) say(line);
    rememberPorts(settings);
    await live(new Stack({ root, settings, secrets, keeper, lock, say }), settings, secrets.password('control'));
    say('Everything has stopped. The data is kept; npm start continues with it.');
    return 0;
  } finally {
    await keeper.close();
    lock.release();
  }
}

/** From the start to the end that somebody asks for; whatever has begun is taken down in order, also when the start fails. */
async function live(stack: Stack, settings: Settings, token: string): Promise<void> {
  const stopAsked = stopRequest(() => void stack.kill().finally(() => process.exit(130)));
  let closeControl: (() => Promise<void>) | null = null;
  try {
    const started = run(stack, settings);
    await Promise.race([started, stopAsked.promise]);
    if (stopAsked.done()) started.catch(() => undefined);
    else closeControl = await openControl(settings.dataDir, token, stack);
    await stopAsked.promise;
    say(`Stopping (${stopAsked.why()}); again to kill`);
  } finally {
    await closeControl?.();
    await stack.stop();
  }
}

async function run(stack: Stack, settings: Settings): Promise<void> {
  await stack.start();
  const story = await seedOnce(stack, settings.dataDir);
  stack.dev.publish();
  say(block(stack, settings, story));
}

/** A stack whose example fails is still a stack: it says so and stays up, so that one can look. */
async function seedOnce(stack: Stack, dataDir: string): Promise<readonly string[]> {
  const marker = join(dataDir, 'seeded');
  if (existsSync(marker)) return ['The data of an earlier start was found; nothing was added to it.'];
  try {
    const { story, complete } = await seedExample(stack.dev.content);
    if (complete) writeFileSync(marker, `${new Date().toISOString()}\n`);
    return story;
  } catch (error) {
    return ['The example could not be made:', ...String(error instanceof Error ? error.message : error).split('\n')];
  }
}

function block(stack: Stack, settings: Settings, story: readonly string[]): string {
  const dev = stack.dev.content;
  return [
    '',
    `  Waybill is running (${((performance.now() - began) / 1000).toFixed(1)} s).`,
    '',
    `  Console    ${dev.httpUrl}/`,
    `  API key    ${dev.adminKey}`,
    `  NATS       ${dev.natsUrl}`,
    `  Receivers  ${dev.receiversUrl}/_received`,
    `  Data       ${settings.dataDir} (all of this in dev.json there, logs in logs/)`,
    '',
    ...story.map((line) => `  ${line}`),
    '',
    '  Try: npm run demo      Stop: Ctrl-C',
    '',
  ].join('\n');
}

/** Resolves when somebody wants the stack to end; `again` is called when they ask a second time. */
function stopRequest(again: () => void): { promise: Promise<void>; done: () => boolean; why: () => string } {
  let why = '';
  let askedAt = 0;
  const promise = new Promise<void>((resolve) => {
    const ask = (reason: string): void => {
      // One Ctrl-C comes up to three times: from the terminal, from npm and from our bootstrap.
      if (why !== '') return void (performance.now() - askedAt > sameSignalMs && again());
      why = reason;
      askedAt = performance.now();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
    // npm and its shell do not always pass a signal on: when whoever started us is gone, nobody is left to press Ctrl-C.
    // Holds the event loop open too: the keeper's pipes do not.
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      ask('the program that started it has ended');
    }, 500);
  });
  return { promise, done: () => why !== '', why: () => why };
}

// Whoever read what we say may have gone (npm start | head); that is no reason to end.
process.stdout.on('error', () => undefined);
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// A client library may still hold a timer; nothing of ours is left to wait for.
process.exit();
