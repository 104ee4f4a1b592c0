import { drainTimeoutMs } from '@waybill/contracts/drain';
import type { Log } from './logger.js';

export type Drain = () => Promise<void> | void;

/** The exit codes of a service that was told to stop. */
export const exitDrained = 0;
/** Something did not drain: work was cut off or could not be written. */
export const exitNotDrained = 2;
/** The second signal: the operator does not want to wait. */
export const exitAtOnce = 3;

/** What must be stopped before a process may end; a failure is never hidden, it becomes the exit code. */
export class Drains {
  private readonly drains: { what: string; drain: Drain }[] = [];

  constructor(private readonly log: Log) {}

  add(what: string, drain: Drain): void {
    this.drains.push({ what, drain });
  }

  /** Runs them one after another, the last registered first, because it may use what was registered before it. */
  async run(): Promise<number> {
    let code = exitDrained;
    for (const { what, drain } of this.drains.toReversed()) {
      try {
        await drain();
      } catch (error) {
        this.log.error({ err: error, what }, 'service.drain-failed');
        code = exitNotDrained;
      }
    }
    return code;
  }
}

/**
 * Drains at the first SIGTERM or SIGINT and exits with the code that `stop` answers, at the latest after `timeoutMs`: what is not over by then
 * is cut off. The second signal exits at once. Whoever supervises the process must wait longer than `timeoutMs` before killing it.
 */
export function drainOnSignals(log: Log, stop: () => Promise<number>, timeoutMs = drainTimeoutMs): void {
  let asked = false;
  const onSignal = (signal: string): void => {
    if (asked) process.exit(exitAtOnce);
    asked = true;
    setTimeout(() => {
      log.fatal({ signal, drainTimeoutMs: timeoutMs }, 'service.drain-timed-out');
      process.exit(exitNotDrained);
    }, timeoutMs).unref();
    stop().then(
      (code) => process.exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'service.drain-failed');
        process.exit(exitNotDrained);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}
