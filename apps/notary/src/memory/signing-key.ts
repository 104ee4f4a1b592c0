import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { noteSigner, type NoteSigner, vkeyOf } from '@waybill/event-log/note';
import { writeDurably } from './durable-file.js';

/** The seed of the Ed25519 key, base64; nobody but the notary's user may read it. */
const keyFile = 'signing-key';
/** The public halves, the newest first, for people to copy: what an older one signed stays believed. */
const vkeyFile = 'vkey';

export interface SigningKey {
  readonly signer: NoteSigner;
  /** Of the key that signs now. */
  readonly vkey: string;
  /** Of every key that ever signed, the newest first, one a line. */
  readonly vkeys: string;
}

/**
 * The key in this folder; made at the first start. Refuses a key that others may read, and a second key beside checkpoints that were
 * signed with a lost one: whoever trusted the old key must hear of it from a person.
 */
export function openSigningKey(folder: string, deployment: string): SigningKey {
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
  const [newest] = known?.split('\n') ?? [];
  if (newest !== undefined && newest !== vkey)
    throw new Error(`the key of this folder is ${newest}; another deployment's name or another key would be ${vkey}`);
  if (known === null) writeDurably(join(folder, vkeyFile), `${vkey}\n`, 0o644);
  return { signer, vkey, vkeys: known ?? vkey };
}

/**
 * A new key takes the place of the one in this folder, which is forgotten: from the next start on the new one signs. The old public half
 * stays behind the new one in `vkey`. Call it while the notary is stopped.
 */
export function changeSigningKey(folder: string, deployment: string): SigningKey {
  const { vkeys } = openSigningKey(folder, deployment);
  const seed = randomBytes(32);
  const vkey = vkeyOf(noteSigner(`waybill.${deployment}`, seed));
  // The key first: a crash in between leaves one that the folder does not know yet, which `openSigningKey` refuses and names.
  writeDurably(join(folder, keyFile), `${seed.toString('base64')}\n`, 0o600);
  writeDurably(join(folder, vkeyFile), `${vkey}\n${vkeys}\n`, 0o644);
  return openSigningKey(folder, deployment);
}
