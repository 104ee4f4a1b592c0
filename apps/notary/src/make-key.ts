import { openSigningKey } from './memory/signing-key.js';

/**
 * `node apps/notary/dist/make-key.js <folder> <deployment>`: makes the notary's key before its first start, so that the services know
 * whose checkpoints count, and prints the public half. A key that is there already stays.
 */
const [folder, deployment] = process.argv.slice(2);
if (folder === undefined || deployment === undefined) {
  console.error('usage: make-key <folder> <deployment>');
  process.exitCode = 2;
} else console.log(openSigningKey(folder, deployment).vkey);
