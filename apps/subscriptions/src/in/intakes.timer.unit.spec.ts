import type { Leases } from '@waybill/event-log/leases';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { createLog } from '@waybill/service-kit/logger';
import { Intakes, type IntakesParts } from './intakes.timer.js';

/** Two tenants whose intakes cannot begin, over leases that cannot be given back: PostgreSQL went away. */
function awayParts(leases: Leases): IntakesParts {
  const router = {
    eventLog: new MemoryLog('subscriptions-0'),
    registry: { allTenants: () => ['acme', 'umbrella'] },
    tenantKey: () => undefined,
    table: undefined,
    types: undefined,
  };
  return {
    nc: { subscribe: () => ({ unsubscribe: () => undefined }) } as never,
    router: router as never,
    leases,
    loadWindows: () => Promise.reject(new Error('the connection was lost')),
    carried: () => Promise.resolve(),
    log: createLog({ service: 'spec', copy: 'one', level: 'silent' }),
    copy: 'one',
    leaseMs: 4,
  };
}

it('an intake that stops while PostgreSQL is away ends nothing else, and its lease runs out by itself', async () => {
  const { leases } = new MemoryLog('subscriptions-0');
  const asked: string[] = [];
  let twice: () => void = () => undefined;
  const askedTwice = new Promise<void>((resolve) => (twice = resolve));
  const intakes = new Intakes(
    awayParts({
      acquire: (name, owner, ttlMs) => leases.acquire(name, owner, ttlMs),
      renew: (lease, ttlMs) => leases.renew(lease, ttlMs),
      renewAll: (held, ttlMs) => leases.renewAll(held, ttlMs),
      release: (lease) => {
        asked.push(lease.name);
        if (asked.filter((name) => name === 'intake:umbrella').length > 1) twice();
        return Promise.reject(new Error('the connection was lost'));
      },
    }),
  );
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  intakes.start();
  // The second time its lease had run out and was taken anew.
  await askedTwice;
  await intakes.stop();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  expect(asked).toEqual(expect.arrayContaining(['intake:acme', 'intake:umbrella']));
});
