import {
  circuitOpensAfter, closedUntilMs, failingAfter, failingMsMax, hear, type Health, type Heard, isCutOff, probeDelayMsMax, probeDelayMsMin, provenHealth, slotsOf, unprovenHealth,
} from './connector-health.js'; // prettier-ignore

const subject = { connectorId: 'con_1', deliveryId: 'dlv_1' };
const start = Date.parse('2026-11-24T10:00:00.000Z');
const failed: Heard = { kind: 'failed', reason: 'timeout' };

function after(times: number, heard: Heard, from: Health = provenHealth): { health: Health; news: string[] } {
  let health = from;
  const news: string[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const result = hear(health, heard, subject, start);
    health = result.health;
    news.push(...result.news.map(({ type }) => type));
  }
  return { health, news };
}

describe('the health of a connector', () => {
  it('gives one slot before the first success and all of them after it', () => {
    expect(slotsOf(unprovenHealth, 8, start)).toBe(1);
    expect(slotsOf(hear(unprovenHealth, { kind: 'success' }, subject, start).health, 8, start)).toBe(8);
  });

  it('is failing after the third failure in a row, not after the second, and says so once', () => {
    expect(after(failingAfter - 1, failed).news).toEqual([]);
    expect(after(failingAfter - 1, failed).health.failingSinceMs).toBeNull();
    expect(after(failingAfter + 2, failed).news).toEqual(['ConnectorFailing']);
  });

  it('opens the circuit with the fifth failure and lets one probe through when its time has come', () => {
    expect(slotsOf(after(circuitOpensAfter - 1, failed).health, 8, start)).toBe(1);
    const { health } = after(circuitOpensAfter, failed);
    expect(slotsOf(health, 8, start + probeDelayMsMin - 1)).toBe(0);
    expect(slotsOf(health, 8, start + probeDelayMsMin)).toBe(1);
    expect(closedUntilMs(health)).toBe(start + probeDelayMsMin);
  });

  it('waits longer after each probe that fails, up to a quarter of a minute', () => {
    expect(after(circuitOpensAfter + 1, failed).health.probeAtMs).toBe(start + 2 * probeDelayMsMin);
    expect(after(circuitOpensAfter + 20, failed).health.probeAtMs).toBe(start + probeDelayMsMax);
  });

  it('starts its probe not before others have theirs, and never later than a quarter of a minute', () => {
    const { health } = after(circuitOpensAfter - 1, failed);
    const probeAtMs = (probeFreeMs: number): number =>
      hear(health, failed, subject, start, probeFreeMs).health.probeAtMs;
    expect(probeAtMs(start + probeDelayMsMin - 1)).toBe(start + probeDelayMsMin);
    expect(probeAtMs(start + probeDelayMsMin + 1)).toBe(start + probeDelayMsMin + 1);
    expect(probeAtMs(start + 10 * probeDelayMsMax)).toBe(start + probeDelayMsMax);
  });

  it('is well again with one success', () => {
    const { health } = after(circuitOpensAfter, failed);
    const result = hear(health, { kind: 'success' }, subject, start);
    expect(result.news).toEqual([{ type: 'ConnectorRecovered', data: { connectorId: 'con_1' } }]);
    expect(slotsOf(result.health, 8, start)).toBe(8);
  });

  it('starts nothing before the time the target names, and tells it once for many that were told', () => {
    const busy: Heard = { kind: 'busy', reason: 'rate_limited', untilMs: start + 60_000 };
    const { health, news } = after(2, busy);
    expect(news).toEqual(['ConnectorPaused']);
    expect(slotsOf(health, 8, start + 59_999)).toBe(0);
    expect(slotsOf(health, 8, start + 60_000)).toBe(8);
  });

  it('keeps a pause though an attempt that was under way succeeds', () => {
    const { health } = after(1, { kind: 'busy', reason: 'rate_limited', untilMs: start + 60_000 });
    expect(slotsOf(hear(health, { kind: 'success' }, subject, start).health, 8, start)).toBe(0);
  });

  it('is failing at once when it is set up wrong, without an open circuit', () => {
    const { health, news } = after(circuitOpensAfter, { kind: 'misconfigured', reason: 'unauthorized' });
    expect(news).toEqual(['ConnectorFailing']);
    expect(slotsOf(health, 8, start)).toBe(8);
  });

  it('is failing with its first failure where somebody has to mend it, and its circuit opens as for any other', () => {
    const expired: Heard = { kind: 'failed', reason: 'tls_certificate_invalid', isSetup: true };
    expect(after(1, expired).news).toEqual(['ConnectorFailing']);
    expect(isCutOff(after(circuitOpensAfter - 1, expired).health)).toBe(false);
    expect(isCutOff(after(circuitOpensAfter, expired).health)).toBe(true);
    expect(after(failingAfter - 1, { kind: 'failed', reason: 'tls_failed' }).news).toEqual([]);
  });

  it.each([
    ['is not given up a moment before five days', failingMsMax - 1, []],
    ['is given up after five failing days', failingMsMax, ['ConnectorGivenUp']],
  ])('%s', (_sentence, failingForMs, news) => {
    const { health } = after(failingAfter, failed);
    expect(hear(health, failed, subject, start + failingForMs).news.map(({ type }) => type)).toEqual(news);
  });

  it('is given up once when the target says that it is gone', () => {
    expect(after(3, { kind: 'gone', reason: 'gone' }).news).toEqual(['ConnectorGivenUp']);
  });
});
