import { heldByOperator } from './operator.js';

/** `release.js [--by <name>]`: what is held may be sent; the running service records who said so, and then sends (docs/restore.md). */
await heldByOperator('release', process.argv.slice(2));
