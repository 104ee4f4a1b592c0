import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { databaseUrl, loadConfig } from '@waybill/service-kit/config';
import { openDatabase } from '@waybill/service-kit/database';
import { z } from 'zod';
import { Holds } from './read/holds.js';

/**
 * Holds or releases delivery on its database alone, whether the service runs or not, and says what follows. The service puts it on the record,
 * with the name of who asked: `--by`, or the user of this machine. `--other` says that it is not because of a restore.
 */
export async function heldByOperator(act: 'hold' | 'release', args: readonly string[]): Promise<void> {
  const options = { by: { type: 'string' }, other: { type: 'boolean' } } as const;
  const { by, other } = parseArgs({ args: [...args], options }).values;
  const { DATABASE_URL: url } = loadConfig(z.object({ DATABASE_URL: databaseUrl }));
  const database = await openDatabase({ url, applicationName: `delivery ${act}` });
  try {
    const holds = new Holds(database);
    const actor = `operator:${by ?? userInfo().username}`;
    const said = act === 'hold' ? await hold(holds, other === true, actor) : await release(holds, actor);
    process.stdout.write(`delivery: ${said}\n`);
  } finally {
    await database.destroy();
  }
}

async function hold(holds: Holds, isOther: boolean, actor: string): Promise<string> {
  await holds.hold(isOther ? 'operator_asked' : 'restored', actor);
  return `held by ${actor}; copies that run hear of it at once, those that start send nothing`;
}

async function release(holds: Holds, actor: string): Promise<string> {
  const count = await holds.askRelease(actor);
  return count === 0
    ? 'nothing was held, or it is released already'
    : `released by ${actor}; what waits is sent as soon as a running copy has recorded it`;
}
