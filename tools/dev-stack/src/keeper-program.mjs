// Keeps the processes of one owner and ends them when the owner is gone, however it went: the pipe on stdin closes even after kill -9.
// Plain JavaScript because it is run as a program, from src by the tests and from dist by the stack.
//
// Hears on stdin, one JSON a line: {"start":{id,command,args,cwd,env,uid,gid,logFile,stopSignal,stopWaitMs,removeAfter}} and
// {"stop":{id,signal?}}. Says on stdout: {"started":{id,pid}}, {"failed":{id,message}}, {"ended":{id,code,signal}}.
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const kept = new Map();
const removeAtEnd = new Set();
// The owner decides when to stop; a Ctrl-C in its terminal must not reach its servers first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdout.on('error', () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.start) start(message.start);
  if (message.stop) void stop(message.stop.id, message.stop.signal);
});
lines.on('close', () => void endAll());

function start(spec) {
  const log = spec.logFile ? openSync(spec.logFile, 'a', 0o600) : 'ignore';
  for (const folder of spec.removeAfter ?? []) removeAtEnd.add(folder);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    uid: spec.uid,
    gid: spec.gid,
    stdio: ['ignore', log, log],
  });
  if (typeof log === 'number') closeSync(log);
  child.on('error', (error) => say({ failed: { id: spec.id, message: error.message } }));
  if (child.pid === undefined) return;
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  kept.set(spec.id, { spec, child, ended });
  say({ started: { id: spec.id, pid: child.pid } });
  void ended.then(({ code, signal }) => {
    if (kept.get(spec.id)?.child === child) kept.delete(spec.id);
    say({ ended: { id: spec.id, code, signal } });
  });
}

async function stop(id, signal) {
  const one = kept.get(id);
  if (one === undefined) return say({ ended: { id, code: null, signal: null } });
  one.child.kill(signal ?? one.spec.stopSignal ?? 'SIGTERM');
  const timer = setTimeout(() => one.child.kill('SIGKILL'), one.spec.stopWaitMs ?? 10_000);
  await one.ended;
  clearTimeout(timer);
}

// Last started, first stopped: what others stand on goes last.
async function endAll() {
  for (const id of [...kept.keys()].reverse()) await stop(id);
  for (const folder of removeAtEnd) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
