import type { DeliveryHold } from '@waybill/contracts/http/delivery-hold';
import { Command } from 'commander';
import { Server } from '../server.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  hold?: boolean;
  restored?: boolean;
  release?: boolean;
  json?: boolean;
}

/** `waybill hold` is about payloads that may not be shredded. */
export const deliveryHoldCommand = (world: World): Command =>
  new Command('delivery-hold')
    .description('says whether deliveries leave; holds all of them, or releases them, for all tenants')
    .option('--hold', 'from now on nothing is sent')
    .option('--restored', 'with --hold: because a backup was restored')
    .option('--release', 'what waits is sent')
    .action(async ({ hold, restored, release, json }: Options) => {
      if (hold === true && release === true) throw new Usage('Hold or release, one of them.');
      if (restored === true && hold !== true) throw new Usage('--restored says why it is held: give --hold as well.');
      const server = new Server(world);
      const standing = await ask(server, hold, restored, release);
      say(world, json, standing, () => linesOf(standing));
      // The release is asked for and not on the record: the log takes no events now.
      if (release === true && standing.held) throw new NotDone('');
    });

function ask(server: Server, hold = false, restored = false, release = false): Promise<DeliveryHold> {
  if (hold) return server.post('/v1/delivery-hold', { reason: restored ? 'restored' : 'operator_asked' });
  return release ? server.post('/v1/delivery-hold/release', {}) : server.get('/v1/delivery-hold');
}

function linesOf({ held, since, holds }: DeliveryHold): string[] {
  if (!held) return ['deliveries leave; nothing is held'];
  return [
    `held since ${since ?? '?'}; nothing is sent`,
    ...holds.map((one) => {
      const asked =
        one.releaseAskedAt === null ? '' : `; released at ${one.releaseAskedAt}, which the log has not taken yet`;
      return `  ${one.reason} since ${one.since} by ${one.by}${asked}`;
    }),
  ];
}
