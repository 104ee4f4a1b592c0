import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { askStack } from './control.js';
import { copyName, type StackPart, stackServices } from './services.js';

/** `npm run service -- start|stop <service>|nats [--copy n]`: one process of a running stack. Exit 0 done, 1 refused, 2 wrong usage. */
const parts: readonly StackPart[] = [...stackServices, 'nats'];
const usage = `usage: npm run service -- start|stop ${parts.join('|')} [--copy 2]`;

function read(): { act: 'start' | 'stop'; service: StackPart; copy: number } | null {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { copy: { type: 'string' } } });
    const [act, name = ''] = positionals;
    // What the stack prints when a second copy has ended can be typed as it stands: delivery-2.
    const [, service = name, number] = /^([a-z]+)-(\d{1,3})$/.exec(name) ?? [];
    const copy = Number(values.copy ?? number ?? 1);
    const known = parts.find((one) => one === service);
    if ((act !== 'start' && act !== 'stop') || known === undefined || !Number.isInteger(copy) || copy < 1 || copy > 99)
      return null;
    return { act, service: known, copy };
  } catch {
    return null;
  }
}

const wish = read();
if (wish === null) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const dataDir = resolve(process.env['WAYBILL_DATA_DIR'] || '.waybill');
  try {
    console.log(`${copyName(wish.service, wish.copy)} ${await askStack(dataDir, wish)}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
