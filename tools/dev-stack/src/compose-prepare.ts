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

if (existsSync(folder)) {
  console.error(
    `${folder} exists: it holds keys that cannot be made again. Move it away to begin anew (and remove the volumes).`,
  );
  process.exitCode = 1;
} else {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { name, text, forOthers } of composeFiles()) {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (forOthers) chmodSync(path, 0o644);
    else if (uid === 0) chownSync(path, owner.uid, owner.gid);
  }
  // Where the notary makes its key; it stays when the secrets are written anew.
  mkdirSync(notaryFolder, { recursive: true, mode: 0o700 });
  if (uid === 0) chownSync(notaryFolder, owner.uid, owner.gid);
  writeFileSync('.env', `WAYBILL_UID=${owner.uid}\nWAYBILL_GID=${owner.gid}\n`);
  console.log(
    `Wrote ${folder} and .env. The first API key is in ${folder}/admin-key, a publisher's URL in ${folder}/publisher-nats-url.`,
  );
}
