import { Command, CommanderError, Option } from 'commander';
import { visible } from '@waybill/contracts/text/visible';
import { configCommand } from './commands/config.js';
import { connectorsCommand, deliveriesCommand, subscriptionsCommand } from './commands/lists.js';
import { deliveryHoldCommand } from './commands/delivery-hold.js';
import { doctorCommand } from './commands/doctor.js';
import { exportCommand } from './commands/export.js';
import { checkpointCommand, consistencyCommand, proofCommand } from './commands/proof.js';
import { publishCommand } from './commands/publish.js';
import { redeliverCommand } from './commands/redeliver.js';
import { replayCommand } from './commands/replay.js';
import { holdCommand, shredCommand } from './commands/shred.js';
import { tailCommand } from './commands/tail.js';
import { verifyCommand } from './commands/verify.js';
import { whyCommand } from './commands/why.js';
import { exitCodes, NotDone, Usage, type World } from './world.js';

/**
 * Runs one command line and answers its exit code: 0 done, 1 refused or not verified, 2 wrong usage. What was asked for goes to `out`,
 * as JSON with `--json`; everything else goes to `err`. No character that a terminal obeys leaves it, whoever the words are from.
 */
export async function runWaybill(args: readonly string[], given: World): Promise<number> {
  const world = shownSafely(given);
  const program = new Command('waybill')
    .description('Publishes to Waybill, asks why, and checks its record. Without a server: verify.')
    .exitOverride()
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .addHelpCommand(false)
    .showHelpAfterError('(waybill --help shows what there is)');
  const commands = [
    publishCommand,
    connectorsCommand,
    subscriptionsCommand,
    deliveriesCommand,
    whyCommand,
    tailCommand,
    redeliverCommand,
    deliveryHoldCommand,
    replayCommand,
    shredCommand,
    holdCommand,
    exportCommand,
    checkpointCommand,
    proofCommand,
    consistencyCommand,
    verifyCommand,
    doctorCommand,
    configCommand,
  ];
  for (const make of commands) program.addCommand(everyCommand(make(world)));
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    return codeOf(error, world);
  }
}

/** What every command takes. One that has others below it leaves `--json` to them: it would take it away from them. */
function everyCommand(command: Command): Command {
  command.exitOverride();
  for (const below of command.commands) everyCommand(below);
  return command.commands.length > 0 ? command : command.addOption(new Option('--json', 'answers as JSON'));
}

/** Here and nowhere else, so that no command can forget it. */
function shownSafely({ out, err, environment }: World): World {
  return { out: (text) => out(visible(text)), err: (text) => err(visible(text)), environment };
}

function codeOf(error: unknown, world: World): number {
  // Commander has said it already; asking for help is no fault.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof NotDone || error instanceof Usage) {
    if (error.message !== '') world.err(`${error.message}\n`);
    return error instanceof Usage ? exitCodes.usage : exitCodes.refused;
  }
  world.err(`${error instanceof Error ? error.message : String(error)}\n`);
  return exitCodes.refused;
}
