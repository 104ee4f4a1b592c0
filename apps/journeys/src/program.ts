import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from './stage.js';
import { hold } from './story.js';

const programWaitMs = 90_000;

/**
 * A program of a service (`npx nx run <service>:<program>`), with the environment that the stack has written for it. Answers what it said; rejects on
 * another exit code than 0.
 */
export async function runProgram(stage: Stage, service: string, program: string, args: string[]): Promise<string> {
  const nx = [join('node_modules', '.bin', 'nx'), 'run', `${service}:${program}`];
  const child = spawn(
    process.execPath,
    [
      '--env-file',
      join(stage.dataDir, 'env', `${service}.env`),
      // The short form leaves out Nx, which takes seconds to say what to run.
      ...(stage.long ? nx : [join('apps', service, 'dist', `${program}.js`)]),
      ...args,
    ],
    {
      env: { PATH: process.env['PATH'], NX_DAEMON: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: programWaitMs,
    },
  );
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', (exit, signal) => resolve(exit ?? signal)));
  hold(code === 0, `exit ${String(code)}:\n${said.slice(-2_000)}`);
  return said;
}
