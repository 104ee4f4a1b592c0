import { createSecretKey } from 'node:crypto';
import { SuppressionWindows } from './suppression-windows.js';

const tenantKey = createSecretKey(Buffer.alloc(32, 7));
const opened = (key: string, untilMs: number) => ({ subscriptionId: 'sub_1', key, minutes: 60, untilMs });

describe('the open suppression windows of a tenant', () => {
  it('are known as they are recorded to whoever takes over', () => {
    const before = new SuppressionWindows(tenantKey);
    const recorded = before.open([opened('db1', 60_000)]);
    expect(JSON.stringify(recorded)).not.toContain('db1');
    const after = new SuppressionWindows(tenantKey);
    after.load(recorded);
    expect([after.of('sub_1', 'db1', 60), after.of('sub_1', 'db2', 60), after.of('sub_2', 'db1', 60)]).toEqual([
      60_000,
      undefined,
      undefined,
    ]);
  });

  it('are others once the minutes are others', () => {
    const windows = new SuppressionWindows(tenantKey);
    windows.open([opened('db1', 60_000)]);
    expect([windows.of('sub_1', 'db1', 60), windows.of('sub_1', 'db1', 5)]).toEqual([60_000, undefined]);
  });

  it('are closed again, or open as before, where the decision was not written', () => {
    const windows = new SuppressionWindows(tenantKey);
    windows.open([opened('db1', 60_000)]);
    windows.keep();
    windows.open([opened('db1', 120_000), opened('db2', 120_000)]);
    windows.undo();
    expect([windows.of('sub_1', 'db1', 60), windows.of('sub_1', 'db2', 60)]).toEqual([60_000, undefined]);
  });

  it('are looked at by a repeat, which opens none', () => {
    const windows = new SuppressionWindows(tenantKey);
    windows.open([opened('db1', 60_000)]);
    const frozen = windows.frozen();
    frozen.open([opened('db1', 90_000), opened('db2', 90_000)]);
    expect([frozen.of('sub_1', 'db1', 60), frozen.of('sub_1', 'db2', 60)]).toEqual([90_000, 90_000]);
    expect([windows.of('sub_1', 'db1', 60), windows.of('sub_1', 'db2', 60)]).toEqual([60_000, undefined]);
  });

  it('are forgotten once nothing older than their end can be asked about, so that keys do not pile up', () => {
    const windows = new SuppressionWindows(tenantKey);
    windows.open([opened('db1', 60_000), opened('db2', 60_001)]);
    windows.sweep(60_000);
    expect([windows.of('sub_1', 'db1', 60), windows.of('sub_1', 'db2', 60)]).toEqual([undefined, 60_001]);
    windows.sweep(60_001);
    expect(windows.isEmpty).toBe(true);
  });
});
