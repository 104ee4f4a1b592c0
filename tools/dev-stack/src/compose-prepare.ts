import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The notary's own program makes its key, before its first start: so the services know whose checkpoints count. */
function notaryVkey(): string {
  const program = join('apps', 'notary', 'dist', 'make-key.js');
  const vkey = execFileSync(process.execPath, [program, notaryFolder, deployment], { encoding: 'utf8' }).trim();
  if (uid === 0) for (const file of ['signing-key', 'vkey']) chownSync(join(notaryFolder, file), owner.uid, owner.gid);
  return vkey;
}
