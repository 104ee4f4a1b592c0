import { runWaybill } from './program.js';

process.exitCode = await runWaybill(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  environment: process.env,
});
