import { Command } from 'commander';
import { devFile, targetOf } from '../server.js';
import { say, type World } from '../world.js';

export const configCommand = (world: World): Command =>
  new Command('config')
    .description('says which server is asked, with which key, and where both come from')
    .action(({ json }: { json?: boolean }) => {
      const { url, key, from } = targetOf(world);
      // A key is a secret: its id is enough to recognise it.
      const keyId = `${key.split('_').slice(0, 2).join('_')}_…`;
      const notaryVkey = world.environment['WAYBILL_NOTARY_VKEY'] || devFile(world)?.notaryVkey || null;
      say(world, json, { url, key: keyId, from, notaryVkey }, () => [
        `server  ${url}`,
        `key     ${keyId}`,
        `from    ${from}`,
        ...(notaryVkey === null ? [] : [`notary  ${notaryVkey}`]),
        'Set WAYBILL_URL and WAYBILL_KEY to ask another one.',
      ]);
    });
