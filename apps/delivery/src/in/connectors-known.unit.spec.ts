import type { LogEvent } from '@waybill/contracts/log-event';
import type { Connector } from '../work/connectors.js';
import { ConnectorsKnown, unknownWaitMs } from './connectors-known.js';

const routed = (...connectorIds: string[]) =>
  ({
    type: 'NotificationRouted',
    data: { chosen: [{ subscriptionId: 'sub_1', connectorIds }] },
  }) as unknown as LogEvent;

describe('connectors that are chosen before they are heard of', () => {
  const known = new Map<string, Connector>();
  let waitedMs = 0;
  let comesAtMs = Infinity;
  let waiting: ConnectorsKnown;

  beforeEach(() => {
    known.clear();
    waitedMs = 0;
    comesAtMs = Infinity;
    waiting = new ConnectorsKnown(known, (ms) => {
      waitedMs += ms;
      if (waitedMs >= comesAtMs) known.set('con_1', {} as Connector);
      return Promise.resolve();
    });
  });

  it('are waited for until they are known, and no longer', async () => {
    comesAtMs = 60;
    await waiting.of([routed('con_1'), routed('con_1')]);
    expect(waitedMs).toBe(60);
  });

  it('are not waited for where all are known, or nothing was chosen', async () => {
    known.set('con_1', {} as Connector);
    await waiting.of([routed('con_1'), routed(), { type: 'SubscriptionDeleted', data: {} } as unknown as LogEvent]);
    expect(waitedMs).toBe(0);
  });

  it('are waited for once where they do not come, and others still are', async () => {
    await waiting.of([routed('con_gone')]);
    expect(waitedMs).toBe(unknownWaitMs);
    await waiting.of([routed('con_gone')]);
    expect(waitedMs).toBe(unknownWaitMs);
    comesAtMs = unknownWaitMs + 40;
    await waiting.of([routed('con_gone', 'con_1')]);
    expect(waitedMs).toBe(unknownWaitMs + 40);
  });
});
