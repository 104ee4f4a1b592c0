import type { LogEvent } from '@waybill/contracts/log-event';
import { AppendRejected, type AppendRequest } from '@waybill/event-log/log';
import { MemoryLog } from '@waybill/event-log/memory-log';
import type { Connector } from '../work/connectors.js';
import type { Job } from '../work/job.js';
import { type Place, type RoutedParts, takeRouted } from './routed.consumer.js';

const log = 'subscriptions-0';
const at = new Date(Date.UTC(2026, 10, 29)).toISOString();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const perAppend = 125;

/** What the routing log says at successive positions. */
class Routing {
  private position = 0;

  routed(count = 1): LogEvent[] {
    return Array.from({ length: count }, () => {
      const id = `ntf_${this.position + 1}`;
      const facts = { notificationId: id, id, type: 'incident', source: 'soc', time: at };
      const chosen = [{ subscriptionId: 'sub_1', connectorIds: ['con_1'] }];
      return this.event('NotificationRouted', `notification-${id}`, { ...facts, chosen, suppressed: [] });
    });
  }

  closed(subscriptionId = 'sub_1'): LogEvent[] {
    return [this.event('SubscriptionDisabled', `subscription-${subscriptionId}`, {})];
  }

  private event(type: string, stream: string, data: object): LogEvent {
    this.position += 1;
    const place = { log, epoch: 1, position: this.position, eventId: `event ${this.position}`, at };
    const rest = { tenant: 'default', type, stream, data, sealed: '{"payload":{"a":1}}', traceparent: null };
    return { ...place, ...rest } as unknown as LogEvent;
  }
}

/** A log in memory that keeps every append and lets it through when told, in order. */
async function trial(room = 0) {
  const eventLog = new MemoryLog('delivery-0');
  const lease = await eventLog.leases.acquire('reader', 'one', 60_000);
  const appends: AppendRequest[] = [];
  const offered: Job[] = [];
  const waiting: (() => void)[] = [];
  const place: Place = { position: 0 };
  const parts = {
    eventLog: {
      append: async (request: AppendRequest) => {
        appends.push(request);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return eventLog.append(request);
      },
    },
    connectors: { get: (id: string) => ({ id, tenant: 'default', target: 'webhook', state: 'enabled' }) as Connector },
    connectorsKnown: { of: () => Promise.resolve() },
    engine: {
      roomToBegin: () => room,
      plan: () => ({ attemptId: 'att_1', connectorVersion: 1, startedAt: at, deadline: at, renderer: 'json@1' }),
      offer: (job: Job) => offered.push(job) > 0,
    },
    correlate: { macOf: () => undefined },
    parked: { park: () => undefined },
    turnsTo: () => undefined,
    actor: 'service:delivery',
  } as unknown as RoutedParts;
  return {
    appends,
    offered,
    place,
    take: (events: LogEvent[], epoch = lease?.epoch ?? 0) =>
      takeRouted(events, place, { lease: 'reader', epoch }, parts),
    /** Lets the oldest append go, and what comes of it come. */
    next: async () => {
      waiting.shift()?.();
      await turn();
    },
    /** Streams of each append, deliveries counted. */
    streams: () =>
      appends.map(({ streams }) => {
        const deliveries = streams.filter(({ stream }) => stream.startsWith('delivery-')).length;
        return [deliveries, ...streams.map(({ stream }) => stream).filter((stream) => stream.startsWith('closing-'))];
      }),
    begun: () => appends.map(({ streams }) => streams.filter(({ events }) => events.length === 2).length),
  };
}

describe('whoever takes routing decisions in', () => {
  it('has two appends under way, each behind the one before it, and moves its place as they are written', async () => {
    const { appends, offered, place, take, next } = await trial();
    const taking = take(new Routing().routed(3 * perAppend));
    await turn();
    expect(appends.map(({ cursor }) => [cursor?.from, cursor?.to])).toEqual([
      [0, perAppend],
      [perAppend, 2 * perAppend],
    ]);
    expect(place.position).toBe(0);
    await next();
    expect(place.position).toBe(perAppend);
    expect(offered).toHaveLength(perAppend);
    expect(appends[2]?.cursor).toMatchObject({ from: 2 * perAppend, to: 3 * perAppend });
    await next();
    await next();
    await taking;
    expect(place.position).toBe(3 * perAppend);
    expect(offered).toHaveLength(3 * perAppend);
  });

  it('begins no more than there is room for, with what begins in the append before that is not written yet', async () => {
    const { begun, take, next } = await trial(perAppend + 30);
    const taking = take(new Routing().routed(2 * perAppend));
    await turn();
    expect(begun()).toEqual([perAppend, 30]);
    await next();
    await next();
    await taking;
  });

  it('has nothing under way when it rejects, and has taken nothing', async () => {
    const { appends, offered, place, take, next } = await trial();
    let isOver = false;
    const taking = take(new Routing().routed(3 * perAppend), 99).finally(() => (isOver = true));
    const rejected = expect(taking).rejects.toThrow(AppendRejected);
    await turn();
    await next();
    expect(isOver).toBe(false);
    await next();
    await rejected;
    expect(appends).toHaveLength(2);
    expect([place.position, offered.length]).toEqual([0, 0]);
  });

  it('puts what was routed after a subscription was closed behind the closing', async () => {
    const { streams, take, next } = await trial();
    const routing = new Routing();
    const taking = take([
      ...routing.routed(2),
      ...routing.closed(),
      ...routing.closed('sub_2'),
      ...routing.routed(),
      ...routing.closed(),
    ]);
    await turn();
    await next();
    await next();
    await taking;
    expect(streams()).toEqual([
      [2, 'closing-sub_1', 'closing-sub_2'],
      [1, 'closing-sub_1'],
    ]);
  });
});
