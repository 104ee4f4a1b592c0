import { spawn } from 'node:child_process';

/** Runs a program to its end and answers its output; rejects with the end of that output when it fails or takes longer than `timeoutMs`. */
export async function runOnce(
  name: string,
  command: string,
  args: readonly string[],
  options: { env: Readonly<Record<string, string>>; cwd: string; timeoutMs: number },
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
  });
  let said = '';
  for (const pipe of [child.stdout, child.stderr])
    pipe.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (exit, signal) => resolve(exit ?? signal));
  });
  if (code !== 0)
    throw new Error(`${name} failed (${String(code)}):\n${said.trimEnd().split('\n').slice(-25).join('\n')}`);
  return said;
}
