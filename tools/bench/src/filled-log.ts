import { type AppendRequest, LogUnavailable, type StreamAppend } from '@waybill/event-log/log';
import type { PostgresLog } from '@waybill/event-log/postgres-log';

/** Events of one append: a group of its own, so that a long log is filled in minutes. */
const perAppend = 2_000;

/** Appends what `make` gives until the log holds so many events, one append after the other. Answers the seconds it took. */
export async function fillLog(log: PostgresLog, make: Iterator<StreamAppend>, events: number): Promise<number> {
  const beganMs = performance.now();
  let { position } = await log.head();
  let pending: Promise<unknown> = Promise.resolve();
  while (position < events) {
    const streams: StreamAppend[] = [];
    let size = 0;
    while (size < perAppend && position + size < events) {
      const append = make.next().value as StreamAppend;
      streams.push(append);
      size += append.events.length;
    }
    // The next append is made while this one is written.
    await pending;
    pending = written(log, { streams });
    position += size;
  }
  await pending;
  return (performance.now() - beganMs) / 1000;
}

/** A machine that stood still for a while must not end a fill of minutes; what was refused so was not written. */
async function written(log: PostgresLog, request: AppendRequest): Promise<void> {
  for (;;) {
    try {
      await log.append(request);
      return;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
    }
  }
}
