import { type AppendRequest, LogUnavailable } from '@waybill/event-log/log';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { createLog } from '@waybill/service-kit/logger';
import type { OpenHold, Standing } from '../read/holds.js';
import type { Gate } from '../work/gate.js';
import { holdStream, HoldTimer } from './hold.timer.js';

const place = { system: '7', database: '16384', timeline: 1 };
const hold: OpenHold = {
  id: '00000000-0000-4000-8000-000000000001',
  at: '2026-11-30T12:00:00.000Z',
  reason: 'restored',
  heldBy: 'operator:eve',
  before: null,
  after: null,
  told: false,
  releaseAskedAt: null,
  releaseAskedBy: null,
};

/** The tables as one value, and a log that takes events or does not. */
class Beside {
  standing: Standing | null = { before: place, now: place, holds: [], over: 0 };
  isReadOnly = false;
  readonly gates: Gate[] = [];
  readonly log = new MemoryLog('delivery-0');
  readonly timer = new HoldTimer({
    holds: {
      look: async () => {
        if (this.standing === null) throw new Error('PostgreSQL is away');
        return this.standing;
      },
      settle: async () => undefined,
      move: async () => undefined,
      told: async () => undefined,
      over: async () => {
        if (this.standing !== null) this.standing = { ...this.standing, holds: [], over: this.standing.over + 1 };
      },
    },
    eventLog: {
      readStream: (stream, options) => this.log.readStream(stream, options),
      append: async (request: AppendRequest) => {
        if (this.isReadOnly) throw new LogUnavailable('the log is read-only');
        return this.log.append(request);
      },
    },
    log: createLog({ service: 'delivery', copy: 'one', level: 'silent' }),
    actor: 'service:delivery:one',
    onFailover: 'hold',
    turn: (gate) => this.gates.push(gate),
  });

  async look(holds?: readonly OpenHold[]): Promise<Gate | undefined> {
    if (holds !== undefined && this.standing !== null) this.standing = { ...this.standing, holds };
    await this.timer.look();
    return this.gates.at(-1);
  }

  async told(): Promise<string[]> {
    return (await this.log.readStream(holdStream)).map(({ type, meta }) => `${type} ${meta.actor}`);
  }
}

describe('the look at what holds delivery', () => {
  it('holds though the log takes nothing, and lets nothing go before the release is on the record', async () => {
    const beside = new Beside();
    expect(await beside.look()).toBe('open');
    beside.isReadOnly = true;
    expect(await beside.look([hold])).toBe('held');
    const released = { ...hold, releaseAskedAt: '2026-11-30T13:00:00.000Z', releaseAskedBy: 'key:key_a' };
    expect(await beside.look([released])).toBe('held');
    expect(await beside.told()).toEqual([]);
    beside.isReadOnly = false;
    expect(await beside.look()).toBe('open');
    expect(await beside.told()).toEqual(['DeliveryHeld operator:eve', 'DeliveryReleased key:key_a']);
  });

  it('lets nothing begin while nobody can say where this is, and stays held where it was held', async () => {
    const beside = new Beside();
    await beside.look();
    const { standing } = beside;
    beside.standing = null;
    expect(await beside.look()).toBe('closed');
    beside.standing = standing;
    expect(await beside.look()).toBe('open');
    await beside.look([hold]);
    beside.standing = null;
    expect(await beside.look()).toBe('held');
  });

  it('closes at once when a connection was made anew, and opens after the look', async () => {
    const beside = new Beside();
    await beside.look();
    beside.timer.closeUntilLooked();
    expect(beside.gates.at(-1)).toBe('closed');
    await beside.look();
    expect(beside.gates).toEqual(['open', 'closed', 'open']);
  });

  it('tells each hold once, however often it looks', async () => {
    const beside = new Beside();
    for (let times = 0; times < 3; times += 1) await beside.look([{ ...hold, told: times > 0 }]);
    const other = { ...hold, id: '00000000-0000-4000-8000-000000000002', reason: 'database_changed' as const };
    await beside.look([hold, other]);
    expect(await beside.told()).toHaveLength(2);
    expect(beside.timer.onRecord.map(({ reason, releasedPosition }) => [reason, releasedPosition])).toEqual([
      ['restored', null],
      ['database_changed', null],
    ]);
  });
});
