import { heldByOperator } from './operator.js';

/** `hold.js [--other] [--by <name>]`: from now on nothing is sent, by whatever copy; run it before a restored system is started (docs/restore.md). */
await heldByOperator('hold', process.argv.slice(2));
