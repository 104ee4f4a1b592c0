import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noteSigner, vkeyOf } from '@waybill/event-log/note';
import { composeFiles } from './compose-files.js';

/** `npm run compose:prepare`: writes `deploy/secrets` and `.env` for docker-compose.yml, once. Refuses to replace keys: what they sealed would be lost. */
const folder = join('deploy', 'secrets');
const notaryFolder = join('deploy', 'notary');
const uid = process.getuid?.() ?? 1000;
const gid = process.getgid?.() ?? 1000;
// The services run as the owner of the files; as nobody's root.
const owner = uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid };
// Part of the notary's name in every checkpoint: two deployments must not share it.
const deployment = process.env['WAYBILL_DEPLOYMENT'] || 'local';

if (existsSync(folder)) {
  console.error(
    `${folder} exists: it holds keys that cannot be made again. Move it away to begin anew (and remove the volumes).`,
  );
  process.exitCode = 1;
} else {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The notary's folder stays when the secrets are written anew.
  mkdirSync(notaryFolder, { recursive: true, mode: 0o700 });
  if (uid === 0) chownSync(notaryFolder, owner.uid, owner.gid);
  for (const { name, text, forOthers } of composeFiles(notaryVkey())) {
    const path = join(folder, name);
    writeOwned(path, text);
    if (forOthers) chmodSync(path, 0o644);
  }
  writeFileSync('.env', `WAYBILL_UID=${owner.uid}\nWAYBILL_GID=${owner.gid}\nWAYBILL_DEPLOYMENT=${deployment}\n`);
  console.log(
    `Wrote ${folder} and .env. The first API key is in ${folder}/admin-key, a publisher's URL in ${folder}/publisher-nats-url.`,
  );
}

function writeOwned(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (uid === 0) chownSync(path, owner.uid, owner.gid);
}

/** The key is made here and not by the notary, so that the services know whose checkpoints count before its first start. */
function notaryVkey(): string {
  const [keyFile, vkeyFile] = [join(notaryFolder, 'signing-key'), join(notaryFolder, 'vkey')];
  if (existsSync(vkeyFile)) return readFileSync(vkeyFile, 'utf8').trim();
  const seed = randomBytes(32);
  const vkey = vkeyOf(noteSigner(`waybill.${deployment}`, seed));
  writeOwned(keyFile, `${seed.toString('base64')}\n`);
  writeOwned(vkeyFile, `${vkey}\n`);
  return vkey;
}
