import { AskFailed, askTimeoutMs } from '@waybill/bus/ask';
import { problem } from '@waybill/service-kit/problems';
import { SilentCalls, silentAfter, tryPauseMs } from './silent-calls.js';

describe('a call that goes unanswered', () => {
  let nowMs: number;
  let calls: SilentCalls;
  let asked: number;
  beforeEach(() => {
    [nowMs, asked] = [1_000_000, 0];
    calls = new SilentCalls(() => nowMs);
  });

  const answering = (answer: () => Promise<string>, tenant = 'acme', call = 'publish'): Promise<string> =>
    calls
      .through(tenant, call, () => {
        asked += 1;
        return answer();
      })
      .catch((error: unknown) => (error as AskFailed).problem.code);
  const says = (code: string) => () => Promise.reject(new AskFailed(problem(code)));
  const silent = says('service_timeout');
  const fine = () => Promise.resolve('fine');
  const fallSilent = async (): Promise<void> => {
    for (let n = 0; n < silentAfter; n += 1) expect(await answering(silent)).toBe('service_timeout');
  };

  it('is not asked again at once after it happened twice, and whoever asks hears of it at once', async () => {
    await fallSilent();
    expect(await answering(fine)).toBe('service_unavailable');
    expect(asked).toBe(silentAfter);
  });

  it('is asked by one at a time until it answers, and then by everybody', async () => {
    await fallSilent();
    nowMs += tryPauseMs;
    let answer: (text: string) => void = () => undefined;
    const first = answering(() => new Promise((resolve) => (answer = resolve)));
    expect(await answering(fine)).toBe('service_unavailable');
    answer('fine');
    expect(await first).toBe('fine');
    expect(await Promise.all([answering(fine), answering(fine)])).toEqual(['fine', 'fine']);
  });

  it('stays silent when the one who asks hears nothing either, and is asked again later', async () => {
    await fallSilent();
    nowMs += tryPauseMs;
    expect(await answering(silent)).toBe('service_timeout');
    expect(await answering(fine)).toBe('service_unavailable');
    nowMs += tryPauseMs;
    expect(await answering(fine)).toBe('fine');
  });

  it('is asked again though the one who asked never came back', async () => {
    await fallSilent();
    nowMs += tryPauseMs;
    void answering(() => new Promise(() => undefined));
    nowMs += askTimeoutMs + tryPauseMs;
    expect(await answering(fine)).toBe('fine');
  });

  it('says nothing of another call or another tenant', async () => {
    await fallSilent();
    expect(await answering(fine, 'acme', 'deliveries.list')).toBe('fine');
    expect(await answering(fine, 'umbrella')).toBe('fine');
  });

  it('is not meant by one timeout between answers, nor by a service that says no', async () => {
    for (let n = 0; n < 3; n += 1) {
      expect(await answering(silent)).toBe('service_timeout');
      expect(await answering(says('connector_unknown'))).toBe('connector_unknown');
    }
    expect(await answering(fine)).toBe('fine');
  });
});
