import type { Held } from '@waybill/contracts/http/deliveries';
import { holdsOf, reasonToHold } from './hold.js';

const place = { system: '7580000000000000001', database: '16384', timeline: 3 };

describe('another place than the one before', () => {
  it.each([
    ['is none when all three are as they were', {}, 'hold', null],
    ['is another database on the same server', { database: '16999' }, 'hold', 'database_changed'],
    [
      'is another server with a database of the same number',
      { system: '7580000000000000002' },
      'hold',
      'database_changed',
    ],
    ['is a later timeline', { timeline: 4 }, 'hold', 'timeline_changed'],
    ['is no later timeline where a failover loses nothing', { timeline: 4 }, 'continue', null],
    ['is an earlier timeline, whatever a failover loses', { timeline: 2 }, 'continue', 'timeline_changed'],
    [
      'is another database, whatever a failover loses',
      { database: '16999', timeline: 4 },
      'continue',
      'database_changed',
    ],
  ] as const)('%s', (_, over, onFailover, reason) => {
    expect(reasonToHold(place, { ...place, ...over }, onFailover)).toBe(reason);
  });
});

describe('the holds of a delivery', () => {
  const at = '2026-11-30T12:00:00.000Z';
  const held: Held = {
    reason: 'restored',
    at,
    position: 50,
    releasedAt: null,
    releasedBy: null,
    releasedPosition: null,
  };
  const released: Held = { ...held, releasedAt: at, releasedBy: 'operator:eve', releasedPosition: 60 };
  const before = { routedAt: '2026-11-30T11:59:00.000Z', isOpen: true, attempts: [] };

  it.each([
    ['one that it waits for', before, held, true],
    ['one that it waits for though it came later', { ...before, routedAt: '2026-11-30T12:00:01.000Z' }, held, true],
    ['none that is not over when it has ended', { ...before, isOpen: false, attempts: [40] }, held, false],
    ['one after which it was attempted', { ...before, isOpen: false, attempts: [61] }, released, true],
    ['none after which nothing was attempted', { ...before, attempts: [40] }, released, false],
    [
      'none that was over before it was routed',
      { ...before, routedAt: '2026-11-30T12:00:01.000Z', attempts: [61] },
      released,
      false,
    ],
  ] as const)('are %s', (_, delivery, hold, isOne) => {
    expect(holdsOf(delivery, [hold])).toEqual(isOne ? [hold] : []);
  });
});
