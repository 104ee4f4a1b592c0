import { createSecretKey } from 'node:crypto';
import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import type { Lease } from '@waybill/event-log/leases';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { createLog } from '@waybill/service-kit/logger';
import { compileKey } from '../routing/key-template.js';
import { RouteTable } from '../routing/route-table.js';
import { type RecordedWindow, SuppressionWindows } from '../routing/suppression-windows.js';
import { TypeRules } from '../routing/type-rules.js';
import { requestIncoming } from './forwarded-publish.js';
import { Intake, type Settled } from './intake.js';

const tenantKey = createSecretKey(Buffer.alloc(32, 7));
const minuteMs = 60_000;
const beginMs = Date.UTC(2026, 10, 30, 12);
/** Of the one subscription: one of a host in five minutes. */
const suppression = { minutes: 5, key: '{{host}}' };

/** What the broker and the read model say to an intake that takes over. */
interface Around {
  readonly loadWindows?: (sinceMs: number | null) => Promise<RecordedWindow[]>;
  readonly oldestWaitingMs?: () => Promise<number | null>;
}

class Trial {
  clockMs = beginMs;
  readonly eventLog = new MemoryLog('subscriptions-0', () => this.clockMs);
  readonly windows = new SuppressionWindows(tenantKey);
  private intake!: Intake;
  private readonly stopping = new AbortController();

  static async begin(around: Around = {}): Promise<Trial> {
    const trial = new Trial();
    const subscription = {
      id: 'sub_1', name: 'One', connectorIds: ['con_1'], types: ['heat'], filter: null, suppression, correlationKey: null,
    }; // prettier-ignore
    const data = { at: new Date(beginMs).toISOString(), by: 'spec', subscription, enabled: true };
    const event = { type: 'SubscriptionCreated', schemaVersion: 1, data, meta: { actor: 'spec' } };
    await trial.eventLog.append({
      streams: [{ stream: 'subscription-sub_1', tenant: 'default', expected: 'none', events: [event] }],
    });
    const table = new RouteTable(compileKey);
    table.apply(await trial.eventLog.readAll({ after: 0, limit: 10 }));
    const log = createLog({ service: 'spec', copy: 'one', level: 'silent' });
    trial.intake = new Intake(
      {
        tenant: 'default',
        nc: undefined as never,
        eventLog: trial.eventLog,
        table,
        windows: trial.windows,
        types: new TypeRules(builtInTypes, log),
        tenantKey,
        log,
        loadWindows: around.loadWindows ?? (() => Promise.resolve([])),
        oldestWaitingMs: around.oldestWaitingMs ?? (() => Promise.resolve(null)),
        carried: () => Promise.resolve(),
      },
      (await trial.eventLog.leases.acquire('intake:default', 'one', 24 * 60 * minuteMs)) as Lease,
    );
    return trial;
  }

  /** Takes over; the stream is nobody's here. */
  run(): Promise<void> {
    this.stopping.abort();
    return this.intake.run(this.stopping.signal);
  }

  take(id: string, host: string): Promise<Settled> {
    const body = JSON.stringify({ type: 'heat', id, source: 'soc', payload: { host } });
    const receivedAt = new Date(this.clockMs).toISOString();
    return this.intake.take(requestIncoming('default', 'heat', body, 'key:key_1', () => '', receivedAt));
  }

  async routed(): Promise<NotificationRouted[]> {
    const events = await this.eventLog.readAll({ after: 1, limit: 1_000 });
    return events.map((event) => event.data as unknown as NotificationRouted);
  }
}

/** The window that the copy before has opened for a host. */
async function openedBefore(host: string): Promise<readonly RecordedWindow[]> {
  const before = await Trial.begin();
  await before.take('first', host);
  return (await before.routed())[0]?.opened ?? [];
}

describe('an intake that takes over', () => {
  it('decides nothing before it knows which windows are open', async () => {
    const opened = await openedBefore('db1');
    let known: () => void = () => undefined;
    const reading = new Promise<void>((resolve) => (known = resolve));
    const trial = await Trial.begin({ loadWindows: () => reading.then(() => [...opened]) });
    const running = trial.run();
    const taken = trial.take('second', 'db1');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await trial.routed()).toEqual([]);
    known();
    await Promise.all([running, taken]);
    expect((await trial.routed()).map(({ chosen, suppressed }) => [chosen.length, suppressed.length])).toEqual([
      [0, 1],
    ]);
  });

  it('refuses who waits for it when they cannot be read', async () => {
    const trial = await Trial.begin({ loadWindows: () => Promise.reject(new Error('PostgreSQL is away')) });
    const running = trial.run();
    const taken = trial.take('second', 'db1');
    await expect(running).rejects.toThrow('PostgreSQL is away');
    await expect(taken).rejects.toThrow('PostgreSQL is away');
    expect(await trial.routed()).toEqual([]);
  });

  it.each([
    ['from now on where none waits', () => Promise.resolve(null), beginMs - 10 * minuteMs],
    ['from the oldest that waits', () => Promise.resolve(beginMs - 180 * minuteMs), beginMs - 190 * minuteMs],
    ['all that are kept where the broker does not say', () => Promise.reject(new Error('no answer')), null],
  ] as const)('asks for the windows that may hold for what it will decide: %s', async (_, oldestWaitingMs, since) => {
    const asked: (number | null)[] = [];
    const loadWindows = (sinceMs: number | null): Promise<RecordedWindow[]> => {
      asked.push(sinceMs);
      return Promise.resolve([]);
    };
    await (await Trial.begin({ loadWindows, oldestWaitingMs })).run();
    expect(asked).toEqual([since]);
  });
});

describe('an intake that works on', () => {
  it('forgets the windows that have ended, though every key is another one', async () => {
    const trial = await Trial.begin();
    const hosts = Array.from({ length: 100 }, (_, number) => `host-${number}`);
    for (const host of hosts) await trial.take(host, host);
    const known = (): number =>
      hosts.filter((host) => trial.windows.of('sub_1', host, suppression.minutes) !== undefined).length;
    trial.clockMs += 15 * minuteMs - 1;
    await trial.take('then', 'another');
    await new Promise((resolve) => setImmediate(resolve));
    expect(known()).toBe(100);
    trial.clockMs += minuteMs;
    await trial.take('later', 'another');
    await new Promise((resolve) => setImmediate(resolve));
    expect(known()).toBe(0);
    expect(trial.windows.of('sub_1', 'another', suppression.minutes)).toBeDefined();
  });

  it('keeps them for as long as something waits that was received before their end', async () => {
    let oldestMs: number | null = beginMs + minuteMs;
    const trial = await Trial.begin({ oldestWaitingMs: () => Promise.resolve(oldestMs) });
    const isKnown = async (): Promise<boolean> => {
      trial.clockMs += 60 * minuteMs;
      await trial.take(`n${trial.clockMs}`, 'another');
      await new Promise((resolve) => setImmediate(resolve));
      return trial.windows.of('sub_1', 'db1', suppression.minutes) !== undefined;
    };
    await trial.take('first', 'db1');
    expect(await isKnown()).toBe(true);
    oldestMs = null;
    expect(await isKnown()).toBe(false);
  });
});
