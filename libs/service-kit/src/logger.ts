import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger } from 'pino';

/** Wide events: one object a hop, ids always, secrets never. */
export type Log = PinoLogger;

/**
 * Writes JSON lines to stdout, each with the service and the copy.
 * Members that could hold a credential are masked wherever a caller forgot; callers still must not pass any.
 */
export function createLog(options: { service: string; copy: string; level: string }): Log {
  return pino({
    level: options.level,
    base: { service: options.service, copy: options.copy },
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    messageKey: 'event',
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'authorization',
        'secrets',
        'secret',
        'password',
        'token',
        'key',
        '*.authorization',
        '*.secrets',
        '*.password',
        '*.token',
      ],
      censor: '****',
    },
  });
}

/** Lets Nest speak through our log, and only when something is wrong: its start-up chatter tells an operator nothing. */
export function nestLog(log: Log): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug({ context: rest.at(-1) }, String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn({ context: rest.at(-1) }, String(message)),
    error: (message: unknown, ...rest: unknown[]) => {
      const error = message instanceof Error ? message : undefined;
      log.error({ err: error, context: rest.at(-1) }, error ? 'nest.error' : String(message));
    },
    fatal: (message: unknown, ...rest: unknown[]) => log.fatal({ context: rest.at(-1) }, String(message)),
  };
}
