import type { EventLog } from './log.js';

/** The time by the log's clock as it is written down: RFC 3339 UTC with milliseconds. */
export const logTime = (log: Pick<EventLog, 'nowMs'>): string => new Date(log.nowMs()).toISOString();
