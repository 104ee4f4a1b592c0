import { alone } from './alone.story.js';
import { audit } from './audit/audit.story.js';
import { brokerWiped } from './broker-wiped.story.js';
import { consoleLonger } from './console.story.js';
import { crash } from './crash.story.js';
import { engine } from './engine/engine.story.js';
import { faults } from './faults/faults.story.js';
import { replay } from './audit/replay.story.js';
import { rebuild } from './rebuild.story.js';
import { refusals } from './refusals.story.js';
import { restore } from './restore.story.js';
import { restart } from './restart.story.js';
import type { Story } from './story.js';
import { acceptance } from './targets/acceptance.js';
import { oneTicket } from './targets/one-ticket.js';
import { preview } from './targets/preview.js';
import { targetTable } from './targets/target-table.js';
import { twoCopies } from './two-copies.story.js';
import { walk } from './walk.story.js';

/** In the order they are told; `restart` last, because it ends the stack in between. */
export const stories: readonly Story[] = [
  walk,
  refusals,
  rebuild,
  alone,
  crash,
  twoCopies,
  brokerWiped,
  faults,
  targetTable,
  acceptance,
  preview,
  oneTicket,
  engine,
  consoleLonger,
  replay,
  restore,
  audit,
  restart,
];
