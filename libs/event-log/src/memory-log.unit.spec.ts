import { to } from './contract-events.js';
import { describeEventLog } from './event-log.contract.js';
import { MemoryLog } from './memory-log.js';

describeEventLog('a log in memory', () => {
  const log = new MemoryLog('test-0');
  return Promise.resolve({ log, leases: log.leases, shredSubject: (subject: string) => log.shredSubject(subject) });
});

describe('a log in memory', () => {
  it('takes its time from the clock it was given, and does not follow it back', async () => {
    let nowMs = Date.UTC(2026, 0, 2);
    const log = new MemoryLog('test-0', () => nowMs);
    await log.append({ streams: [to('thing-a', 1)] });
    nowMs -= 5000;
    await log.append({ streams: [to('thing-a', 2)] });
    nowMs += 5001;
    await log.append({ streams: [to('thing-a', 3)] });
    const times = (await log.readAll({ after: 0, limit: 3 })).map((event) => event.at);
    expect(times).toEqual(['2026-01-02T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:00.001Z']);
  });
});
