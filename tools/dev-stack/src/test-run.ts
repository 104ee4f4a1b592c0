import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './chromium.js';

/**
 * `npm test`: everything that must hold, on the Node it runs on, without network. Ends with one line `N passed, N failed`, in which each check
 * (types, lint, format, the generated client, tidy) counts as one test. What failed is said again straight before that line: of a long run
 * often nothing but the end is kept. Arguments name steps to run alone: `npm test -- unit int`.
 */
interface Counts {
  passed: number;
  failed: number;
  /** What failed, each with the first lines of its reason. */
  readonly failures: readonly string[];
}

interface Step {
  readonly name: string;
  run(): Promise<Counts>;
}

const bin = (name: string): string => join('node_modules', '.bin', name);
const node = process.execPath;

// The console has the types of a browser, and a project of its own.
const consoleTypes = join('apps', 'console', 'tsconfig.json');
const hasConsole = existsSync(consoleTypes);

const checks: readonly Step[] = [
  check(
    'typecheck',
    node,
    [bin('tsc'), '-p', 'tsconfig.json'],
    ...(hasConsole ? [[bin('tsc'), '-p', consoleTypes]] : []),
  ),
  // The import rule reads Nx's graph from its cache as it stands, and nothing but Nx makes one.
  check(
    'lint',
    node,
    [bin('nx'), 'show', 'projects'],
    [bin('eslint'), '--cache', '--cache-location', 'node_modules/.cache/eslint/', '--max-warnings=0', '.'],
  ),
  check('format', node, [bin('prettier'), '--check', '--log-level', 'warn', '--cache', '.']),
  check('api-client', node, [join('tools', 'build', 'api-client.mjs'), '--check']),
  check('tidy', node, [join('tools', 'tidy', 'dist', 'main.js')]),
];
const storyTeller = join('apps', 'journeys', 'dist', 'main.js');
const suites: readonly Step[] = [
  suite('unit', 2),
  suite('int', 2),
  suite('journeys', 1),
  ...(existsSync(storyTeller) ? [stories('stories', [storyTeller, '--short'])] : []),
];

const wanted = new Set(process.argv.slice(2));
const chosen = (step: Step): boolean => wanted.size === 0 || wanted.has(step.name);
const known = [...checks, ...suites].map(({ name }) => name);
const unknown = [...wanted].filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(2);
}

// The checks use one core each and print only when they fail; the suites use both and print as they go.
const counts = await Promise.all(checks.filter(chosen).map((step) => step.run()));
// Only the console's journeys look through a browser.
const needsBrowser =
  existsSync(join('apps', 'console', 'package.json')) && (wanted.size === 0 || wanted.has('journeys'));
const chromium = needsBrowser ? findChromium((line) => console.log(line)) : null;
if (chromium !== null) process.env['WAYBILL_CHROMIUM'] = chromium;
for (const step of suites.filter(chosen)) counts.push(await step.run());
const total = counts.reduce((sum, { passed, failed, failures }) => ({
  passed: sum.passed + passed,
  failed: sum.failed + failed,
  failures: [...sum.failures, ...failures],
}));
if (total.failures.length > 0) console.log(`\nFailed:\n${total.failures.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

function check(name: string, command: string, ...runs: (readonly string[])[]): Step {
  return {
    name,
    run: async () => {
      const began = performance.now();
      let result = { code: 0, said: '' };
      for (const args of runs) if (result.code === 0) result = await runToEnd(command, args, false);
      const { code, said } = result;
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(began)})`);
      if (code !== 0) console.log(said);
      return code === 0
        ? { passed: 1, failed: 0, failures: [] }
        : { passed: 0, failed: 1, failures: [`  ${name}\n${firstLinesOf(said)}`] };
    },
  };
}

function suite(name: string, workers: number): Step {
  return {
    name,
    run: async () => {
      const began = performance.now();
      const folder = mkdtempSync(join(tmpdir(), 'waybill-jest-'));
      const outputFile = join(folder, 'result.json');
      const args = [
        '--selectProjects',
        name,
        `--maxWorkers=${workers}`,
        '--passWithNoTests',
        '--json',
        `--outputFile=${outputFile}`,
      ];
      const { code } = await runToEnd(node, [join('node_modules', 'jest', 'bin', 'jest.js'), ...args], true);
      const counts = countsIn(outputFile, code);
      rmSync(folder, { recursive: true, force: true });
      console.log(
        `${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds(began)})`,
      );
      return counts;
    },
  };
}

/** The journeys with faults count their promises themselves, in their last line. */
function stories(name: string, args: readonly string[]): Step {
  return {
    name,
    run: async () => {
      const began = performance.now();
      const { code, said } = await runToEnd(node, args, false);
      console.log(said);
      const [, passed = '0', failed = '0'] = /^(\d+) passed, (\d+) failed$/m.exec(said) ?? [];
      const counts = {
        passed: Number(passed),
        failed: code !== 0 && failed === '0' ? 1 : Number(failed),
        failures: said.match(/^ {2}BROKEN {2}.*\n.*$/gm) ?? (code === 0 ? [] : [`  ${name}\n${firstLinesOf(said)}`]),
      };
      console.log(`${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(began)})`);
      return counts;
    },
  };
}

/** A spec file that cannot even be loaded has no tests that could fail: it counts as one. So does a run that ended badly without a result. */
function countsIn(file: string, code: number): Counts {
  if (!existsSync(file)) return { passed: 0, failed: 1, failures: ['  jest ended without a result'] };
  const result = JSON.parse(readFileSync(file, 'utf8')) as JestResult;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const failures = result.testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0 && message !== '') return [`  ${name}\n${firstLinesOf(message)}`];
    return tests.map(({ fullName, failureMessages }) => `  ${fullName}\n${firstLinesOf(failureMessages.join('\n'))}`);
  });
  if (failed === 0 && code !== 0)
    return { passed: result.numPassedTests, failed: 1, failures: [`  jest ended with ${code} though no test failed`] };
  return { passed: result.numPassedTests, failed, failures };
}

/** What of `jest --json` is read here. */
interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    /** Empty when all passed; the whole report of the file otherwise. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function firstLinesOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(0, 6)
    .map((line) => `          ${line.slice(0, 300)}`)
    .join('\n');
}

async function runToEnd(
  command: string,
  args: readonly string[],
  show: boolean,
): Promise<{ code: number; said: string }> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    FORCE_COLOR: '0',
  };
  // `--json` prints the result on stdout as well, after the report on stderr: only the report is for people.
  const child = spawn(command, args, { env, stdio: ['ignore', show ? 'ignore' : 'pipe', show ? 'inherit' : 'pipe'] });
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => ((said += error.message), resolve(1)));
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  return { code, said: said.trimEnd() };
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}
