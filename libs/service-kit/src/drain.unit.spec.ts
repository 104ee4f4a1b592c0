import { jest } from '@jest/globals';
import { drainTimeoutMs } from '@waybill/contracts/drain';
import { drainOnSignals, exitDrained, exitNotDrained } from './drain.js';
import { createLog } from './logger.js';

const log = createLog({ service: 'registry', copy: 'one', level: 'silent' });
const attemptMs = 12_000;

describe('a process that was told to stop', () => {
  let exits: unknown[];
  let exit: jest.SpiedFunction<typeof process.exit>;

  beforeEach(() => {
    exits = [];
    jest.useFakeTimers();
    exit = jest.spyOn(process, 'exit').mockImplementation((code) => void exits.push(code) as never);
  });
  afterEach(() => {
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
    exit.mockRestore();
    jest.useRealTimers();
  });

  /** Something that is over when the test says so. */
  let over: (code: number) => void;
  const finish = () => new Promise<number>((resolve) => (over = resolve));

  it('finishes what takes longer than usual where its service says how long that may be', async () => {
    drainOnSignals(log, finish, attemptMs + 1);
    process.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(attemptMs);
    expect(exits).toEqual([]);
    over(exitDrained);
    await jest.advanceTimersByTimeAsync(0);
    expect(exits).toEqual([exitDrained]);
  });

  it.each([
    ['after ten seconds where its service says nothing', undefined, drainTimeoutMs],
    ['after the time that its service says', attemptMs - 1, attemptMs - 1],
  ])('cuts off what is not over %s', async (_sentence, given, afterMs) => {
    drainOnSignals(log, finish, given);
    process.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(afterMs - 1);
    expect(exits).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(exits).toEqual([exitNotDrained]);
  });
});
