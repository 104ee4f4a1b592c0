import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { noteSigner, type NoteSigner, vkeyOf } from '@waybill/event-log/note';
import { writeDurably } from './durable-file.js';

/** The seed of the Ed25519 key, base64; nobody but the notary's user may read it. */
const keyFile = 'signing-key';
/** The public half, for people to copy. */
const vkeyFile = 'vkey';

/**
 * The key in this folder; made at the first start. Refuses a key that others may read, and a second key beside checkpoints that were
 * signed with a lost one: whoever trusted the old key must hear of it from a person.
 */
export function openSigningKey(folder: string, deployment: string): { signer: NoteSigner; vkey: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, keyFile);
  if (!existsSync(file)) {
    if (existsSync(join(folder, vkeyFile)))
      throw new Error(
        `${keyFile} is gone from the notary's folder, but ${vkeyFile} is there: restore the key, or move the folder away and begin anew`,
      );
    writeDurably(file, `${randomBytes(32).toString('base64')}\n`, 0o600);
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`${file} may be read by others: chmod 0600 it`);
  const signer = noteSigner(`waybill.${deployment}`, Buffer.from(readFileSync(file, 'utf8').trim(), 'base64'));
  const vkey = vkeyOf(signer);
  const known = existsSync(join(folder, vkeyFile)) ? readFileSync(join(folder, vkeyFile), 'utf8').trim() : null;
  if (known !== null && known !== vkey)
    throw new Error(`the key of this folder is ${known}; another deployment's name or another key would be ${vkey}`);
  if (known === null) writeDurably(join(folder, vkeyFile), `${vkey}\n`, 0o644);
  return { signer, vkey };
}
