import {
  circuitOpensAfter, failingAfter, failingMsMax, probeDelayMsMax, probeDelayMsMin, probeSpacingMs,
} from '@waybill/delivery/connector-health'; // prettier-ignore
import type { HealthRow } from '../read/health-rows.js';
import { ConnectorHealths } from './connector-healths.js';

const subject = { connectorId: 'con_1', deliveryId: 'dlv_1' };
const failed = { kind: 'failed', reason: 'server_error' } as const;
const now = Date.UTC(2026, 10, 24);
const since = now - failingMsMax - 1;
const row: HealthRow = { connectorId: 'con_1', tenant: 'default', pausedUntilMs: 0, pausedAtMs: 0, failingSinceMs: since, givenUp: null, because: 'server_error', givenUpPosition: 0 }; // prettier-ignore

/** A copy that has read in the table that the connector has failed for five days. */
function told(): ConnectorHealths {
  const healths = new ConnectorHealths();
  healths.learn([row], now);
  return healths;
}

it('a connector is cut off while its circuit is open, and not by a pause', () => {
  const healths = new ConnectorHealths();
  const { connectorId } = subject;
  healths.hear({ kind: 'busy', reason: 'rate_limited', untilMs: now + 60_000 }, subject, now);
  for (let failures = 1; failures < circuitOpensAfter; failures += 1) {
    expect(healths.isCutOff(connectorId)).toBe(false);
    healths.hear(failed, subject, now);
  }
  expect(healths.isCutOff(connectorId)).toBe(true);
  healths.hear({ kind: 'answered' }, subject, now);
  expect(healths.isCutOff(connectorId)).toBe(false);
});

describe('the probes of all open circuits', () => {
  const cutOff = (healths: ConnectorHealths, connectorId: string, nowMs = now): number => {
    for (let failures = 0; failures < circuitOpensAfter; failures += 1)
      healths.hear(failed, { ...subject, connectorId }, nowMs);
    return healths.closedUntilMs(connectorId);
  };
  const ids = Array.from({ length: 1_000 }, (_, at) => `con_${at}`);

  it('are spread over a quarter of a minute when a thousand open in one moment', () => {
    const healths = new ConnectorHealths();
    const times = ids.map((id) => cutOff(healths, id)).sort((a, b) => a - b);
    const inOneSecond = times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length);
    // The first ones all wait a second anyway.
    expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(2 * Math.ceil(1_000 / probeSpacingMs));
    expect(times.at(-1)).toBeLessThanOrEqual(now + probeDelayMsMax);
  });

  it('are no more a second while all of them go on failing', () => {
    const healths = new ConnectorHealths();
    const due = new Map(ids.map((id) => [id, cutOff(healths, id)]));
    const probesInSecond = new Map<number, number>();
    for (let nowMs = now; nowMs < now + 60_000; nowMs += 5)
      for (const [id, atMs] of due) {
        if (atMs > nowMs) continue;
        const second = Math.floor((nowMs - now) / 1_000);
        probesInSecond.set(second, (probesInSecond.get(second) ?? 0) + 1);
        healths.hear(failed, { ...subject, connectorId: id }, nowMs);
        due.set(id, healths.closedUntilMs(id));
      }
    expect(Math.max(...probesInSecond.values())).toBeLessThanOrEqual(2 * Math.ceil(1_000 / probeSpacingMs));
  });

  it('do not hold up the first of one that opens alone, or long after the others', () => {
    const healths = new ConnectorHealths();
    expect(cutOff(healths, 'con_a')).toBe(now + probeDelayMsMin);
    for (const id of ids) cutOff(healths, id);
    const later = now + 2 * probeDelayMsMax;
    expect(cutOff(healths, 'con_b', later)).toBe(later + probeDelayMsMin);
  });
});

describe('a connector that the table says has failed for five days', () => {
  it('is given up at its next failure', () => {
    expect(
      told()
        .hear(failed, subject, now)
        .map(({ type }) => type),
    ).toEqual(['ConnectorGivenUp']);
  });

  it('is not given up by a failure right after a success, although the table has not heard of the success yet', () => {
    const healths = told();
    expect(healths.hear({ kind: 'success' }, subject, now).map(({ type }) => type)).toEqual(['ConnectorRecovered']);
    healths.learn([row], now + 250);
    expect(healths.hear(failed, subject, now + 300)).toEqual([]);
  });

  it('keeps its five days over a failure that this copy hears first', () => {
    const healths = new ConnectorHealths();
    for (let failures = 0; failures < failingAfter; failures += 1) healths.hear(failed, subject, now);
    healths.learn([row], now + 250);
    expect(healths.hear(failed, subject, now + 300).map(({ type }) => type)).toEqual(['ConnectorGivenUp']);
  });

  it('counts again once the table still says so after a while', () => {
    const healths = told();
    healths.hear({ kind: 'success' }, subject, now);
    healths.learn([row], now + 60_000);
    expect(healths.hear(failed, subject, now + 60_001).map(({ type }) => type)).toEqual(['ConnectorGivenUp']);
  });
});
