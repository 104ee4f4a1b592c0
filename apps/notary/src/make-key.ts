import { changeSigningKey, openSigningKey } from './memory/signing-key.js';

/**
 * `node apps/notary/dist/make-key.js [--change] <folder> <deployment>`: makes the notary's key before its first start, so that the services
 * know whose checkpoints count, and prints the public half. A key that is there already stays; with `--change`, while the notary is
 * stopped, another one takes its place, and every public half is printed, the newest first.
 */
const change = process.argv.includes('--change');
const [folder, deployment] = process.argv.slice(2).filter((word) => word !== '--change');
if (folder === undefined || deployment === undefined) {
  console.error('usage: make-key [--change] <folder> <deployment>');
  process.exitCode = 2;
} else console.log(change ? changeSigningKey(folder, deployment).vkeys : openSigningKey(folder, deployment).vkey);
